import { ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { AlertSettings } from '#shared/live/alerts/settings.ts'
import type { RecordedEntry } from '#shared/live/recording/entries.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { LiveSessionInfo } from '#shared/rpc/live-payloads.ts'
import type { CallContext } from '#shared/rpc/method.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { RecordingPort } from '#shared/backend/live-ports.ts'
import type { Ports } from '#shared/backend/ports.ts'
import type { KeptSession } from './kept-session.ts'
import { toRawTable } from './raw-table.ts'
import { openRecording, Replay, type OpenRecording } from './replay.ts'
import { SeenTraffic } from './seen-traffic.ts'

const breathEveryMs = 20

/** A recording from a file of this machine, or from bytes that came with the call. */
export type RecordingInput = { readonly kind: 'path'; readonly path: string } | { readonly kind: 'bytes'; readonly title: string; readonly bytes: Uint8Array }

/**
 * Reads a whole recording through what watches a live balancer, so that it can be looked at like one. Other work goes on
 * in between. `alerts`: what its alerts are told by. `onConfig`: every config that the recording holds.
 */
export async function openRecordedSession(ports: Ports, sessionId: string, input: RecordingInput, alerts: AlertSettings, onConfig: (config: LoadedConfig) => void, context: CallContext): Promise<Result<KeptSession>> {
  const open = (): Promise<Result<OpenRecording>> => (input.kind === 'path' ? openRecording(ports, input.path) : openRecording({ recordings: inMemory(ports.recordings, input.bytes) }, input.title))
  const opened = await open()
  if (!opened.ok) return opened
  try {
    const read = await readThrough(ports, sessionId, opened.value, alerts, onConfig, context)
    return read.ok ? ok({ ...read.value, recording: open }) : read
  } finally {
    opened.value.close()
  }
}

async function readThrough(ports: Ports, sessionId: string, recording: OpenRecording, alerts: AlertSettings, onConfig: (config: LoadedConfig) => void, context: CallContext): Promise<Result<Omit<KeptSession, 'recording'>>> {
  const { head } = recording
  const seen = new SeenTraffic(ports, head.intervalMs)
  const replay = new Replay(ports, head, { alerts })
  let snapshot: LiveSnapshot | null = null
  let breathed = ports.clock.milliseconds()
  for (const entry of recording.entries()) {
    const step = replay.take(entry)
    if (entry.kind === 'config') {
      for (const config of [replay.running, replay.knownGood]) if (config !== null) onConfig(config)
      await seen.useConfigs(replay.running, replay.knownGood)
    }
    if (step.moment !== null) {
      snapshot = step.moment.view.snapshot
      seen.add(step.moment)
    } else if (entry.kind === 'miss') seen.miss(entry.failure.message, step.alerts ?? [], entry.wallMs)
    else noteOf(entry, seen)
    if (ports.clock.milliseconds() - breathed < breathEveryMs) continue
    await ports.clock.breathe()
    if (context.cancelled()) return { ok: false, failure: { code: 'cancelled', message: 'Reading the recording was cancelled.' } }
    breathed = ports.clock.milliseconds()
  }
  if (snapshot === null) return { ok: false, failure: { code: 'bad-answer', message: `The recording of ${head.source} holds no poll.` } }
  const last = snapshot
  const problems = [...recording.problems.map((problem) => problem.message), ...replay.problems.map((failure: Failure) => failure.message)]
  return ok({
    seen, alerts,
    info: (): LiveSessionInfo => ({
      sessionId, kind: 'recording', title: head.source, product: head.product, surface: 'recording', intervalMs: head.intervalMs, running: replay.running?.summary ?? null, knownGood: replay.knownGood?.summary ?? null,
      problems, cautions: [], pastProblem: null, recording: null, range: seen.samples.range(),
    }),
    raw: () => ({ atMs: last.taken.wallMs, table: toRawTable(last) }),
    note: (atMs, text) => { seen.marks.note(atMs, text) },
    waive: () => ({ ok: false, failure: { code: 'unsupported', message: 'Alerts of a recording are told when it is opened; waivers in the settings count the next time.' } }),
    close: () => undefined,
  })
}

function noteOf(entry: RecordedEntry, seen: SeenTraffic): void {
  if (entry.kind !== 'event') return
  const { event } = entry
  if (event.type === 'note' || event.type === 'gap') seen.marks.note(entry.wallMs, event.text)
}

/** Files that exist in memory only. */
function inMemory(port: RecordingPort, bytes: Uint8Array): RecordingPort {
  return {
    create: port.create,
    open: () => Promise.resolve(ok({ size: bytes.length, pieces: (places) => ok(places.map(([at, length]) => bytes.subarray(at, at + length))), close: () => undefined })),
  }
}
