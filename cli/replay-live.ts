import { setTimeout as sleep } from 'node:timers/promises'
import { openRecording, Replay, type OpenRecording } from '#shared/backend/live/replay.ts'
import { AlertCauses } from '#shared/backend/live/causes.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Ports } from '#shared/backend/ports.ts'
import type { LiveMoment } from '#shared/live/live-session.ts'
import { recordedTime } from '#shared/live/recording/recorded-time.ts'
import type { RecordedEntry } from '#shared/live/recording/entries.ts'
import { InputError, type Io } from './io.ts'
import { toPlaces, type Places } from './output/json-shapes.ts'

/** What to do with a recording. */
export interface ReplayChoice {
  /** Times the pace of the recording; null: as fast as it goes. */
  readonly speed: number | null
  /** Used instead of the configs of the recording. */
  readonly config: LoadedConfig | null
  readonly knownGood: LoadedConfig | null
  readonly wantsAlerts: boolean
}

/** One poll of a recording as it is shown. */
export interface ReplayedMoment {
  readonly moment: LiveMoment
  readonly places: Places | null
  /** The same for the last known good config. */
  readonly goodPlaces: Places | null
  /** When it was, in the zone of the recording. */
  readonly at: string
}

/** A poll that failed then. */
export interface ReplayedMiss {
  readonly failure: Extract<RecordedEntry, { kind: 'miss' }>['failure']
  readonly at: string
}

/** Whether an argument names a recording and not a source that is asked. */
export function isRecordingName(argument: string): boolean {
  return argument.endsWith('.lbrec')
}

/** Recordings show no pause longer than this, whatever the speed. */
const longestPauseMs = 5000

/** Shows a recording as if it were live, at its pace times `speed`. Ends early when `show` says so. */
export async function replayRecording(ports: Ports, io: Io, path: string, choice: ReplayChoice, show: (what: ReplayedMoment | ReplayedMiss, source: string) => Promise<boolean>): Promise<void> {
  const opened = await openRecording(ports, path)
  if (!opened.ok) throw new InputError(opened.failure.message)
  const recording = opened.value
  try {
    await replayEntries(recording, new Replay(ports, recording.head, choice.config, choice.knownGood), choice.wantsAlerts ? new AlertCauses(ports.clock) : null, io, choice, show)
  } finally {
    recording.close()
  }
  for (const problem of recording.problems) io.err(`${path}: ${problem.message} (byte ${problem.byte})\n`)
}

async function replayEntries({ head, entries }: OpenRecording, replay: Replay, causes: AlertCauses | null, io: Io, { speed }: ReplayChoice, show: (what: ReplayedMoment | ReplayedMiss, source: string) => Promise<boolean>): Promise<void> {
  const source = `${head.source} (recorded)`
  let lastMs: number | null = null
  const placesOf = new KnownPlaces()
  if (causes !== null) await causes.use(replay.knownGood, replay.running)
  let told = 0
  for (const entry of entries()) {
    const { moment } = replay.take(entry)
    for (; told < replay.problems.length; told += 1) io.err(`${replay.problems[told]?.message ?? ''} Shares are judged without it.\n`)
    if (entry.kind === 'config' && causes !== null) await causes.use(replay.knownGood, replay.running)
    if (entry.kind === 'miss') {
      if (!await show({ failure: entry.failure, at: recordedTime(head.startedAt, entry.wallMs) }, source)) return
    } else if (entry.kind === 'event' && (entry.event.type === 'note' || entry.event.type === 'gap')) {
      io.err(`${recordedTime(head.startedAt, entry.wallMs)}  ${entry.event.text}\n`)
    }
    if (moment === null) continue
    const { monotonicMs, wallMs } = moment.view.snapshot.taken
    if (speed !== null && lastMs !== null) await sleep(Math.min(longestPauseMs, Math.max(0, monotonicMs - lastMs) / speed))
    lastMs = monotonicMs
    const explained = causes === null ? moment : { ...moment, alerts: causes.explain(moment.alerts, moment.view) }
    if (!await show({ moment: explained, places: placesOf.of(replay.running), goodPlaces: placesOf.of(replay.knownGood), at: recordedTime(head.startedAt, wallMs) }, source)) return
  }
}

/** Line indexes of the configs that were in force. */
class KnownPlaces {
  readonly #known = new Map<LoadedConfig, Places>()

  of(config: LoadedConfig | null): Places | null {
    if (config === null) return null
    const found = this.#known.get(config) ?? toPlaces(config.files.map((file) => file.source))
    this.#known.set(config, found)
    return found
  }
}
