import '@fontsource/inter/400.css'
import '@fontsource/inter/600.css'
import '@fontsource/jetbrains-mono/400.css'
import { createRef, useEffect, useState } from 'react'
import { createRoot } from 'react-dom/client'
import type { EditorProblem, Reveal, TextDiffHandle } from '#renderer/editor/props.ts'
import { TextDiff } from '#renderer/editor/TextDiff.tsx'
import { TextView } from '#renderer/editor/TextView.tsx'
import '#renderer/ui/tokens.css'
import after from '../../../assets/sample-incident/after/haproxy.cfg?raw'
import before from '../../../assets/sample-incident/before/haproxy.cfg?raw'
import { configPair } from './texts.ts'

const query = new URLSearchParams(location.search)
const theme = query.get('theme') === 'light' ? 'light' : 'dark'
document.documentElement.dataset.theme = theme
const lines = Number(query.get('lines') ?? 0)
const pair = lines > 0 ? configPair(lines, Number(query.get('edits') ?? 100)) : { before, after }
const handle = createRef<TextDiffHandle>()
const log: unknown[] = []
Object.assign(window, { log, handle })
// Changes the editor knows of by now.
void import('monaco-editor/editor').then(({ editor }) => Object.assign(window, { changes: () => editor.getDiffEditors()[0]?.getLineChanges()?.length ?? 0 }))
const at = pair.after.indexOf('use_backend auth')
const problems: readonly EditorProblem[] = at === -1 ? [] : [{ side: 'after', start: at, end: at + 37, severity: 'error', message: 'Requests for api.shop.example never reach this rule: line 38 takes them.', code: 'routing/rule-shadowed' }]
const labels = at === -1 ? [] : [{ side: 'after' as const, offset: at, text: 'never reached', tone: 'critical' as const }]
const left = { path: 'haproxy.cfg', text: pair.before, language: 'haproxy' }
const right = { path: 'haproxy.cfg', text: pair.after, language: 'haproxy' }
const onDiff = (result: unknown): void => void log.push(['diff', result])
const onCursor = (side: string, offset: number): void => void log.push(['cursor', side, offset])

function Page() {
  const [layout, setLayout] = useState<'side-by-side' | 'inline'>(query.get('layout') === 'inline' ? 'inline' : 'side-by-side')
  const [reveal, setReveal] = useState<Reveal | null>(null)
  const [mounted, setMounted] = useState(true)
  // With `wait` the editor stands and is empty, as when another file is chosen.
  const [shown, setShown] = useState(!query.has('wait'))
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.querySelector('.monaco-diff-editor, .monaco-editor') !== null) Object.assign(window, { ready: true })
    }, 50)
    return () => clearInterval(timer)
  }, [])
  Object.assign(window, { setLayout, setReveal, setMounted, show: () => setShown(true) })
  if (!mounted) return null
  if (query.has('single')) return <TextView text={right} reveal={reveal} problems={problems} labels={labels} theme={theme} ariaLabel="Text of haproxy.cfg" onCursor={onCursor} />
  return (
    <TextDiff
      ref={handle} before={shown ? left : null} after={shown ? right : null} layout={layout} foldUnchanged={query.has('fold')} reveal={reveal} problems={problems} labels={labels} theme={theme}
      ariaLabel="Difference of haproxy.cfg" onDiff={onDiff} onCursor={onCursor}
    />
  )
}

createRoot(document.getElementById('root') as HTMLElement).render(<Page />)
