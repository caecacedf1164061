import { useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import type { AppInfo } from '#shared/rpc/payloads.ts'
import { Button, Field, Segmented, Working } from '#renderer/ui/primitives.tsx'
import { LiveSettings } from '#renderer/features/live/LiveSettings.tsx'
import { parseEnvironment, toEnvironmentText } from './environment-text.ts'

/** Its fields begin with what was kept, so they wait for it. */
export function SettingsWorkspace() {
  const info = useAppState((state) => state.info)
  return info === null ? <Working text="Reading the settings…" /> : <SettingsPage info={info} />
}

function SettingsPage({ info }: { readonly info: AppInfo }) {
  const { actions } = useApp()
  const settings = useAppState((state) => state.settings)
  const [root, setRoot] = useState(settings.root ?? '')
  const [author, setAuthor] = useState(settings.author)
  const [keep, setKeep] = useState(String(settings.keepSnapshots))
  const [environment, setEnvironment] = useState(toEnvironmentText(settings.environment))
  const parsed = parseEnvironment(environment)

  const saveReading = async (change: Parameters<typeof actions.saveSettings>[0]): Promise<void> => {
    await actions.saveSettings(change)
    await actions.reload('before')
    await actions.reload('after')
  }
  return (
    <div className="page">
      <h1>Settings</h1>
      <section aria-labelledby="look">
        <h2 id="look">Look</h2>
        <div className="field">
          <span className="field-label">Theme</span>
          <Segmented label="Theme" value={settings.theme} onChange={(theme) => void actions.saveSettings({ theme })} options={[{ value: 'system', title: 'As the system' }, { value: 'dark', title: 'Dark' }, { value: 'light', title: 'Light' }]} />
        </div>
        <div className="field">
          <span className="field-label">Density</span>
          <Segmented label="Density" value={settings.density} onChange={(density) => void actions.saveSettings({ density })} options={[{ value: 'comfortable', title: 'Comfortable' }, { value: 'compact', title: 'Compact' }]} />
        </div>
        <div className="field">
          <span className="field-label">Motion</span>
          <Segmented label="Motion" value={settings.motion} onChange={(motion) => void actions.saveSettings({ motion })} options={[{ value: 'system', title: 'As the system' }, { value: 'full', title: 'Full' }, { value: 'reduced', title: 'Reduced' }]} />
        </div>
      </section>
      <section aria-labelledby="reading">
        <h2 id="reading">Reading configs</h2>
        <Field label="Root folder" hint="Map, list and certificate paths that start with / are looked up under this folder first. Empty: as written.">
          <input className="input mono" value={root} spellCheck={false} placeholder="as written" onChange={(event) => setRoot(event.target.value)} onBlur={() => (root.trim() === '' ? null : root.trim()) !== settings.root && void saveReading({ root: root.trim() === '' ? null : root.trim() })} />
        </Field>
        <Field label="Environment" hint="One NAME=value per line: what ${NAME} in a config stands for." problem={parsed.problems[0]}>
          <textarea className="input mono" rows={4} value={environment} spellCheck={false} placeholder="HAPROXY_PORT=8443" onChange={(event) => setEnvironment(event.target.value)} onBlur={() => parsed.problems.length === 0 && toEnvironmentText(parsed.environment) !== toEnvironmentText(settings.environment) && void saveReading({ environment: { ...parsed.environment } })} />
        </Field>
      </section>
      <LiveSettings />
      <section aria-labelledby="history">
        <h2 id="history">History</h2>
        <Field label="Your name" hint="Written beside snapshots and approvals.">
          <input className="input" value={author} autoComplete="name" onChange={(event) => setAuthor(event.target.value)} onBlur={() => author.trim() !== settings.author && void actions.saveSettings({ author: author.trim() })} />
        </Field>
        <Field label="Snapshots kept per source" hint="Older ones go, except approved ones." problem={/^[1-9]\d{0,5}$/.test(keep) ? undefined : 'Write a whole number from 1.'}>
          <input className="input short" inputMode="numeric" value={keep} onChange={(event) => setKeep(event.target.value)} onBlur={() => /^[1-9]\d{0,5}$/.test(keep) && Number(keep) !== settings.keepSnapshots && void actions.saveSettings({ keepSnapshots: Number(keep) })} />
        </Field>
      </section>
      <section aria-labelledby="about">
        <h2 id="about">About</h2>
        <dl className="facts">
          <div><dt>Version</dt><dd>{info.version}</dd></div>
          <div><dt>Runs in</dt><dd>{info.host === 'desktop' ? 'the desktop app' : 'the browser, served by this machine'}</dd></div>
          <div><dt>Products</dt><dd>{info.dialects.map((dialect) => `${dialect.product} (checked against ${dialect.verifiedOn.join(', ')})`).join(', ')}</dd></div>
          <div><dt>Data folder</dt><dd className="mono">{info.dataFolder}</dd></div>
        </dl>
        <div className="row">
          <Button onClick={() => actions.openDialog({ kind: 'keys' })}>Keys…</Button>
          <Button onClick={() => void actions.saveSettings({ hintDismissed: false })}>Show the first steps again</Button>
        </div>
      </section>
    </div>
  )
}
