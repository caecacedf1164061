import { toTraffic } from '#renderer/features/behaviour/verdict.ts'
import { LiveStatus } from '#renderer/features/live/LiveStatus.tsx'
import { fileName, lineAt, textOf } from '#renderer/features/review/places.ts'
import { useApp, useAppState } from './context.ts'

const encodingTitles = { 'utf-8': 'UTF-8', 'utf-8-bom': 'UTF-8 with BOM', 'utf-16le': 'UTF-16 LE', 'utf-16be': 'UTF-16 BE', 'latin-1': 'Latin-1' } as const

export function StatusBar() {
  const isLive = useAppState((state) => state.workspace === 'live' && state.live.session !== null)
  return isLive ? <LiveStatus /> : <ConfigStatus />
}

function ConfigStatus() {
  const { actions } = useApp()
  const state = useAppState((now) => now)
  const { before, after, comparison, connected, progress, cursor, selection } = state
  const candidate = after.value?.summary
  // What waits for its turn is still to be done.
  const awaited = candidate !== undefined && (toTraffic(state).state === 'working' || state.checks.state === 'idle')
  const busy = awaited || [before, after, comparison, state.topology, state.behaviour, state.checks].some((each) => each.state === 'loading')
  const milliseconds = (candidate?.parseMs ?? 0) + (before.value?.summary.parseMs ?? 0) + (comparison.value?.milliseconds ?? 0)
  const place = selection.reveal !== null ? { side: selection.reveal.side, file: selection.reveal.span.file, offset: selection.reveal.span.start } : cursor
  const line = place === null ? null : lineAt(textOf(state, place.side, place.file), place.offset)
  const gaps = candidate?.counts.gaps ?? 0
  return (
    <footer className="status" aria-label="Status">
      {!connected && <span className="tone-critical">▲ The engine does not answer</span>}
      {busy && <button type="button" className="link late" onClick={actions.stopWork}>Stop</button>}
      {candidate !== undefined && (
        <>
          <span>{busy ? (progress ?? 'Working…') : `analysed in ${milliseconds < 1 ? 'under 1' : Math.round(milliseconds).toLocaleString('en')} ms`}</span>
          <span className="wide-only">
            {plural(candidate.counts.listeners, 'listener')} · {plural(candidate.counts.rules, 'rule')} · {plural(candidate.counts.pools, 'pool')} · {plural(candidate.counts.servers, 'server')}
          </span>
          <span className={gaps > 0 ? 'tone-unknown' : ''}>
            {gaps === 0 ? 'everything modelled' : <button type="button" className="link" onClick={() => { actions.goTo('review'); actions.showDrawerTab('english') }}>? {plural(gaps, 'place')} not modelled</button>}
          </span>
          <span className="wide-only">{candidate.watchable ? 'watching the file' : ''}</span>
          <span className="status-end">
            {place !== null && `${place.side === 'before' ? 'baseline ' : ''}${fileName(place.file)}${line === null ? '' : `:${line}`} · `}
            {candidate.files[0] !== undefined && encodingTitles[candidate.files[0].encoding]} · {candidate.product} {candidate.version}
          </span>
        </>
      )}
    </footer>
  )
}

function plural(count: number, one: string): string {
  return `${count.toLocaleString('en')} ${one}${count === 1 ? '' : 's'}`
}
