import { useAppState } from '#renderer/app/context.ts'
import { spanWords, utcWords } from './live-words.ts'

export function LiveStatus() {
  const session = useAppState((state) => state.live.session)
  const sample = useAppState((state) => state.live.shown)
  const cursor = useAppState((state) => state.live.cursor)
  const connected = useAppState((state) => state.connected)
  if (session === null) return null
  const atMs = cursor.kind === 'past' ? cursor.atMs : (sample?.atMs ?? null)
  return (
    <footer className="status" aria-label="Status">
      {!connected && <span className="tone-critical">▲ The engine does not answer</span>}
      {sample !== null && <span>{sample.rows.toLocaleString('en')} rows · every {spanWords(session.intervalMs)}</span>}
      {sample !== null && <span className="wide-only">read in {Math.round(sample.readMs)} ms{sample.uptimeSeconds === null ? '' : ` · up ${spanWords(sample.uptimeSeconds * 1000)}`}</span>}
      <span>read-only: never sends a command that changes the balancer</span>
      <span className="status-end">{atMs === null ? '' : utcWords(atMs)}</span>
    </footer>
  )
}
