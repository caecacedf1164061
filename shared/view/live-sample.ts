import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { AlertSeverity, RuleId } from '#shared/live/alerts/evaluation.ts'
import type { DriftKind } from '#shared/live/drift.ts'
import type { ShareClass, ShareUnit } from '#shared/live/expected.ts'
import type { RowInterval } from '#shared/live/intervals.ts'
import type { LiveMoment } from '#shared/live/live-session.ts'
import type { WatchedPool } from '#shared/live/live-watch.ts'
import { perSecond } from '#shared/live/per-second.ts'
import type { PoolShares, ShareVerdict } from '#shared/live/pool-watch.ts'
import { measuredResponseMs, type Admin, type Counters, type Gauges, type Health } from '#shared/live/snapshot.ts'
import type { LineLookup, LinePlace } from '#shared/text/line-lookup.ts'
import type { Span } from '#shared/text/span.ts'

/** Per second; null: not known for this interval, which is not 0. `errors`: answers 5xx. */
export interface LiveRates {
  readonly requests: number | null
  /** Times that a server was chosen; a request that went on to another server counts at both. */
  readonly tries: number | null
  readonly connections: number | null
  readonly bytes: number | null
  readonly errors: number | null
}

export interface LiveListener {
  readonly name: string
  readonly protocol: 'http' | 'tcp'
  readonly rates: LiveRates
  readonly sessions: number | null
}

/** Share 0–1 as a range; both ends are equal unless load decides. */
export interface LiveRange {
  readonly low: number
  readonly high: number
}

export interface LiveServer {
  /** Of the config, which is also the id of its box; null: the config does not have it. */
  readonly id: string | null
  readonly name: string
  readonly inConfig: boolean
  readonly running: boolean
  readonly address: string | null
  /** The balancer's own word; null: it does not run. */
  readonly state: string | null
  readonly health: Health
  readonly admin: Admin | null
  readonly backup: boolean
  readonly weight: number | null
  readonly configWeight: number | null
  /** 0–100 while it warms up. */
  readonly throttlePercent: number | null
  readonly rates: LiveRates
  readonly responseMs: number | null
  readonly sessions: number | null
  readonly queued: number | null
  readonly share: number | null
  readonly expected: LiveRange | null
  /** By the last known good config; null: there is none, or it says nothing. */
  readonly knownGood: LiveRange | null
  /** Result of the last check with its detail. */
  readonly check: string | null
}

/** Rate of a pool or of one of its servers in what the pool is counted in. */
export function workRate({ counted }: Pick<LivePool, 'counted'>, rates: LiveRates): number | null {
  return rates[counted]
}

export interface LiveShares {
  readonly verdict: ShareVerdict
  readonly severity: PoolShares['severity']
  readonly sentence: string
  readonly class: ShareClass
  readonly unit: ShareUnit
  readonly units: number
  readonly overMs: number
  readonly misplaced: number | null
}

export interface LivePool {
  /** Of the config, which is also the id of its box; null: the config does not have it. */
  readonly id: string | null
  readonly name: string
  readonly inConfig: boolean
  /** The config has it in use. */
  readonly enabled: boolean
  readonly running: boolean
  readonly protocol: 'http' | 'tcp'
  readonly algorithm: string | null
  readonly up: boolean | null
  readonly onBackups: boolean
  readonly rates: LiveRates
  /** Answers 5xx per second that the balancer gave itself. */
  readonly ownErrors: number | null
  readonly responseMs: number | null
  readonly sessions: number | null
  /** What its work is told in: tries where the source counts no requests. */
  readonly counted: 'requests' | 'tries' | 'connections'
  /** Requests that wait, in the pool and at its servers. */
  readonly queued: number | null
  readonly shares: LiveShares
  /** The same against the last known good config; null: there is none, or it lacks the pool. */
  readonly knownGood: LiveShares | null
  readonly servers: readonly LiveServer[]
}

/** A line that an alert or a difference leads to, and on which config's side it stands. */
export interface LiveLine extends LinePlace {
  readonly side: 'running' | 'known-good'
  readonly at: Span
}

