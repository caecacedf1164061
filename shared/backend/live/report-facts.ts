import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { Ports } from '#shared/backend/ports.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { AlertSettings } from '#shared/live/alerts/settings.ts'
import type { LiveMoment } from '#shared/live/live-session.ts'
import type { WatchedPool } from '#shared/live/live-watch.ts'
import type { PollTime } from '#shared/live/snapshot.ts'
import type { RecordedConfig, RecordedEntry, RecordingHead, RecordingProblem } from '#shared/live/recording/entries.ts'
import { toLineLookup, type LineLookup, type LinePlace } from '#shared/text/line-lookup.ts'
import { AlertCauses } from './causes.ts'
import { Replay, type OpenRecording } from './replay.ts'

/** One alert from its beginning to its end, as it was told when it began. */
export interface ReportedAlert extends Pick<Alert, 'key' | 'rule' | 'pool' | 'severity' | 'sentence' | 'evidence' | 'mutedBy' | 'waived'> {
  readonly fromMs: number
  /** Null: it still fired when the recording ended. */
  untilMs: number | null
  readonly lines: readonly (LinePlace & { readonly side: 'running' | 'known-good' })[]
}

/** Something at a moment. `tone`: how it is marked. */
export interface TimelineItem {
  readonly wallMs: number
  /** Place among all that was recorded; the clock on the wall may have been set back. */
  readonly order: number
  readonly tone: 'change' | 'critical' | 'warning' | 'info' | 'end' | 'gap'
  readonly text: string
}

export interface PoolTraffic {
  /** Requests (connections where there are none) and the time they took, before anything fired and from then on. */
  readonly before: { units: number; ms: number }
  readonly since: { units: number; ms: number }
  /** The poll in which most went to servers it should not have gone to, and when that was. */
  worst: { readonly pool: WatchedPool; readonly wallMs: number; readonly misplaced: number } | null
}

/** Everything of a recording that a report tells. */
export interface ReportFacts {
  readonly head: RecordingHead
  readonly version: string | null
  readonly fromMs: number
  readonly toMs: number
  /** From the first poll to the last one, whatever became of the clock on the wall. */
  readonly durationMs: number
  readonly polls: number
  readonly misses: number
  readonly configs: readonly (Pick<RecordedConfig, 'role' | 'hash' | 'title' | 'product' | 'version'> & { readonly wallMs: number })[]
  readonly running: LoadedConfig | null
  readonly knownGood: LoadedConfig | null
  readonly alerts: readonly ReportedAlert[]
  readonly timeline: readonly TimelineItem[]
  readonly pools: ReadonlyMap<string, PoolTraffic>
  readonly problems: readonly RecordingProblem[]
}

const noticedGaps = 3
const noticedJumpMs = 2000

/** Goes through a recording once, with these settings of alerts, and holds what a report needs. Null: there is no poll in it. */
export async function gatherFacts(ports: Pick<Ports, 'bytes' | 'clock'>, recording: OpenRecording, alerts: AlertSettings): Promise<ReportFacts | null> {
  const gatherer = new Gatherer(ports, recording.head, alerts)
  let entries = 0
  for (const entry of recording.entries()) {
    await gatherer.take(entry)
    entries += 1
    if (entries % 50 === 0) await ports.clock.breathe()
  }
  return gatherer.facts(recording.problems)
}

class Gatherer {
  readonly #head: RecordingHead
  readonly #replay: Replay
  readonly #causes: AlertCauses
  readonly #configs: ReportFacts['configs'][number][] = []
  readonly #timeline: TimelineItem[] = []
  readonly #alerts: ReportedAlert[] = []
  readonly #firing = new Map<string, ReportedAlert>()
  readonly #pools = new Map<string, PoolTraffic>()
  readonly #lookups = new Map<LoadedConfig, LineLookup>()
  #version: string | null
  #entries = 0
  #first: PollTime | null = null
  #last: (PollTime & { readonly order: number }) | null = null
  #polls = 0
  #misses = 0
  #missing: { readonly fromMs: number; readonly order: number; untilMs: number; count: number; readonly message: string } | null = null

  constructor(ports: Pick<Ports, 'bytes' | 'clock'>, head: RecordingHead, alerts: AlertSettings) {
    this.#head = head
    this.#version = head.version
    this.#replay = new Replay(ports, head, { alerts })
    this.#causes = new AlertCauses(ports.clock)
  }

  async take(entry: RecordedEntry): Promise<void> {
    this.#entries += 1
    const { moment, alerts } = this.#replay.take(entry)
    switch (entry.kind) {
      case 'poll':
        if (moment !== null) this.#poll(moment)
        return
      case 'miss':
        this.#misses += 1
        this.#missing ??= { fromMs: entry.wallMs, order: this.#entries, untilMs: entry.wallMs, count: 0, message: entry.failure.message }
        this.#missing.count += 1
        this.#missing.untilMs = entry.wallMs
        this.#alertsNow(alerts ?? [], entry.wallMs)
        return
      case 'config': {
        const { role, hash, title, product, version } = entry.config
        const known = this.#configs.findLast((one) => one.role === role)
        if (known?.hash !== hash) {
          this.#configs.push({ role, hash, title, product, version, wallMs: entry.wallMs })
          if (role === 'running' && known !== undefined) this.#tell(entry.wallMs, 'change', `The config that runs is ${title} now, SHA-256 ${hash.slice(0, 12)}.`)
        }
        await this.#causes.use(this.#replay.knownGood, this.#replay.running)
        return
      }
      case 'event':
        if (entry.event.type === 'note') this.#tell(entry.wallMs, 'info', entry.event.text)
        else if (entry.event.type === 'gap') this.#tell(entry.wallMs, 'gap', entry.event.text)
        return
    }
  }

