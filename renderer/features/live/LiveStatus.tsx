import { useAppState } from '#renderer/app/context.ts'
import { spanWords, utcWords } from './live-words.ts'

function megabytes(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`
}

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
      {sample !== null && <span>{sample.rows.toLocaleString('en')} rows of statistics every {spanWords(session.intervalMs)}</span>}
      {sample !== null && <span className="wide-only">read in {Math.round(sample.readMs)} ms{sample.uptimeSeconds === null ? '' : ` · up ${spanWords(sample.uptimeSeconds * 1000)}`}</span>}
      {session.recording !== null && <span className={session.recording.problem === null ? 'wide-only' : 'tone-warning'} title={session.recording.path}>{session.recording.problem === null ? `recording ${spanWords(session.recording.seconds * 1000)} · ${megabytes(session.recording.bytes)}` : `▲ not recorded: ${session.recording.problem}`}</span>}
      <span>read-only: never sends a command that changes the balancer</span>
      <span className="status-end">{atMs === null ? '' : utcWords(atMs)}</span>
    </footer>
  )
}
