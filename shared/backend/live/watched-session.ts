import type { Failure, Result } from '#shared/diagnostics/failure.ts'
import type { LiveSource } from '#shared/live/live-source.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { ConfigSummary, LiveSessionInfo } from '#shared/rpc/payloads.ts'
import type { Table } from '#shared/presentation/presentation.ts'
import { toLineLookup } from '#shared/text/line-lookup.ts'
import { toLiveAlert, toLiveSample, type LiveSample, type SampleContext } from '#shared/view/live-sample.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { followReload } from './follow-reload.ts'
import { createPoller, type Poller } from './poller.ts'
import { toRawTable } from './raw-table.ts'
import { SeenTraffic } from './seen-traffic.ts'

export interface WatchOptions {
  readonly sessionId: string
  readonly source: LiveSource
  readonly intervalMs: number
  readonly running: LoadedConfig | null
  readonly knownGood: LoadedConfig | null
  /** Reads the running config once more; null: it cannot be read twice. */
  readonly readAgain: (() => Promise<Result<LoadedConfig>>) | null
  /** A config that was read after a reload. */
  readonly onConfig: (config: LoadedConfig) => void
}

const surfaceWords: Readonly<Record<LiveSource['surface'], string>> = { 'haproxy': 'statistics', 'nginx-status': 'stub_status page' }

/** One running balancer that is polled until `close`. Each poll and each miss goes out as an event. */
export class WatchedSession {
  readonly #ports: Ports
  readonly #options: WatchOptions
  readonly #poller: Poller
  readonly #watch: LiveSession
  readonly seen: SeenTraffic
  #running: LoadedConfig | null
  #context: SampleContext
  #configProblem: string | null = null
  #snapshot: LiveSnapshot | null = null
  #misses = 0
  #callOff: () => void = () => undefined
  #closed = false

  constructor(ports: Ports, options: WatchOptions) {
    this.#ports = ports
    this.#options = options
    this.#poller = createPoller(ports.live, options.source, options.intervalMs)
    this.#watch = new LiveSession(options.running?.model ?? null, options.intervalMs, options.knownGood?.model ?? null)
    this.seen = new SeenTraffic(ports.bytes, options.intervalMs)
    this.#running = options.running
    this.#context = contextOf(options.running)
  }

  /** The first poll has to succeed: a source that is written wrong is not waited for. */
  async begin(): Promise<Result<null>> {
    const first = await this.#poller.poll()
    if (!first.ok) return first
    await this.#take(first.value)
    this.#schedule()
    return { ok: true, value: null }
  }

  close(): void {
    this.#closed = true
    this.#callOff()
  }

  info(): LiveSessionInfo {
    const { sessionId, source, intervalMs, knownGood } = this.#options
    const summary = (config: LoadedConfig | null): ConfigSummary | null => config?.summary ?? null
    return {
      sessionId, kind: 'live', title: source.title, product: this.#snapshot?.product ?? '', intervalMs, running: summary(this.#running), knownGood: summary(knownGood),
      surface: source.surface === 'haproxy' ? (source.kind === 'http' ? 'statistics page' : 'stats socket') : surfaceWords[source.surface], configProblem: this.#configProblem, range: this.seen.samples.range(),
    }
  }

  raw(): { readonly atMs: number; readonly table: Table } | null {
    return this.#snapshot === null ? null : { atMs: this.#snapshot.taken.wallMs, table: toRawTable(this.#snapshot) }
  }

  #schedule(): void {
    if (this.#closed) return
    // Any number between 0 and 1 does: the clock's own crumbs keep several watchers out of step.
    const draw = (this.#ports.clock.milliseconds() * 7919) % 1
    this.#callOff = this.#ports.clock.after(this.#poller.pauseMs(draw), () => void this.#look())
  }

  async #look(): Promise<void> {
    const polled = await this.#poller.poll()
    if (this.#closed) return
    if (polled.ok) await this.#take(polled.value)
    else this.#miss(polled.failure)
    this.#schedule()
  }

  async #take(snapshot: LiveSnapshot): Promise<void> {
    this.#misses = 0
    this.#snapshot = snapshot
    const moment = this.#watch.add(snapshot)
    this.#tell(toLiveSample(moment, this.#context))
    if (moment.view.restarted) await this.#followReload()
  }

  #miss(failure: Failure): void {
    this.#misses += 1
    const atMs = this.#ports.clock.wallMs()
    const alerts = this.#watch.miss(failure, atMs)
    const last = this.seen.last
    if (last !== null) this.#tell({ ...last, atMs, restarted: false, alerts: alerts.map((alert) => toLiveAlert(alert, this.#context)), missed: { polls: this.#misses, message: failure.message } })
  }

  async #followReload(): Promise<void> {
    const { readAgain, knownGood, onConfig } = this.#options
    if (readAgain === null) return
    const config = await followReload(this.#watch, readAgain, (knownGood ?? this.#options.running)?.model ?? null)
    this.#configProblem = config.ok ? null : `${config.failure.message} What was read before the reload still counts.`
    if (!config.ok) return
    this.#running = config.value
    this.#context = contextOf(config.value)
    onConfig(config.value)
  }

  #tell(sample: LiveSample): void {
    this.seen.add(sample)
    this.#ports.emit('live.sample', { sessionId: this.#options.sessionId, sample, marks: this.seen.marks.changes })
  }
}

function contextOf(config: LoadedConfig | null): SampleContext {
  return { configId: config?.configId ?? null, running: config === null ? null : toLineLookup(config.files.map((file) => file.source)) }
}
