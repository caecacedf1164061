import { useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { themeOf } from '#renderer/state/app-state.ts'
import { Empty, Segmented, ToneGlyph } from '#renderer/ui/primitives.tsx'
import type { Tone } from '#shared/presentation/presentation.ts'
import type { TimelineMark } from '#shared/rpc/live-payloads.ts'
import type { SeriesAnswer } from '#shared/view/live-series.ts'
import { dashOf } from './line-dash.ts'
import type { TimelineMetric } from './live-state.ts'
import { clockWords, metricOf, rateWords, splitSentence, worstPool } from './live-words.ts'
import { linesOf, valueWords, windowOf, type TimelineLine } from './timeline-series.ts'
import { TimelineChart } from './TimelineChart.tsx'

const metrics: readonly { readonly value: TimelineMetric; readonly title: string }[] = [
  { value: 'share', title: 'Shares' }, { value: 'requests', title: 'Requests/s' }, { value: 'errors', title: '5xx/s' }, { value: 'response', title: 'Latency' }, { value: 'queue', title: 'Queue' },
]
const lengths: readonly (readonly [minutes: number | null, title: string])[] = [[5, '5 min'], [15, '15 min'], [60, '1 h'], [360, '6 h'], [null, 'all']]
const markTones: Readonly<Record<TimelineMark['kind'], Tone>> = { reload: 'changed', config: 'changed', alert: 'critical', miss: 'unknown', note: 'notice' }
const nothing: SeriesAnswer = { times: [], series: [] }

/** Values over time with what happened; a click, a drag or the arrow keys go to a moment. */
export function Timeline() {
  const { actions } = useApp()
  const session = useAppState((state) => state.live.session)
  const shown = useAppState((state) => state.live.shown)
  const cursor = useAppState((state) => state.live.cursor)
  const wantedMetric = useAppState((state) => state.live.metric)
  const minutes = useAppState((state) => state.live.minutes)
  const wanted = useAppState((state) => state.live.pool)
  const marks = useAppState((state) => state.live.marks)
  const theme = useAppState(themeOf)
  const whole = session?.range ?? null
  const atMs = cursor.kind === 'past' ? cursor.atMs : (shown?.atMs ?? 0)
  const name = shown === null ? null : (wanted ?? worstPool(shown))
  const pool = shown?.pools.find((one) => one.name === name) ?? null
  const metric = wantedMetric ?? metricOf(shown, name)
  const { lines, left } = linesOf(pool, metric)
  const countsTries = pool?.counted === 'tries'
  const piece = whole === null ? null : windowOf(whole, minutes, atMs)
  const answer = useSeries(session?.sessionId ?? null, lines, piece)
  if (whole === null || piece === null || shown === null) return <Empty>Nothing was seen yet.</Empty>

  const key = (event: KeyboardEvent<HTMLDivElement>): void => {
    const polls = { ArrowLeft: -1, ArrowRight: 1, ArrowDown: -1, ArrowUp: 1, PageDown: -30, PageUp: 30 }[event.key]
    if (polls !== undefined) actions.stepLive(polls)
    else if (event.key === 'Home') actions.seekLive(whole.fromMs)
    else if (event.key === 'End') actions.followLive()
    else if (event.key === ' ') actions.toggleLive()
    else return
    event.preventDefault()
    event.stopPropagation()
  }
  const seen = marks.filter((mark) => (mark.endMs ?? mark.atMs) >= piece.fromMs && mark.atMs <= piece.toMs)
  return (
    <div className="live-timeline">
      <div className="live-timeline-head">
        <Segmented label="Values" value={metric} onChange={(next) => actions.changeLive({ metric: next })} options={countsTries ? metrics.map((one) => (one.value === 'requests' ? { ...one, title: 'Tries/s' } : one)) : metrics} />
        <Legend lines={lines} left={left} pool={pool?.name ?? null} metric={metric} />
        <select className="input live-length" aria-label="Length of the timeline" value={String(minutes)} onChange={(event) => actions.changeLive({ minutes: event.target.value === 'null' ? null : Number(event.target.value) })}>
          {lengths.map(([value, title]) => <option key={title} value={String(value)}>{title}</option>)}
        </select>
      </div>
      <div
        className="live-chart" role="slider" tabIndex={0} aria-label="Moment" aria-orientation="horizontal" aria-valuemin={0} aria-valuemax={Math.round((whole.toMs - whole.fromMs) / 1000)}
        aria-valuenow={Math.max(0, Math.round((Math.min(atMs, whole.toMs) - whole.fromMs) / 1000))} aria-valuetext={`${clockWords(atMs)}${cursor.kind === 'now' ? ', live' : ''}`} onKeyDown={key}
      >
        <TimelineChart
          key={theme} answer={answer} lines={lines} fromMs={piece.fromMs} toMs={piece.toMs} atMs={atMs} marks={seen} isShare={metric === 'share' && pool !== null && pool.servers.length > 0}
          words={metric === 'response' ? (value) => `${Math.round(value)} ms` : metric === 'share' && pool !== null && pool.servers.length > 0 ? (value) => `${Math.round(value * 100)} %` : rateWords} onSeek={actions.seekLive}
        />
      </div>
      <Events marks={marks} atMs={atMs} />
    </div>
  )
}

function Legend({ lines, left, pool, metric }: { readonly lines: readonly TimelineLine[]; readonly left: number; readonly pool: string | null; readonly metric: TimelineMetric }) {
  const shown = useAppState((state) => state.live.shown)
  return (
    <ul className="live-legend" aria-label="Lines">
      {pool !== null && lines.length > 1 && <li className="muted" title={pool}>{pool}:</li>}
      {lines.map((line, index) => (
        <li key={line.key} className={line.isOff ? 'tone-critical' : ''}>
          <svg width="18" height="8" aria-hidden="true"><path className={`live-line-${line.isOff ? 'off' : index % 4}`} d="M0 4H18" strokeDasharray={dashOf(index, line.isOff).join(' ')} /></svg>
          {line.isOff && '▲ '}{line.label} {shown !== null && <b>{valueWords(shown, pool, line, metric)}</b>}
        </li>
      ))}
      {left > 0 && <li className="muted">and {left} more servers in the tab Distribution</li>}
    </ul>
  )
}

/** What happened, as a list to walk and to jump from; newest first. */
function Events({ marks, atMs }: { readonly marks: readonly TimelineMark[]; readonly atMs: number }) {
  const { actions } = useApp()
  const newestFirst = marks.slice(-200).toReversed()
  return (
    <section className="live-events" aria-label="What happened">
      <h3>What happened <span className="count">{marks.length}</span></h3>
      {newestFirst.length === 0 && <p className="muted">Nothing yet.</p>}
      <ol>
        {newestFirst.map((mark) => (
          <li key={mark.id}>
            <button type="button" className="live-event" title={mark.text} aria-current={Math.abs(mark.atMs - atMs) < 1500 ? 'time' : undefined} onClick={() => actions.goToMark(mark)}>
              <span className="mono">{clockWords(mark.atMs, marks.at(-1)?.atMs ?? mark.atMs)}</span>
              <span><ToneGlyph tone={mark.kind === 'alert' && mark.severity === 'warning' ? 'warning' : markTones[mark.kind]} />{splitSentence(mark.text)[0]}{mark.endMs !== null && <small className="muted"> until {clockWords(mark.endMs)}</small>}</span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}

/** Asks for the values on the screen, one question at a time; the last answer stays until the next is there. */
function useSeries(sessionId: string | null, lines: readonly TimelineLine[], piece: { readonly fromMs: number; readonly toMs: number } | null): SeriesAnswer {
  const { client } = useApp()
  const [answer, setAnswer] = useState<SeriesAnswer>(nothing)
  const keys = lines.map((line) => line.key).join('\n')
  const asked = useRef({ busy: false, again: false, wish: '' })
  const wish = piece === null || sessionId === null ? '' : JSON.stringify([sessionId, keys, Math.floor(piece.fromMs / 500), Math.floor(piece.toMs / 500)])
  useEffect(() => {
    if (wish === '' || sessionId === null || piece === null) return
    const state = asked.current
    state.wish = wish
    const ask = async (): Promise<void> => {
      if (state.busy) {
        state.again = true
        return
      }
      state.busy = true
      do {
        state.again = false
        const [id, list, from, to] = JSON.parse(state.wish) as [string, string, number, number]
        const values = await client.call('live.series', { sessionId: id, keys: list.split('\n'), fromMs: from * 500, toMs: (to + 1) * 500, points: 600 })
        if (values.ok) setAnswer(values.value)
      } while (state.again)
      state.busy = false
    }
    void ask()
    // `wish` holds everything that the question is made of.
  }, [client, wish])
  return answer
}