export interface LiveAlert {
  readonly key: string
  readonly rule: RuleId
  readonly pool: string | null
  readonly server: string | null
  /** Servers of the pool that it is about. */
  readonly servers: readonly string[]
  readonly traffic: Alert['traffic']
  readonly severity: AlertSeverity
  readonly sentence: string
  /** What the data says besides, and what it rules out. */
  readonly evidence: readonly string[]
  /** Somebody knows about it and it does not count until then. */
  readonly waived: { readonly reason: string; readonly until: string } | null
  readonly sinceMs: number
  readonly mutedBy: string | null
  /** Most telling first. */
  readonly lines: readonly LiveLine[]
}

export interface LiveDrift {
  readonly kind: DriftKind
  readonly severity: 'warning' | 'info'
  readonly pool: string
  readonly server: string | null
  readonly config: string | null
  readonly running: string | null
  readonly sentence: string
  readonly line: LiveLine | null
}

/**
 * One moment of a balancer that is watched, live or from a recording. Plain data.
 *
 * Units: wall clock in milliseconds, rates per second, response times in milliseconds.
 */
export interface LiveSample {
  readonly atMs: number
  /** When the balancer said this; earlier than `atMs` while it does not answer. */
  readonly dataMs: number
  /** Config that is taken for the running one; null: none. */
  readonly configId: string | null
  readonly product: string
  readonly version: string | null
  /** Names the process that counts. */
  readonly process: string | null
  readonly uptimeSeconds: number | null
  /** Another process than in the poll before: this interval has no rates. */
  readonly restarted: boolean
  readonly stopping: boolean
  readonly readMs: number
  /** Rows of statistics in one poll. */
  readonly rows: number
  /** What the source says that its numbers leave out, a plain sentence each. */
  readonly notes: readonly string[]
  readonly listeners: readonly LiveListener[]
  readonly pools: readonly LivePool[]
  readonly drift: readonly LiveDrift[]
  readonly alerts: readonly LiveAlert[]
  /** Why nothing newer is known, and how many polls failed so far; null: the last poll answered. */
  readonly missed: { readonly polls: number; readonly message: string } | null
}

/** What besides the moment itself makes a sample. Lines are null where there is no such config. */
export interface SampleContext {
  readonly configId: string | null
  readonly running: LineLookup | null
  readonly knownGood: LineLookup | null
}

export function toLiveSample({ view, alerts }: LiveMoment, context: SampleContext): LiveSample {
  const { snapshot } = view
  return {
    atMs: snapshot.taken.wallMs, dataMs: snapshot.taken.wallMs, configId: context.configId, product: snapshot.product, version: snapshot.version, process: snapshot.epoch,
    uptimeSeconds: snapshot.uptimeSeconds, restarted: view.restarted, stopping: snapshot.stopping, readMs: rounded(snapshot.readMs) ?? 0, rows: snapshot.rows.length, notes: snapshot.notes ?? [],
    listeners: view.listeners.map(({ row, interval }) => ({ name: row.owner, protocol: row.protocol, rates: ratesOf(interval), sessions: row.gauges.sessions })),
    pools: view.pools.map(toLivePool),
    drift: view.drift.map(({ kind, severity, pool, server, config, running, sentence, at }) => ({ kind, severity, pool, server, config, running, sentence, line: lineOf(at, 'running', context.running) })),
    alerts: alerts.map((alert) => toLiveAlert(alert, context)), missed: null,
  }
}

export function toLiveAlert({ key, rule, pool, server, servers, traffic, severity, sentence, evidence, sinceMs, mutedBy, waived, at, causes }: Alert, context: SampleContext): LiveAlert {
  const own = lineOf(at, 'running', context.running)
  const caused = causes.flatMap((cause) => lineOf(cause.at, cause.side, cause.side === 'running' ? context.running : context.knownGood) ?? [])
  const lines = caused.length > 0 || own === null ? caused : [own]
  return { key, rule, pool, server, servers, traffic, severity, sentence, evidence, sinceMs, mutedBy, waived, lines }
}

