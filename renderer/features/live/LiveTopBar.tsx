import { Download } from 'lucide-react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { Logo } from '#renderer/app/TopBar.tsx'
import { Button, Menu, ToneGlyph } from '#renderer/ui/primitives.tsx'
import { clockWords, differsFromGood, firingAlerts, spanWords } from './live-words.ts'
import { useNow } from './use-now.ts'

/** Source, age of the data, config and alerts, each a click from what it speaks of. */
export function LiveTopBar() {
  const { actions, run } = useApp()
  const session = useAppState((state) => state.live.session)
  const sample = useAppState((state) => state.live.shown)
  if (session === null) return null
  const firing = firingAlerts(sample)
  return (
    <header className="top">
      <div className="logo">
        <Logo />
        <span>Steelyard</span>
      </div>
      <span className="chip live-source" title={session.title}><span className="live-title">{session.title}</span> · <b>{session.product}</b><span className="live-wide"> · {session.surface}</span></span>
      <AgeChip />
      <ConfigChip />
      <button type="button" className={`chip ${firing.length > 0 ? 'tone-critical' : ''}`} disabled={firing.length === 0} onClick={() => actions.stepAlert(1)}>
        {firing.length > 0 && <ToneGlyph tone="critical" />}
        {firing.length === 0 ? 'no alert' : `${firing.length} ${firing.length === 1 ? 'alert' : 'alerts'} firing`}
      </button>
      <span className="spring" />
      <Button disabled={session.running === null} onClick={() => run('live-compare')}><span>Compare<span className="live-wide"> running</span> with known good</span></Button>
      <Button icon={<Download size={14} aria-hidden="true" />} disabled={session.running === null} aria-label="Export image…" onClick={() => run('export')}><span className="live-wide">Export image…</span></Button>
      <Menu align="end" groups={[{ entries: [
        { key: 'markdown', title: 'Markdown', detail: 'for tickets and chats', onSelect: () => void actions.saveReport('markdown') },
        { key: 'html', title: 'HTML', detail: 'one file, with the picture', onSelect: () => void actions.saveReport('html') },
      ] }]}>
        <button type="button" className="btn primary">Incident report…</button>
      </Menu>
    </header>
  )
}

/** How old the data are. A balancer that does not answer says since when; a moment of the past says which. */
function AgeChip() {
  const { actions } = useApp()
  const now = useNow()
  const session = useAppState((state) => state.live.session)
  const cursor = useAppState((state) => state.live.cursor)
  const newest = useAppState((state) => state.live.newest)
  const ended = useAppState((state) => state.live.ended)
  if (session === null) return null
  if (session.kind === 'recording') return <span className="chip">recording{cursor.kind === 'past' && ` · ${clockWords(cursor.atMs)}`}</span>
  if (ended !== null) return <span className="chip tone-unknown"><ToneGlyph tone="unknown" /> watching ended: {ended}</span>
  if (newest === null) return <span className="chip">waiting…</span>
  if (newest.missed !== null) return <span className="chip tone-critical" role="status"><ToneGlyph tone="unknown" /> <span><span className="live-wide">cannot be reached</span><span className="live-narrow">no answer</span> since {clockWords(newest.dataMs, now)}</span></span>
  const ageMs = Math.max(0, now - newest.dataMs)
  const late = ageMs > 3 * session.intervalMs + 2000
  if (cursor.kind === 'past') {
    return <button type="button" className="chip tone-changed" onClick={actions.followLive}>{cursor.isPlaying ? 'replaying' : 'paused at'} {clockWords(cursor.atMs, now)} · back to live</button>
  }
  return <span className={`chip ${late ? 'tone-warning' : ''}`}><ToneGlyph tone={late ? 'warning' : 'ok'} /> live · {late ? `${spanWords(ageMs)} old` : spanWords(session.intervalMs)}</span>
}

function ConfigChip() {
  const { run } = useApp()
  const session = useAppState((state) => state.live.session)
  if (session === null) return null
  const differs = differsFromGood(session)
  if (session.kind === 'live' && session.problems.length > 0) return <span className="chip tone-warning" title={session.problems.join(' ')}><ToneGlyph tone="warning" /> config not read again</span>
  if (session.running === null) return <span className="chip tone-unknown"><ToneGlyph tone="unknown" /> config not known</span>
  if (differs === null) return <span className="chip tone-unknown" title={session.running.source}><ToneGlyph tone="unknown" /> no known good config</span>
  if (!differs) return <span className="chip" title={session.running.source}><ToneGlyph tone="ok" /> runs known good</span>
  return <button type="button" className="chip tone-changed" title={session.running.source} onClick={() => run('live-compare')}><ToneGlyph tone="changed" /> <span><span className="live-wide">running config </span>differs from known good</span></button>
}
