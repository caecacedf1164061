import { failed, ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { AlertSettings, Waiver } from '#shared/live/alerts/settings.ts'
import { cautionsOf } from '#shared/live/cautions.ts'
import type { LiveSource } from '#shared/live/live-source.ts'
import { toRecordingLimits, type WrittenLimits } from '#shared/rpc/recording-limits.ts'
import { whyNotShown } from '#shared/live/same-product.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { CallContext } from '#shared/rpc/method.ts'
import type { LiveSessionInfo } from '#shared/rpc/live-payloads.ts'
import type { Table } from '#shared/presentation/presentation.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { BalancerWatch } from './balancer-watch.ts'
import type { KeptSession } from './kept-session.ts'
import { readPast, type Past } from './past.ts'
import { createPoller, type Poller } from './poller.ts'
import { toRawTable } from './raw-table.ts'
import { openRecording, type OpenRecording } from './replay.ts'
import { SeenTraffic } from './seen-traffic.ts'
import { SessionRecording } from './session-recording.ts'
import { waiverChanges } from './waiver-words.ts'

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
  /** File to be written, and where it ends by itself; null: nothing is recorded. */
  readonly record: { readonly path: string; readonly limits: WrittenLimits } | null
  readonly alerts: AlertSettings
  /** How much of the time before is shown at once where the source keeps it. */
  readonly pastMs: number
}

/** Of answers about the time before: a person waits for them. */
const mostPastBytes = 512 * 1024 * 1024
const breathEveryMs = 20

/** One running balancer that is polled until `close`. Each poll and each miss goes out as an event. */
export class WatchedSession implements KeptSession {
  readonly seen: SeenTraffic
  readonly #ports: Ports
  readonly #options: WatchOptions
  /** How far apart new data can be expected. */
  readonly #intervalMs: number
  readonly #poller: Poller
  readonly #watch: BalancerWatch
  readonly #recording: SessionRecording | null
  #snapshot: LiveSnapshot | null = null
  #pastProblem: string | null = null
  #alerts: AlertSettings
  #callOff: () => void = () => undefined
  #closed = false

