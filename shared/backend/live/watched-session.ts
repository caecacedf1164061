import { failed, ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { AlertSettings } from '#shared/live/alerts/settings.ts'
import { dialectOf, type LiveSource } from '#shared/live/live-source.ts'
import { LiveSession, type LiveMoment } from '#shared/live/live-session.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { LiveSessionInfo } from '#shared/rpc/payloads.ts'
import type { Table } from '#shared/presentation/presentation.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Ports } from '#shared/backend/ports.ts'
import type { KeptSession } from './kept-session.ts'
import { readPast, type Past } from './past.ts'
import { createPoller, type Poller } from './poller.ts'
import { toRawTable } from './raw-table.ts'
import { openRecording, type OpenRecording } from './replay.ts'
import { SeenTraffic } from './seen-traffic.ts'
import { SessionRecording } from './session-recording.ts'

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
  /** File to be written; null: nothing is recorded. */
  readonly record: string | null
  readonly alerts: AlertSettings
}

/** How much of the past the timeline shows at once where a server has kept it. */
const pastMs = 30 * 60_000

/** One running balancer that is polled until `close`. Each poll and each miss goes out as an event. */
export class WatchedSession implements KeptSession {
  readonly seen: SeenTraffic
  readonly #ports: Ports
  readonly #options: WatchOptions
  readonly #poller: Poller
  readonly #watch: LiveSession
  readonly #recording: SessionRecording | null
  #running: LoadedConfig | null
  #configProblem: string | null = null
  #snapshot: LiveSnapshot | null = null
  #callOff: () => void = () => undefined
  #closed = false

  private constructor(ports: Ports, options: WatchOptions, poller: Poller) {
    const { source, running, knownGood, record } = options
    const intervalMs = Math.max(options.intervalMs, poller.sourceIntervalMs ?? 0)
    this.#ports = ports
    this.#options = options
    this.#poller = poller
    this.#watch = new LiveSession(running?.model ?? null, intervalMs, knownGood?.model ?? null, options.alerts)
    this.#running = running
    this.#recording = record === null ? null : new SessionRecording(ports, record, { source: source.title, intervalMs })
    this.seen = new SeenTraffic(ports, intervalMs)
  }

  /** The first poll has to succeed, and the recording to begin: what is written wrong is not waited for. */
  static async begin(ports: Ports, options: WatchOptions): Promise<Result<WatchedSession>> {
    const { source, intervalMs, running, knownGood } = options
    const poller = createPoller(ports.live, source, intervalMs)
    const past = await readPast(poller, pastMs, intervalMs)
    if (!past.ok) {
      await poller.close()
      return past
    }
    const session = new WatchedSession(ports, options, poller)
    const { product } = past.value.newest
    // What other sources show was compared before the first question.
    const other = dialectOf(source) === 'any' ? [running, knownGood].find((config) => config !== null && config.model.product !== product) : null
    const started = other ? failed('bad-params', `${source.title} shows ${product}, and ${other.summary.title} is a config of ${other.model.product}.`) : await session.#start(past.value)
    if (started.ok) return ok(session)
    session.close()
    return started
  }

  async #start({ before, newest }: Past): Promise<Result<null>> {
    const recording = await this.#recording?.begin(newest, this.#running, this.#options.knownGood)
    if (recording?.ok === false) return recording
    void this.seen.useConfigs(this.#running, this.#options.knownGood)
    for (const snapshot of before) this.seen.add(this.#watch.add(snapshot))
    await this.#take(newest)
    this.#schedule()
    return ok(null)
  }

  close(): void {
    this.#closed = true
    this.#callOff()
    void this.#poller.close()
    void this.#recording?.close()
  }

  info(): LiveSessionInfo {
    const { sessionId, source, intervalMs, knownGood } = this.#options
    return {
      sessionId, kind: 'live', title: source.title, product: this.#snapshot?.product ?? '', surface: surfaceOf(source), intervalMs, running: this.#running?.summary ?? null, knownGood: knownGood?.summary ?? null,
      problems: this.#configProblem === null ? [] : [this.#configProblem], recording: this.#recording?.status() ?? null, range: this.seen.samples.range(),
    }
  }

  raw(): { readonly atMs: number; readonly table: Table } | null {
    return this.#snapshot === null ? null : { atMs: this.#snapshot.taken.wallMs, table: toRawTable(this.#snapshot) }
  }

  async recording(): Promise<Result<OpenRecording>> {
    if (this.#recording === null || this.#options.record === null) return failed('not-found', 'Nothing of this balancer is recorded, so there is nothing to report. Watch it with a recording.')
    await this.#recording.drained()
    return openRecording(this.#ports, this.#options.record)
  }

  note(atMs: number, text: string): void {
    this.seen.marks.note(atMs, text)
    this.#recording?.note(atMs, text)
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
    // A server that keeps what it scrapes has nothing new with each poll.
    if (polled.ok && polled.value.taken.monotonicMs !== this.#snapshot?.taken.monotonicMs) await this.#take(polled.value)
    else if (!polled.ok) this.#miss(polled.failure)
    this.#schedule()
  }

  async #take(snapshot: LiveSnapshot): Promise<void> {
    this.#snapshot = snapshot
    const moment: LiveMoment = this.#watch.add(snapshot)
    this.#tell(this.seen.add(moment))
    this.#recording?.poll(moment)
    if (moment.view.restarted) await this.#followReload()
  }

  #miss(failure: Failure): void {
    const atMs = this.#ports.clock.wallMs()
    const alerts = this.#watch.miss(failure, atMs)
    const sample = this.seen.miss(failure.message, alerts, atMs)
    if (sample !== null) this.#tell(sample)
    this.#recording?.miss(failure, atMs, alerts)
  }

  /** After a reload the balancer runs what stands in the config now. A config that cannot be read changes nothing. */
  async #followReload(): Promise<void> {
    const { readAgain, onConfig } = this.#options
    if (readAgain === null) return
    const config = await readAgain()
    this.#configProblem = config.ok ? null : `${config.failure.message} What was read before the reload still counts.`
    if (!config.ok) return
    const knownGood = this.#options.knownGood ?? this.#options.running
    this.#running = config.value
    onConfig(config.value)
    this.#watch.useConfig(config.value.model, knownGood?.model ?? null)
    void this.seen.useConfigs(config.value, knownGood)
    this.#recording?.useConfigs(config.value, knownGood, this.#ports.clock.wallMs())
  }

  #tell(sample: LiveSample): void {
    this.#ports.emit('live.sample', { sessionId: this.#options.sessionId, sample, marks: this.seen.marks.changes })
  }
}

function surfaceOf(source: LiveSource): string {
  switch (source.surface) {
    case 'apache': return 'balancer manager'
    case 'apache-status': return 'server-status page'
    case 'caddy': case 'envoy': return 'administration'
    case 'caddy-log': case 'haproxy-log': case 'nginx-log': return 'access log'
    case 'haproxy': return source.kind === 'http' ? 'statistics page' : 'stats socket'
    case 'haproxy-master': return 'master socket'
    case 'haproxy-metrics': return 'metrics page'
    case 'nginx-plus': case 'traefik': return 'API'
    case 'nginx-status': return 'stub_status page'
    case 'nginx-vts': return 'traffic status page'
    case 'prometheus': return 'Prometheus'
  }
}