  facts(problems: readonly RecordingProblem[]): ReportFacts | null {
    if (this.#first === null || this.#last === null) return null
    // A recording may end in polls that failed.
    const toMs = Math.max(this.#last.wallMs, this.#missing?.untilMs ?? this.#last.wallMs)
    const durationMs = this.#last.monotonicMs - this.#first.monotonicMs + toMs - this.#last.wallMs
    this.#endMissing(toMs)
    return {
      head: this.#head, version: this.#version, fromMs: this.#first.wallMs, toMs, durationMs, polls: this.#polls, misses: this.#misses, configs: this.#configs, running: this.#replay.running, knownGood: this.#replay.knownGood,
      alerts: this.#alerts, timeline: this.#timeline, pools: this.#pools, problems,
    }
  }

  #tell(wallMs: number, tone: TimelineItem['tone'], text: string, order = this.#entries): void {
    this.#timeline.push({ wallMs, order, tone, text })
  }

  #poll({ view, alerts }: LiveMoment): void {
    const { wallMs, monotonicMs } = view.snapshot.taken
    const jumpMs = this.#last === null ? 0 : wallMs - this.#last.wallMs - (monotonicMs - this.#last.monotonicMs)
    this.#endMissing(wallMs - jumpMs)
    if (this.#last !== null && monotonicMs - this.#last.monotonicMs > noticedGaps * this.#head.intervalMs && this.#timeline.at(-1)?.tone !== 'gap') {
      this.#tell(this.#last.wallMs, 'gap', `No poll for ${Math.round((monotonicMs - this.#last.monotonicMs) / 1000)} s.`, this.#last.order)
    }
    if (Math.abs(jumpMs) > noticedJumpMs) this.#tell(wallMs, 'info', `The clock of the machine that recorded went ${jumpMs < 0 ? 'back' : 'forward'} by ${Math.round(Math.abs(jumpMs) / 1000)} s${jumpMs < 0 ? '' : ', or the machine slept'}.`)
    this.#polls += 1
    this.#version = view.snapshot.version ?? this.#version
    this.#first ??= { wallMs, monotonicMs }
    this.#last = { wallMs, monotonicMs, order: this.#entries }
    if (view.restarted) this.#tell(wallMs, 'change', `${view.snapshot.product} was reloaded or restarted.`)
    this.#alertsNow(this.#causes.explain(alerts, view), wallMs)
    for (const pool of view.pools) this.#traffic(pool, wallMs)
  }

  /** Polls that failed are one gap in the timeline. */
  #endMissing(wallMs: number): void {
    const missing = this.#missing
    if (missing === null) return
    this.#missing = null
    this.#tell(missing.fromMs, 'gap', `${missing.count} ${missing.count === 1 ? 'poll' : 'polls'} failed within ${Math.max(1, Math.round((wallMs - missing.fromMs) / 1000))} s: ${missing.message}`, missing.order)
  }

  #alertsNow(alerts: readonly Alert[], wallMs: number): void {
    const now = new Set(alerts.map((alert) => alert.key))
    for (const [key, alert] of this.#firing) {
      if (now.has(key)) continue
      alert.untilMs = wallMs
      this.#firing.delete(key)
      if (alert.severity !== 'info') this.#tell(wallMs, 'end', `Over: ${alert.sentence}`)
    }
    for (const alert of alerts) {
      if (this.#firing.has(alert.key)) continue
      const { key, rule, pool, severity, sentence, evidence, mutedBy, waived } = alert
      const begun: ReportedAlert = { key, rule, pool, severity, sentence, evidence, mutedBy, waived, fromMs: wallMs, untilMs: null, lines: this.#linesOf(alert) }
      this.#firing.set(key, begun)
      this.#alerts.push(begun)
      // The reload itself stands there already.
      if (rule !== 'reload') this.#tell(wallMs, waived === null ? severity : 'info', waived === null ? sentence : `${sentence} Waived until ${waived.until}: ${waived.reason}`)
    }
  }

  #linesOf(alert: Alert): ReportedAlert['lines'] {
    const spans = alert.causes.length > 0 ? alert.causes : alert.at === null ? [] : [{ side: 'running' as const, at: alert.at }]
    return spans.flatMap(({ side, at }) => {
      const config = side === 'running' ? this.#replay.running : this.#replay.knownGood
      const place = config === null ? null : this.#lookup(config)(at)
      return place === null ? [] : [{ side, ...place }]
    })
  }

  #lookup(config: LoadedConfig): LineLookup {
    const known = this.#lookups.get(config) ?? toLineLookup(config.files.map((file) => file.source))
    this.#lookups.set(config, known)
    return known
  }

  #traffic(pool: WatchedPool, wallMs: number): void {
    const known = this.#pools.get(pool.name) ?? { before: { units: 0, ms: 0 }, since: { units: 0, ms: 0 }, worst: null }
    this.#pools.set(pool.name, known)
    const interval = pool.live?.interval ?? null
    const units = interval?.deltas.requests ?? interval?.deltas.connections ?? null
    const wakes = this.#alerts.some((alert) => alert.severity !== 'info' && alert.rule !== 'reload' && alert.waived === null)
    const sum = wakes ? known.since : known.before
    if (interval !== null && units !== null) {
      sum.units += units
      sum.ms += interval.durationMs
    }
    const misplaced = Math.max(pool.shares.misplaced ?? 0, pool.knownGood?.misplaced ?? 0)
    const isWrong = [pool.shares, pool.knownGood].some((shares) => shares !== null && shares.severity !== 'none')
    if (isWrong && misplaced > (known.worst?.misplaced ?? 0)) known.worst = { pool, wallMs, misplaced }
  }
}
