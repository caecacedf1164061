import type { Failure, Result } from '#shared/diagnostics/failure.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { AlertSettings, Waiver } from '#shared/live/alerts/settings.ts'
import { LiveSession, type LiveMoment } from '#shared/live/live-session.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { ClockPort } from '#shared/backend/ports.ts'
import type { SessionRecording } from './session-recording.ts'

export interface BalancerWatchOptions {
  /** How far apart polls are meant to be. */
  readonly nominalMs: number
  readonly running: LoadedConfig | null
  /** Null: from the first reload on, the config that ran until then. */
  readonly knownGood: LoadedConfig | null
  /** Reads the running config once more; null: there is none, or it cannot be read twice. */
  readonly readAgain: (() => Promise<Result<LoadedConfig>>) | null
  /** Called after a reload with the configs that count from there on; they are to be compared anew. */
  readonly onConfigs: (running: LoadedConfig, knownGood: LoadedConfig | null) => void
  /** Null: nothing is recorded. */
  readonly recording: SessionRecording | null
  readonly alerts: AlertSettings
}

/**
 * One running balancer over its polls and reloads: what each poll and each miss shows, judged against the configs of
 * then, and written to its recording. When it is asked, and what is shown of it, is up to who watches.
 */
export class BalancerWatch {
  readonly #clock: ClockPort
  readonly #options: BalancerWatchOptions
  readonly #session: LiveSession
  #running: LoadedConfig | null
  #knownGood: LoadedConfig | null
  #configProblem: string | null = null

  constructor(clock: ClockPort, options: BalancerWatchOptions) {
    const { running, knownGood, nominalMs, alerts } = options
    this.#clock = clock
    this.#options = options
    this.#session = new LiveSession(running?.model ?? null, nominalMs, knownGood?.model ?? null, alerts)
    this.#running = running
    this.#knownGood = knownGood
  }

  /** The config that polls are judged against now. */
  get running(): LoadedConfig | null {
    return this.#running
  }

  get knownGood(): LoadedConfig | null {
    return this.#knownGood
  }

  /** Why the config was not read again after the last reload; null: it was, or there was none. */
  get configProblem(): string | null {
    return this.#configProblem
  }

  useWaivers(waivers: readonly Waiver[]): void {
    this.#session.useWaivers(waivers)
  }

  /** Something was seen that does not fire yet: polls may come closer together. */
  get pending(): boolean {
    return this.#session.pending
  }

  add(snapshot: LiveSnapshot): LiveMoment {
    const moment = this.#session.add(snapshot)
    this.#options.recording?.poll(moment)
    return moment
  }

  /** A poll that failed: when, and what fires after it. */
  miss(failure: Failure): { readonly wallMs: number; readonly alerts: readonly Alert[] } {
    const wallMs = this.#clock.wallMs()
    const alerts = this.#session.miss(failure, wallMs)
    this.#options.recording?.miss(failure, wallMs, alerts)
    return { wallMs, alerts }
  }

  /** After a reload the balancer runs what stands in the config now. A config that cannot be read changes nothing. */
  async followReload(): Promise<void> {
    const { readAgain, running, knownGood, recording, onConfigs } = this.#options
    if (readAgain === null) return
    const config = await readAgain()
    this.#configProblem = config.ok ? null : `${config.failure.message} What was read before the reload still counts.`
    if (!config.ok) return
    this.#running = config.value
    this.#knownGood = knownGood ?? running
    this.#session.useConfig(config.value.model, this.#knownGood?.model ?? null)
    recording?.useConfigs(config.value, this.#knownGood, this.#clock.wallMs())
    onConfigs(config.value, this.#knownGood)
  }
}
