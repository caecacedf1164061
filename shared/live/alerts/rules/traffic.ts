import type { Drift } from '#shared/live/drift.ts'
import { isSticky } from '#shared/live/expected.ts'
import { isBeyond } from '#shared/live/share-test.ts'
import type { PoolShares } from '#shared/live/pool-watch.ts'
import type { Rated } from '#shared/live/join.ts'
import type { LiveView, WatchedPool } from '#shared/live/live-watch.ts'
import type { ListenerRow, PoolRow } from '#shared/live/snapshot.ts'
import { chanceWords } from '#shared/live/alerts/evidence.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'
import { TroubleBook, troubleWords, type Trouble } from '#shared/live/alerts/trouble.ts'
import { unitsIn, unitWord } from './units.ts'

/** A server takes clearly more or less than its state and weight give it. */
export function shareRule(policy: AlertPolicy): AlertRule {
  const book = new TroubleBook()
  return { id: 'share', confirm: 2, clear: 10, isState: false, look: (view) => view.pools.flatMap((pool) => judgeShares(pool, book.look(pool), policy.threshold('share', pool.name), view.drift.filter((one) => one.pool === pool.name), view.tellsReloads)) }
}

/** `drift`: what of the pool runs otherwise than the config says. `tellsReloads`: another config would show. */
function judgeShares(joined: WatchedPool, trouble: Trouble, ratio: number, drift: readonly Drift[], tellsReloads: boolean): readonly Evaluation[] {
  if (joined.live === null) return []
  const { shares, knownGood } = joined
  if (joined.live.interval === null || joined.live.interval.marks.includes('reset')) return [quiet('share', joined.name, null, null)]
  const told = [shares, knownGood].find((one) => one !== null && one.shift !== null && isBeyond(one.shift, ratio))
  if (told === undefined || told === null || told.shift === null) return [quiet('share', joined.name, null, false)]
  const { server } = told.shift
  const member = joined.servers.find((one) => (one.member?.name ?? one.live?.row.name) === server)?.member ?? null
  const rule = told.shift.direction === 'high' ? joined.pool?.selectors.find((one) => one.server === server) : undefined
  const misplaced = told.misplaced ?? 0
  const weights = drift.filter((one) => one.kind === 'weight')
  // The config asks an agent for the weights: what it sets is what the config wants.
  const byAgents = told === shares && told.verdict === 'drift' && weights.length > 0 && weights.every((one) => one.byAgent)
  // How many requests the rules are about is not in a config; what the last known good one led to would tell.
  const mayBeMeant = (joined.pool?.selectors.length ?? 0) > 0 && knownGood === null
  const hole = told.rule.class === 'load' && told.shift.direction === 'high' ? blackHole(joined, server) : null
  const sentence = rule === undefined ? told.sentence : `${told.sentence} A rule of the pool picks it before requests are balanced.`
  return [{
    rule: 'share', pool: joined.name, server: null, servers: [server], traffic: told.shift.direction === 'high' ? 'more' : 'less', holds: true,
    severity: hole !== null ? 'critical' : misplaced < 0.05 || byAgents ? 'info' : misplaced >= 0.2 && told.rule.class !== 'learned' && !told.byUsual && !mayBeMeant ? 'critical' : 'warning',
    evidence: [chanceWords(told.shift.strength), ...expectedWords(shares, knownGood, server), ...(byAgents ? [`The weight that runs may be that of the agent of ${weights.map((one) => one.server).join(', ')}, as the config asks for.`] : []), ...(mayBeMeant ? ['Rules of the pool pick servers, and for how many requests no config tells: without a last known good config this may be as it is meant.'] : []), ...(rule === undefined && hole === null ? sourceWords(joined, trouble, told, told === shares, drift.length > 0, tellsReloads) : [])], trouble,
    sentence: hole === null ? sentence : `${sentence} ${hole}`, at: rule?.origin[0] ?? member?.origin[0] ?? joined.pool?.origin[0] ?? null,
  }]
}

