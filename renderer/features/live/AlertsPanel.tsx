import { useEffect, useRef } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { Button, Empty, ToneGlyph } from '#renderer/ui/primitives.tsx'
import type { Tone } from '#shared/presentation/presentation.ts'
import type { LiveAlert, LiveDrift, LiveLine, LiveSample } from '#shared/view/live-sample.ts'
import { Distribution } from './Distribution.tsx'
import { clockWords, firingAlerts, isStale, spanWords, splitSentence, worstPool } from './live-words.ts'

const toneOf: Readonly<Record<LiveAlert['severity'], Tone>> = { critical: 'critical', warning: 'warning', info: 'notice' }

/** What is wrong, then how the pool in question spreads its work. */
export function AlertsPanel() {
  const { actions } = useApp()
  const sample = useAppState((state) => state.live.shown)
  const chosen = useAppState((state) => state.live.alert?.key ?? null)
  const wanted = useAppState((state) => state.live.pool)
  const isRecording = useAppState((state) => state.live.session?.kind === 'recording')
  const cautions = useAppState((state) => state.live.session?.cautions)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (chosen !== null) list.current?.querySelector(`[data-alert="${CSS.escape(chosen)}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [chosen])
  const firing = firingAlerts(sample)
  const followers = sample?.alerts.filter((alert) => alert.mutedBy !== null) ?? []
  const notes = sample?.alerts.filter((alert) => (alert.severity === 'info' || alert.waived !== null) && alert.mutedBy === null && alert.rule !== 'drift') ?? []
  const drift = sample?.drift ?? []
  const pool = sample === null ? null : (sample.pools.find((one) => one.name === (wanted ?? worstPool(sample))) ?? null)
  return (
    <aside className="side live-side" id="alerts" tabIndex={-1} aria-label="Alerts">
      <header>
        <h2>Alerts <span className={`chip ${firing.length > 0 ? 'tone-critical' : ''}`}>{firing.length === 0 ? 'none firing' : `${firing.length} firing`}</span></h2>
      </header>
      <div className="cards live-cards" ref={list}>
        {sample === null && <Empty>Waiting for the first answer.</Empty>}
        {sample !== null && sample.missed !== null && (
          <div className="live-blind" role="status">
            <ToneGlyph tone="unknown" /> <b>The balancer cannot be reached since {clockWords(sample.dataMs)}.</b> {sample.missed.message} What stands here is the last that it said; what happens now is not known.
          </div>
        )}
        {sample !== null && firing.length === 0 && (
          <Empty>{sample.missed === null ? 'No alert. Steelyard looks for the troubles it knows; it does not prove that there are none.' : 'Whether anything is wrong now is not known.'}</Empty>
        )}
        {sample !== null && firing.map((alert) => <AlertCard key={alert.key} alert={alert} sample={sample} isChosen={alert.key === chosen} followers={followers.filter((one) => one.mutedBy === alert.key)} />)}
        {sample !== null && notes.map((alert) => <AlertCard key={alert.key} alert={alert} sample={sample} isChosen={alert.key === chosen} followers={[]} />)}
        {drift.length > 0 && <DriftList drift={drift} />}
        {sample !== null && sample.notes.length > 0 && <SourceNotes notes={sample.notes} />}
        {sample !== null && cautions !== undefined && cautions.length > 0 && <Cautions cautions={cautions} />}
      </div>
      {pool !== null && sample !== null && (
        <section className={`live-distribution ${isStale(sample) ? 'live-stale' : ''}`} aria-label={`Distribution of pool ${pool.name}`}>
          <h3><span>Distribution · {pool.name}{isStale(sample) && ` at ${clockWords(sample.dataMs)}`}</span> {wanted !== null && <button type="button" className="link" onClick={() => actions.changeLive({ pool: null })}>show worst pool</button>}</h3>
          <Distribution pool={pool} compact />
        </section>
      )}
      <footer className="foot">
        <Button disabled={sample === null} onClick={() => actions.openDialog({ kind: 'note' })}>Annotate…</Button>
        <Button onClick={() => void actions.stopLive()}>{isRecording ? 'Close the recording' : 'Stop watching'}</Button>
      </footer>
    </aside>
  )
}

function AlertCard({ alert, sample, isChosen, followers }: { readonly alert: LiveAlert; readonly sample: LiveSample; readonly isChosen: boolean; readonly followers: readonly LiveAlert[] }) {
  const { actions } = useApp()
  const isLive = useAppState((state) => state.live.session?.kind === 'live' && state.live.ended === null)
  const tone = alert.waived === null ? toneOf[alert.severity] : 'maintenance'
  const [title, rest] = splitSentence(alert.sentence)
  return (
    <div data-alert={alert.key}>
      <article className={`card tone-${tone} ${isChosen ? 'sel' : ''}`}>
        <button type="button" className="card-body" aria-pressed={isChosen} onClick={() => actions.chooseAlert(isChosen ? null : alert.key)}>
          <span className="card-title"><ToneGlyph tone={tone} />{title}</span>
          {rest !== '' && <span className="alert-text">{rest}</span>}
          {alert.waived !== null && <span className="detail">Waived until {alert.waived.until}: {alert.waived.reason}</span>}
          <span className="detail">Since {clockWords(alert.sinceMs, sample.atMs)}, for {spanWords(sample.atMs - alert.sinceMs)}.</span>
        </button>
        {alert.evidence.length > 0 && (
          <details className="followers" open={isChosen}>
            <summary>What else the data says</summary>
            <ul className="live-evidence">{alert.evidence.map((one) => <li key={one}>{one}</li>)}</ul>
          </details>
        )}
        {followers.length > 0 && (
          <details className="followers">
            <summary>{followers.length} more {followers.length === 1 ? 'alert follows' : 'alerts follow'} from it</summary>
            <ul>{followers.map((one) => <li key={one.key}>{one.sentence}</li>)}</ul>
          </details>
        )}
        <div className="meta">
          {alert.lines.slice(0, 2).map((line) => <LiveLineButton key={`${line.side}:${line.file}:${line.line}`} line={line} />)}
          <button type="button" className="link" aria-label={`Go to when it began: ${title}`} onClick={() => { actions.chooseAlert(alert.key); actions.seekLive(alert.sinceMs) }}>Go to when it began</button>
          {isLive && alert.waived === null && alert.severity !== 'info' && <button type="button" className="link" aria-label={`Waive: ${title}`} onClick={() => actions.openDialog({ kind: 'waive', alert })}>Waive…</button>}
          {isLive && alert.waived !== null && <button type="button" className="link" aria-label={`End the waiver: ${title}`} onClick={() => void actions.endWaiver(alert)}>End the waiver</button>}
        </div>
      </article>
    </div>
  )
}

/** Goes to a line in the text of Review, against the last known good config where there is one. */
function LiveLineButton({ line }: { readonly line: LiveLine }) {
  const { actions } = useApp()
  const where = `${line.side === 'known-good' ? 'known good ' : ''}line ${line.line}`
  return (
    <button type="button" className="live-line" title={line.text} aria-label={`Show ${where}: ${line.text}`} onClick={() => void actions.compareRunning(line)}>
      <b>{where}</b> <code>{line.text}</code>
    </button>
  )
}

/** What the numbers leave out, by the source's own word: what is not known is said, never shown as calm. */
function SourceNotes({ notes }: { readonly notes: readonly string[] }) {
  return (
    <section className="live-notes" aria-labelledby="live-notes">
      <h3 id="live-notes"><ToneGlyph tone="unknown" /> Not known from this source</h3>
      <ul>{notes.map((note) => <li key={note}>{note}</li>)}</ul>
    </section>
  )
}

/** What the source could be misused for, and what asking it costs: last and folded, since it is nothing of the moment. */
function Cautions({ cautions }: { readonly cautions: readonly string[] }) {
  return (
    <details className="live-drift live-cautions">
      <summary><ToneGlyph tone="notice" /> To know of this source</summary>
      <ul>{cautions.map((caution) => <li key={caution}>{caution}</li>)}</ul>
    </details>
  )
}

/** What runs otherwise than the config says: the balancer shows it, nothing is guessed. */
function DriftList({ drift }: { readonly drift: readonly LiveDrift[] }) {
  return (
    <details className="live-drift" open={drift.length <= 5}>
      <summary>Runs otherwise than the config says <span className="count">{drift.length}</span></summary>
      <ul>
        {drift.slice(0, 40).map((one) => (
          <li key={`${one.kind}:${one.pool}/${one.server ?? ''}`}>
            <ToneGlyph tone={one.severity === 'warning' ? 'warning' : 'notice'} />
            <span>{one.sentence} {one.line !== null && <LiveLineButton line={one.line} />}</span>
          </li>
        ))}
        {drift.length > 40 && <li className="muted">and {drift.length - 40} more, all in the tab Servers</li>}
      </ul>
    </details>
  )
}
