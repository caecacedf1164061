import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { RecordingSource } from '#shared/backend/live-ports.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { AlertSettings } from '#shared/live/alerts/settings.ts'
import { LiveSession, type LiveMoment } from '#shared/live/live-session.ts'
import { RecordingDecoder } from '#shared/live/recording/decoder.ts'
import type { RecordedEntry, RecordingHead, RecordingProblem } from '#shared/live/recording/entries.ts'
import { fromRecordedConfig } from './recorded-config.ts'

/** A recording that is read piece by piece. */
export interface OpenRecording {
  readonly head: RecordingHead
  /** Bytes of the file. */
  readonly size: number
  /** Entries in their order, once. Ends early, with a problem, when the file cannot be read further. */
  readonly entries: () => Generator<RecordedEntry, void, undefined>
  /** What cannot be read; complete when the entries are through. */
  readonly problems: readonly RecordingProblem[]
  readonly close: () => void
}

const pieceBytes = 256 * 1024

/** Errors: the file cannot be read, is no recording, or was made by a newer version. */
export async function openRecording(ports: Pick<Ports, 'recordings'>, path: string): Promise<Result<OpenRecording>> {
  const opened = await ports.recordings.open(path)
  if (!opened.ok) return opened
  const source = opened.value
  const decoder = new RecordingDecoder()
  const entries = entriesOf(source, decoder)
  // The head comes before the first entry.
  const first = entries.next()
  if (decoder.head !== null) return ok({ head: decoder.head, size: source.size, problems: decoder.problems, close: source.close, entries: () => following(first, entries) })
  source.close()
  const failure: Failure = decoder.failure ?? { code: 'bad-answer', message: 'The file is no recording.' }
  return { ok: false, failure: { ...failure, message: `${path}: ${failure.message}`, path } }
}

function* entriesOf(source: RecordingSource, decoder: RecordingDecoder): Generator<RecordedEntry, void, undefined> {
  for (let at = 0; at < source.size && decoder.failure === null; at += pieceBytes) {
    const read = source.pieces([[at, Math.min(pieceBytes, source.size - at)]])
    if (!read.ok) {
      decoder.problems.push({ byte: at, message: read.failure.message })
      return
    }
    yield* decoder.take(read.value[0] as Uint8Array)
  }
  yield* decoder.end()
}

function* following(first: IteratorResult<RecordedEntry, void>, rest: Generator<RecordedEntry, void, undefined>): Generator<RecordedEntry, void, undefined> {
  if (first.done === true) return
  yield first.value
  yield* rest
}

/** What one entry of a recording showed. `moment` null: it was no poll. `alerts`: what fires after a poll or a miss. */
export interface ReplayStep {
  readonly moment: LiveMoment | null
  readonly alerts: readonly Alert[] | null
}

/** What to judge a recording by instead of what it brings along. */
export interface ReplayGiven {
  readonly config?: LoadedConfig | null
  readonly knownGood?: LoadedConfig | null
  /** Empty: the usual thresholds. A recording does not say by which ones its alerts were told. */
  readonly alerts?: AlertSettings
}

/**
 * Puts the entries of a recording through what watches a live balancer: the same polls, misses and configs in the same
 * order, so the same alerts at the same times.
 */
export class Replay {
  readonly #bytes: Ports['bytes']
  readonly #nominalMs: number
  readonly #given: ReplayGiven
  #session: LiveSession | null = null
  #running: LoadedConfig | null
  #knownGood: LoadedConfig | null
  /** Configs of the recording that cannot be compiled here, said once each. */
  readonly problems: Failure[] = []

  constructor(ports: Pick<Ports, 'bytes'>, head: RecordingHead, given: ReplayGiven = {}) {
    this.#bytes = ports.bytes
    this.#nominalMs = head.intervalMs
    this.#given = given
    this.#running = given.config ?? null
    this.#knownGood = given.knownGood ?? null
  }

  /** The config that polls are judged against now. */
  get running(): LoadedConfig | null {
    return this.#running
  }

  get knownGood(): LoadedConfig | null {
    return this.#knownGood
  }

  take(entry: RecordedEntry): ReplayStep {
    switch (entry.kind) {
      case 'poll': {
        const moment = this.#started().add(entry.snapshot)
        return { moment, alerts: moment.alerts }
      }
      case 'miss': return { moment: null, alerts: this.#started().miss(entry.failure, entry.wallMs) }
      case 'config':
        this.#useConfig(entry.config)
        return { moment: null, alerts: null }
      case 'event': return { moment: null, alerts: null }
    }
  }

  #started(): LiveSession {
    return this.#session ??= new LiveSession(this.#running?.model ?? null, this.#nominalMs, this.#knownGood?.model ?? null, this.#given.alerts)
  }

  #useConfig(recorded: Extract<RecordedEntry, { kind: 'config' }>['config']): void {
    if (((recorded.role === 'running' ? this.#given.config : this.#given.knownGood) ?? null) !== null) return
    const config = fromRecordedConfig(this.#bytes, recorded)
    if (!config.ok) {
      this.problems.push(config.failure)
      return
    }
    if (recorded.role === 'known-good') this.#knownGood = config.value
    else {
      this.#running = config.value
      this.#session?.useConfig(config.value.model, this.#knownGood?.model ?? null)
    }
  }
}
