import { setTimeout as sleep } from 'node:timers/promises'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import { toRecordedConfig } from '#shared/backend/live/recorded-config.ts'
import { LiveRecorder } from '#shared/backend/live/recorder.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { maskSecrets } from '#shared/backend/secrets.ts'
import type { Failure } from '#shared/diagnostics/failure.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { LiveMoment } from '#shared/live/live-session.ts'
import { numberOf, type OptionSpec, type Parsed } from './args.ts'
import { InputError, UsageError, type Io } from './io.ts'
import type { Places } from './output/json-shapes.ts'

export const recordingOptions: readonly OptionSpec[] = [
  { name: 'record', value: 'FILE', help: 'write every poll to a new recording, FILE.lbrec, which live shows again and report tells' },
  { name: 'record-limit-mb', value: 'N', help: 'end the recording at N MB (default 512)' },
  { name: 'record-limit-hours', value: 'N', help: 'end the recording after N hours (default 168)' },
]

const shownLineCharacters = 200

/** The recording of one `live` command. Whatever happens to it, watching goes on; what happens is said once. */
export class SessionRecording {
  readonly #ports: Ports
  readonly #io: Io
  readonly #path: string
  readonly #source: string
  readonly #limits: { readonly bytes: number; readonly ms: number }
  #recorder: LiveRecorder | null = null
  #configs: { readonly running: LoadedConfig | null; readonly knownGood: LoadedConfig | null }
  #told: string | null = null
  readonly #interruption = new AbortController()
  readonly #interrupt = (): void => { this.#interruption.abort() }

  private constructor(ports: Ports, args: Parsed, io: Io, path: string, source: string, running: LoadedConfig | null, knownGood: LoadedConfig | null) {
    this.#ports = ports
    this.#io = io
    this.#path = path
    this.#source = source
    this.#limits = { bytes: numberOf(args, 'record-limit-mb', 1, 1_000_000, 512) * 1024 * 1024, ms: numberOf(args, 'record-limit-hours', 0.01, 100_000, 168) * 3_600_000 }
    this.#configs = { running, knownGood }
  }

  /** Null: nobody asked for a recording. */
  static of(ports: Ports, args: Parsed, io: Io, source: string, running: LoadedConfig | null, knownGood: LoadedConfig | null): SessionRecording | null {
    const path = args.value('record')
    if (path === null) {
      for (const name of ['record-limit-mb', 'record-limit-hours']) if (args.has(name)) throw new UsageError(`--${name} needs --record.`)
      return null
    }
    if (!path.endsWith('.lbrec')) throw new UsageError('The name of a recording ends in .lbrec.')
    return new SessionRecording(ports, args, io, path, source, running, knownGood)
  }

  /** Takes one poll; they are meant to be `intervalMs` apart. The first one begins the file; when that cannot be, the command ends. */
  async poll({ view, alerts }: LiveMoment, places: Places | null, intervalMs: number): Promise<void> {
    const { snapshot } = view
    const { wallMs } = snapshot.taken
    if (this.#recorder === null) {
      const started = await LiveRecorder.start(this.#ports.recordings, this.#path, {
        source: this.#source, intervalMs, product: snapshot.product, version: snapshot.version, startedAt: this.#ports.clock.now(), writer: `Steelyard ${this.#ports.host.version}`, note: '',
      }, this.#limits)
      if (!started.ok) throw new InputError(started.failure.message)
      this.#recorder = started.value
      this.#writeConfigs(wallMs)
      process.on('SIGINT', this.#interrupt)
      process.on('SIGTERM', this.#interrupt)
    }
    this.#recorder.poll(snapshot)
    if (view.restarted) this.#recorder.event({ type: 'reload', text: `${snapshot.product} was reloaded or restarted.` }, wallMs)
    this.#alerts(alerts, places, wallMs)
  }

  miss(failure: Failure, wallMs: number, alerts: readonly Alert[], places: Places | null): void {
    this.#recorder?.miss(failure, wallMs)
    this.#alerts(alerts, places, wallMs)
  }

  /** After a reload: the config that runs now, and the one that counts as good. */
  useConfigs(running: LoadedConfig, knownGood: LoadedConfig | null, wallMs: number): void {
    this.#configs = { running, knownGood }
    this.#writeConfigs(wallMs)
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
    await this.#recorder?.close()
    this.#tell()
  }

  #writeConfigs(wallMs: number): void {
    const { running, knownGood } = this.#configs
    if (knownGood !== null) this.#recorder?.config(toRecordedConfig(knownGood, 'known-good'), wallMs)
    if (running !== null) this.#recorder?.config(toRecordedConfig(running, 'running'), wallMs)
  }

  #alerts(alerts: readonly Alert[], places: Places | null, wallMs: number): void {
    this.#recorder?.alerts(alerts, ({ at }) => {
      if (at === null || places === null) return null
      const rule = places.ruleOf(at)
      return { ...rule, text: maskSecrets(rule.text).slice(0, shownLineCharacters) }
    }, wallMs)
    this.#tell()
  }

  #tell(): void {
    const message = this.#recorder?.status().problem?.message ?? null
    if (message === this.#told) return
    this.#io.err(message === null ? `${this.#path} is written again; what is missing stands in it as a gap.\n` : `${message} Watching goes on.\n`)
    this.#told = message
  }
}