/** A server that fails fast under an algorithm that prefers whoever is free; null: it does not. */
function blackHole(joined: WatchedPool, server: string): string | null {
  const rows = joined.servers.flatMap((one) => (one.live === null ? [] : [{ name: one.member?.name ?? one.live.row.name, live: one.live }]))
  const own = rows.find((one) => one.name === server)?.live
  if (own === undefined) return null
  const deltas = own.interval?.deltas
  const errors = deltas === undefined || deltas.status5xx === null || deltas.requests === null || deltas.requests === 0 ? 0 : deltas.status5xx / deltas.requests
  const ownMs = own.row.gauges.responseMs
  const peers = rows.flatMap((one) => (one.name === server || one.live.row.gauges.responseMs === null ? [] : [one.live.row.gauges.responseMs])).sort((a, b) => a - b)
  const peerMs = peers[Math.floor(peers.length / 2)] ?? 0
  const fast = ownMs !== null && peerMs >= 5 && ownMs <= 0.3 * peerMs
  if (errors < 0.1 && !fast) return null
  const how = [...(errors >= 0.1 ? [`${(errors * 100).toFixed(0)} % of its answers are 5xx`] : []), ...(fast ? [`it answers in ${ownMs} ms where others take ${peerMs} ms`] : [])].join(', and ')
  return `${how.charAt(0).toUpperCase()}${how.slice(1)}: fast failures attract traffic, because the algorithm sends it to whoever is free. A health check on the failing path, "observe" or "slowstart" stops that.`
}

/** Where a shift comes from, by which expectation it breaks: that of the config that runs, of the last known good one, or what was usual. */
function sourceWords({ pool, servers, changed }: WatchedPool, trouble: Trouble, told: PoolShares, byRunning: boolean, drifted: boolean, tellsReloads: boolean): readonly string[] {
  if (!byRunning) return ['The shares are those of the config that runs: it is the config that moved the traffic.']
  if (told.rule.class === 'learned') return ['The shares follow from who asks: the mix of clients changed, or which servers there are.']
  if (told.byUsual) return ['The config allows it: the mix of requests changed, or how fast servers answer.']
  if (told.verdict === 'drift') return []
  if (pool === null) return []
  const failures = troubleWords(trouble)
  if (failures.length > 0) return [...failures, 'Requests that fail at a server are not counted for it.']
  const isTold = trouble.connections !== null && trouble.responses !== null
  if (changed.has('share') || (!isTold && (changed.has('connect') || changed.has('answer')))) return [`The weights of the config do not explain it, but the pool differs from the last known good config in something that may.${drifted ? ' Something of it was changed at run time as well.' : ''}`]
  if (!tellsReloads) return ['The config as it was read does not explain it; this source tells neither whether another one was loaded since, nor what was changed at run time.']
  // A log shows where traffic goes, and not what was changed at run time.
  if (servers.some(({ live }) => live !== null && live.row.state.weight === null)) return ['The config does not explain it; this source does not tell whether something was changed at run time.']
  if (drifted) return ['The config does not explain it; something of the pool was changed at run time.']
  return [`The config does not explain it, and nothing of the pool was changed at run time: ${isSticky(pool) ? 'clients that stick to servers can do this, and servers that come and go between polls' : 'servers that come and go between polls can do this'}.`]
}

/** What both configs expect of a server, where there are two. */
function expectedWords(running: PoolShares, good: PoolShares | null, server: string): readonly string[] {
  const words = (shares: PoolShares): string => {
    const expected = shares.servers.find((one) => one.name === server)?.expected ?? null
    const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
    return expected === null ? 'nothing' : expected.low === expected.high ? percent(expected.low) : `${percent(expected.low)} to ${percent(expected.high)}`
  }
  return good === null ? [] : [`Expected by the config that runs: ${words(running)}; by the last known good one: ${words(good)}.`]
}