function lineOf(at: Span | null, side: LiveLine['side'], lookup: LineLookup | null): LiveLine | null {
  const place = at === null ? null : (lookup?.(at) ?? null)
  return place === null || at === null ? null : { side, at, ...place }
}

function toLivePool(joined: WatchedPool): LivePool {
  const { shares, live, pool } = joined
  const waits = [live?.row.gauges, ...joined.servers.map((server) => server.live?.row.gauges)].flatMap((gauges) => (typeof gauges?.queued === 'number' ? [gauges.queued] : []))
  const protocol = live?.row.protocol ?? (pool?.protocol === 'tcp' ? 'tcp' : 'http')
  return {
    id: pool?.id ?? null, name: joined.name, inConfig: pool !== null, enabled: pool?.enabled ?? true, running: live !== null, protocol, counted: countedIn(protocol, live?.row.counters ?? null),
    algorithm: pool?.algorithm.text ?? live?.row.algorithm ?? null, up: live?.row.up ?? null, onBackups: shares.onBackups, rates: ratesOf(live?.interval ?? null),
    ownErrors: rounded(joined.ownErrorsPerSecond), responseMs: live === null ? null : measuredResponseMs(live.row), sessions: live?.row.gauges.sessions ?? null,
    queued: waits.length === 0 ? null : waits.reduce((sum, one) => sum + one, 0),
    shares: toLiveShares(shares), knownGood: joined.knownGood === null ? null : toLiveShares(joined.knownGood),
    servers: joined.servers.map((_, index) => toLiveServer(joined, index)),
  }
}

function countedIn(protocol: LivePool['protocol'], counters: Counters | null): LivePool['counted'] {
  if (protocol === 'tcp') return 'connections'
  return counters !== null && counters.requests === null && counters.selections !== null ? 'tries' : 'requests'
}

function toLiveShares({ verdict, severity, sentence, rule, units, overMs, misplaced }: PoolShares): LiveShares {
  return { verdict, severity, sentence, class: rule.class, unit: rule.unit, units, overMs: Math.round(overMs), misplaced: rounded(misplaced) }
}

function toLiveServer(joined: WatchedPool, index: number): LiveServer {
  const { member, live } = joined.servers[index] as WatchedPool['servers'][number]
  const state = live?.row.state
  const gauges: Gauges | undefined = live?.row.gauges
  const share = joined.shares.servers[index]
  const name = member?.name ?? live?.row.name ?? ''
  const good = joined.knownGood === null ? null : (joined.knownGood.servers.find((one) => one.name === name)?.expected ?? null)
  return {
    id: member?.id ?? null, name, inConfig: member !== null, running: live !== null, address: state?.address ?? member?.address ?? null, state: state?.text ?? null,
    health: state?.health ?? 'unknown', admin: state?.admin ?? null, backup: state?.backup ?? (member !== null && member.options.level > 0),
    weight: state?.weight ?? null, configWeight: member?.options.weight ?? null, throttlePercent: state?.throttlePercent ?? null, rates: ratesOf(live?.interval ?? null),
    responseMs: live === null ? null : measuredResponseMs(live.row), sessions: gauges?.sessions ?? null, queued: gauges?.queued ?? null,
    share: rounded(share?.share ?? null), expected: rangeOf(share?.expected ?? null), knownGood: rangeOf(good),
    check: state === undefined || state.check === null ? null : [state.check, state.checkDetail].filter((one) => one !== null && one !== '').join(' '),
  }
}

function rangeOf(range: LiveRange | null): LiveRange | null {
  return range === null ? null : { low: rounded(range.low) ?? 0, high: rounded(range.high) ?? 0 }
}

function ratesOf(interval: RowInterval | null): LiveRates {
  const bytesIn = perSecond(interval, 'bytesIn')
  const bytesOut = perSecond(interval, 'bytesOut')
  return {
    requests: rounded(perSecond(interval, 'requests')), tries: rounded(perSecond(interval, 'selections')), connections: rounded(perSecond(interval, 'connections')),
    bytes: bytesIn === null && bytesOut === null ? null : Math.round((bytesIn ?? 0) + (bytesOut ?? 0)), errors: rounded(perSecond(interval, 'status5xx')),
  }
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000
}