  private constructor(ports: Ports, options: WatchOptions, poller: Poller) {
    const { source, running, knownGood, readAgain, onConfig, record, alerts } = options
    const intervalMs = this.#intervalMs = Math.max(options.intervalMs, poller.sourceIntervalMs ?? 0)
    this.#ports = ports
    this.#options = options
    this.#poller = poller
    this.#recording = record === null ? null : new SessionRecording(ports, record.path, { source: source.title, intervalMs }, toRecordingLimits(record.limits))
    this.#alerts = alerts
    this.seen = new SeenTraffic(ports, intervalMs)
    this.#watch = new BalancerWatch(ports.clock, {
      nominalMs: intervalMs, running, knownGood, readAgain, recording: this.#recording, alerts,
      onConfigs: (now, good) => {
        onConfig(now)
        void this.seen.useConfigs(now, good)
      },
    })
  }

  /** The first poll has to succeed, and the recording to begin: what is written wrong is not waited for. */
  static async begin(ports: Ports, options: WatchOptions, { cancelled }: CallContext): Promise<Result<WatchedSession>> {
    const { source, intervalMs, running, knownGood, pastMs } = options
    const poller = createPoller(ports.live, source, intervalMs)
    const past = await readPast(poller, pastMs, intervalMs, mostPastBytes)
    if (!past.ok) {
      await poller.close()
      return past
    }
    const session = new WatchedSession(ports, options, poller)
    const refused = [running, knownGood].map((config) => (config === null ? null : whyNotShown(source, past.value.newest.product, config.model, config.summary.title))).find((words) => words !== null)
    const started = refused === undefined ? await session.#start(past.value, cancelled) : failed('bad-params', refused)
    if (started.ok) return ok(session)
    session.close()
    return started
  }

  async #start(past: Past, cancelled: () => boolean): Promise<Result<null>> {
    const { running, knownGood } = this.#watch
    const compared = this.seen.useConfigs(running, knownGood)
    const before = past.isKept ? await compared.then(() => this.#lookBack(past, cancelled)) : ok(null)
    if (!before.ok) return before
    const recording = await this.#record(past.newest)
    if (!recording.ok) return recording
    await this.#take(past.newest)
    this.#schedule()
    return ok(null)
  }

  /** Goes through what was before the newest moment, as if it had been watched then. Other work goes on in between. */
  async #lookBack(past: Past, cancelled: () => boolean): Promise<Result<null>> {
    const { clock } = this.#ports
    let breathed = clock.milliseconds()
    for await (const part of past.parts()) {
      for (const snapshot of part) {
        const recording = await this.#record(snapshot)
        if (!recording.ok) return recording
        this.seen.add(this.#watch.add(snapshot))
        if (clock.milliseconds() - breathed < breathEveryMs) continue
        await clock.breathe()
        breathed = clock.milliseconds()
        if (cancelled()) break
      }
      if (cancelled()) return failed('cancelled', 'Watching was cancelled.')
      await this.#recording?.drained()
    }
    this.#pastProblem = past.problem()
    if (this.#pastProblem !== null) this.note(this.seen.samples.range()?.fromMs ?? past.newest.taken.wallMs, this.#pastProblem)
    return ok(null)
  }

  /** The recording begins with the first moment that there is; later ones do nothing here. */
  async #record(first: LiveSnapshot): Promise<Result<null>> {
    return this.#recording === null || this.#recording.status() !== null ? ok(null) : this.#recording.begin(first, this.#watch.running, this.#watch.knownGood)
  }

  close(): void {
    this.#closed = true
    this.#callOff()
    void this.#poller.close()
    void this.#recording?.close()
  }

  info(): LiveSessionInfo {
    const { sessionId, source, knownGood } = this.#options
    return {
      sessionId, kind: 'live', title: source.title, product: this.#snapshot?.product ?? '', surface: surfaceOf(source), intervalMs: this.#intervalMs, running: this.#watch.running?.summary ?? null, knownGood: knownGood?.summary ?? null,
      problems: this.#watch.configProblem === null ? [] : [this.#watch.configProblem], cautions: cautionsOf(source, this.#snapshot?.rows.length ?? 0, this.#intervalMs), pastProblem: this.#pastProblem, recording: this.#recording?.status() ?? null, range: this.seen.samples.range(),
    }
  }

  raw(): { readonly atMs: number; readonly table: Table } | null {
    return this.#snapshot === null ? null : { atMs: this.#snapshot.taken.wallMs, table: toRawTable(this.#snapshot) }
  }

  async recording(): Promise<Result<OpenRecording>> {
    if (this.#recording === null || this.#options.record === null) return failed('not-found', 'Nothing of this balancer is recorded, so there is nothing to report. Watch it with a recording.')
    await this.#recording.drained()
    return openRecording(this.#ports, this.#options.record.path)
  }

  get alerts(): AlertSettings {
    return this.#alerts
  }

  waive(waivers: readonly Waiver[]): Result<null> {
    const wallMs = this.#ports.clock.wallMs()
    const changes = waiverChanges(this.#alerts.waivers ?? [], waivers, wallMs)
    this.#alerts = { ...this.#alerts, waivers }
    this.#watch.useWaivers(waivers)
    for (const change of changes) this.note(wallMs, change)
    return ok(null)
  }

  note(atMs: number, text: string): void {
    this.seen.marks.note(atMs, text)
    this.#recording?.note(atMs, text)
  }

  #schedule(): void {
    if (this.#closed) return
    // Any number between 0 and 1 does: the clock's own crumbs keep several watchers out of step.
    const draw = (this.#ports.clock.milliseconds() * 7919) % 1
    this.#callOff = this.#ports.clock.after(this.#poller.pauseMs(draw, this.#watch.pending), () => void this.#look())
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
    const moment = this.#watch.add(snapshot)
    this.#tell(this.seen.add(moment))
    if (moment.view.restarted) await this.#watch.followReload()
  }

  #miss(failure: Failure): void {
    const { wallMs, alerts } = this.#watch.miss(failure)
    const sample = this.seen.miss(failure.message, alerts, wallMs)
    if (sample !== null) this.#tell(sample)
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