const leastExpected = 16
const leastLearnedMs = 30_000
const hourMs = 3_600_000
/** Longer than usual pauses by so much, a silence is told. */
const pausesAtMost = 1.5
/** Silences belong to a rhythm where requests come no longer than so many times as long in between. */
const rhythmAtMost = 8

interface Usual {
  /** Requests per second, and the time it was learned over. */
  rate: number
  learnedMs: number
}

interface UsualPool extends Usual {
  /** How long nothing has come now, and whether that was told. */
  silentMs: number
  isTold: boolean
  /** The longest pause that is usual. */
  pauseMs: number
  /** The last silence that was told, and how long requests have come since; 0: there was none. */
  toldMs: number
  sinceToldMs: number
}

/** What else tells that clients still come, while a pool gets nothing. */
interface Besides {
  readonly rate: number
  readonly durationMs: number
  readonly isWide: boolean
  /** `The listeners together get`; then numbers follow. */
  readonly who: string
  readonly unit: string
  /** Who still gets traffic, for the end of the sentence. */
  readonly still: string
}

/** A pool that used to get requests gets none, while the listeners that can reach it still do. */
export function silentRule(policy: AlertPolicy): AlertRule {
  const pools = new Map<string, UsualPool>()
  const besides = new Map<string, Usual>()
  return {
    id: 'silent', confirm: 1, clear: 2, isState: false,
    look(view) {
      const sums = besidesOf(view)
      return view.pools.flatMap((joined) => {
        const found = sums.get(joined.name) ?? null
        const usual = besides.get(joined.name) ?? { rate: 0, learnedMs: 0 }
        besides.set(joined.name, usual)
        const isBusy = found !== null && found.rate >= 0.5 * usual.rate
        if (found !== null && !found.isWide) learn(usual, found.rate, found.durationMs)
        return judgeSilence(joined, pools, isBusy && found.rate > 0 ? { ...found, usual: usual.rate } : null, policy.threshold('silent', joined.name))
      })
    },
  }
}

/**
 * By pool: what the listeners that can reach it get. Where the source has no listeners, or does not count what they get,
 * it is what the other pools get: the pool itself may have had the most of it.
 */
function besidesOf(view: LiveView): ReadonlyMap<string, Besides> {
  const found = new Map<string, Besides>()
  const listeners = new Map(view.listeners.map((one) => [one.row.owner, one]))
  const running = view.pools.flatMap(({ name, live }) => (live === null ? [] : [{ name, live }]))
  const all = sumOf(running.map((one) => one.live))
  for (const { pools, listeners: names, isAll } of view.reach) {
    const own = names.flatMap((name) => listeners.get(name) ?? [])
    const sum = sumOf(own)
    const who = isAll ? 'The listeners together get' : own.length === 1 ? `Its listener ${names[0]} gets` : `The ${own.length} listeners that lead to it get`
    const still = isAll ? 'the balancer still gets' : own.length === 1 ? `its listener ${names[0]} still gets` : 'the listeners that lead to it still get'
    if (sum !== null) for (const pool of pools) found.set(pool, { ...sum, rate: sum.units / (sum.durationMs / 1000), who, still, unit: unitWord(own.map((one) => one.row)) })
  }
  for (const { name, live } of running) {
    if (found.has(name) || all === null || running.length < 2) continue
    const rate = (all.units - (unitsIn(live.row, live.interval) ?? 0)) / (all.durationMs / 1000)
    found.set(name, { ...all, rate, who: running.length === 2 ? 'The other pool gets' : 'The other pools together get', still: running.length === 2 ? 'the other pool still gets' : 'other pools still get', unit: unitWord(running.map((one) => one.live.row)) })
  }
  return found
}

