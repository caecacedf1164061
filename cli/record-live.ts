import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { RecordingLimits } from '#shared/backend/live/recorder.ts'
import { SessionRecording } from '#shared/backend/live/session-recording.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { limitBounds, toRecordingLimits, usualRecordingLimits } from '#shared/rpc/recording-limits.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { numberOf, type OptionSpec, type Parsed } from './args.ts'
import { InputError, UsageError, type Io } from './io.ts'

export const recordingOptions: readonly OptionSpec[] = [
  { name: 'record', value: 'FILE', help: 'write every poll to a new recording, FILE.lbrec, which live shows again and report tells' },
  { name: 'record-limit-mb', value: 'N', help: `end the recording at N MB (default ${usualRecordingLimits.megabytes})` },
  { name: 'record-limit-hours', value: 'N', help: `end the recording after N hours (default ${usualRecordingLimits.hours})` },
]

/** Which file `--record` names, and where the recording ends by itself. */
export interface RecordingChoice {
  readonly path: string
  readonly limits: RecordingLimits
}

/** Null: nobody asked for a recording. */
export function recordingChoice(args: Parsed): RecordingChoice | null {
  const path = args.value('record')
  if (path === null) {
    for (const name of ['record-limit-mb', 'record-limit-hours']) if (args.has(name)) throw new UsageError(`--${name} needs --record.`)
    return null
  }
  if (!path.endsWith('.lbrec')) throw new UsageError('The name of a recording ends in .lbrec.')
  const limit = (name: string, what: keyof typeof limitBounds): number => numberOf(args, name, limitBounds[what].least, limitBounds[what].most, usualRecordingLimits[what])
  return { path, limits: toRecordingLimits({ megabytes: limit('record-limit-mb', 'megabytes'), hours: limit('record-limit-hours', 'hours') }) }
}

/** The recording of one `live` command. What happens to it is said once, and an interruption ends the command when everything is in the file. */
export class ToldRecording {
  readonly file: SessionRecording
  readonly #path: string
  readonly #io: Io
  #isBegun = false
  #told: string | null = null
  readonly #interruption = new AbortController()
  readonly #interrupt = (): void => { this.#interruption.abort() }

  /** `about`: what is recorded, and how far apart polls are meant to be. */
  constructor(ports: Ports, io: Io, { path, limits }: RecordingChoice, about: { readonly source: string; readonly intervalMs: number }) {
    this.file = new SessionRecording(ports, path, about, limits)
    this.#path = path
    this.#io = io
  }

  /** Creates the file with the first poll; later calls do nothing. When that cannot be, the command ends. */
  async begin(first: LiveSnapshot, running: LoadedConfig | null, knownGood: LoadedConfig | null): Promise<void> {
    if (this.#isBegun) return
    const begun = await this.file.begin(first, running, knownGood)
    if (!begun.ok) throw new InputError(begun.failure.message)
    this.#isBegun = true
    process.on('SIGINT', this.#interrupt)
    process.on('SIGTERM', this.#interrupt)
  }

  /** Says what became of the file since it was said last. */
  tell(): void {
    const message = this.file.status()?.problem ?? null
    if (message === this.#told) return
    this.#io.err(message === null ? `${this.#path} is written again; what is missing stands in it as a gap.\n` : `${message} Watching goes on.\n`)
    this.#told = message
  }

  /** Waits until the next poll is due. False: somebody asked for the end. */
  async pause(ms: number): Promise<boolean> {
    try {
      await sleep(ms, undefined, { signal: this.#interruption.signal })
      return true
    } catch (error) {
      if ((error as Error).name !== 'AbortError') throw error
      return false
    }
  }

  async close(): Promise<void> {
    process.off('SIGINT', this.#interrupt)
    process.off('SIGTERM', this.#interrupt)
    await this.file.close()
    this.tell()
  }
}
