import { X } from 'lucide-react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { Button } from '#renderer/ui/primitives.tsx'

/** Three steps over the sample incident, until they are dismissed. */
export function FirstSteps() {
  const { actions, run } = useApp()
  const dismissed = useAppState((state) => state.settings.hintDismissed)
  const input = useAppState((state) => state.after.value?.input)
  const picked = useAppState((state) => state.selection.sentenceId !== null || state.selection.ids.length > 0)
  if (dismissed || input?.kind !== 'sample') return null
  const dismiss = (): void => void actions.saveSettings({ hintDismissed: true })
  return (
    <section className="first-steps" aria-label="First steps">
      <header>
        <h3>A sample incident: logins stop working</h3>
        <button type="button" className="icon-btn" aria-label="Dismiss the first steps" onClick={dismiss}><X size={14} /></button>
      </header>
      <ol>
        <li className={picked ? 'done' : ''}>Choose a finding below, or press <kbd>N</kbd>.</li>
        <li>See it light up in the picture, with its lines under it.</li>
        <li>Drop your own config on the window: one file opens, two are compared.</li>
      </ol>
      <div className="row">
        <Button look="primary" onClick={() => run('open')}>Open your own config…</Button>
        <Button onClick={() => run(input.product === 'nginx' ? 'open-sample' : 'open-sample-nginx')}>{input.product === 'nginx' ? 'See it on HAProxy' : 'See it on nginx'}</Button>
        <Button onClick={dismiss}>Look around</Button>
      </div>
    </section>
  )
}