/** What rows got together in an interval; null: not known of any. */
function sumOf(rows: readonly (Rated<ListenerRow> | Rated<PoolRow>)[]): { readonly units: number; readonly durationMs: number; readonly isWide: boolean } | null {
  let units = 0
  let durationMs = 0
  let isWide = false
  for (const { row, interval } of rows) {
    const own = unitsIn(row, interval)
    if (interval === null || own === null) continue
    units += own
    durationMs = Math.max(durationMs, interval.durationMs)
    isWide ||= interval.marks.includes('wide')
  }
  return durationMs === 0 ? null : { units, durationMs, isWide }
}

/** Mean over up to the last hour; at first over all that was seen. */
function learn(usual: Usual, rate: number, durationMs: number): void {
  usual.learnedMs = Math.min(hourMs, usual.learnedMs + durationMs)
  usual.rate += (rate - usual.rate) * Math.min(1, durationMs / usual.learnedMs)
}

/** Requests came again. A silence that was told becomes usual only where it comes again in a rhythm, as with bursts once a minute. */
function endSilence(usual: UsualPool, durationMs: number): void {
  const isRhythm = usual.toldMs > 0 && usual.sinceToldMs <= rhythmAtMost * usual.silentMs
  if (!usual.isTold || isRhythm) usual.pauseMs = Math.max(usual.pauseMs, usual.isTold ? Math.min(usual.toldMs, usual.silentMs) : usual.silentMs)
  if (usual.isTold) {
    usual.toldMs = usual.silentMs
    usual.sinceToldMs = 0
  }
  usual.sinceToldMs += durationMs
  usual.silentMs = 0
  usual.isTold = false
}

/** `besides`: what tells that clients still come, with what is usual there; null: they may have stopped. */
function judgeSilence(joined: WatchedPool, pools: Map<string, UsualPool>, besides: (Besides & { readonly usual: number }) | null, leastRate: number): readonly Evaluation[] {
  const interval = joined.live?.interval
  if (interval === null || interval === undefined || joined.live === null) return []
  const usual = pools.get(joined.name) ?? { rate: 0, learnedMs: 0, silentMs: 0, isTold: false, pauseMs: 0, toldMs: 0, sinceToldMs: 0 }
  pools.set(joined.name, usual)
  const { row } = joined.live
  const delta = unitsIn(row, interval)
  // After a restart the end of the old process is not known; what the new one counted is.
  if (delta === null) {
    if ((interval.leastUnits ?? 1) > 0) endSilence(usual, interval.durationMs)
    return [quiet('silent', joined.name, null, null)]
  }
  if (delta > 0) {
    // A pause that nobody was told of belongs to what is usual: requests may come in bursts.
    const overMs = interval.durationMs + (usual.isTold ? 0 : usual.silentMs)
    if (!interval.marks.includes('wide')) learn(usual, delta / (overMs / 1000), overMs)
    endSilence(usual, interval.durationMs)
    return [quiet('silent', joined.name, null, false)]
  }
  if (besides === null) return [quiet('silent', joined.name, null, null)]
  // Nothing came yet: a balancer that is first watched during an outage has shown no usual pause.
  if (usual.learnedMs === 0) return [quiet('silent', joined.name, null, false)]
  usual.silentMs += interval.durationMs
  const expected = usual.rate * (usual.silentMs / 1000)
  if (usual.rate < leastRate || usual.learnedMs < leastLearnedMs || expected < leastExpected || usual.silentMs <= pausesAtMost * usual.pauseMs) return [quiet('silent', joined.name, null, false)]
  usual.isTold = true
  return [{
    rule: 'silent', pool: joined.name, server: null, traffic: 'less', holds: true, severity: 'critical', at: joined.pool?.origin[0] ?? null,
    evidence: [chanceWords(expected), `${besides.who} ${rateWords(besides.rate)} ${besides.unit}/s; usual are ${rateWords(besides.usual)}.`],
    sentence: `Pool ${joined.name} has received nothing for ${Math.round(usual.silentMs / 1000)} s (usual: ${rateWords(usual.rate)} ${unitWord([row])}/s), while ${besides.still} traffic.`,
  }]
}

function rateWords(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : String(Math.round(rate))
}
