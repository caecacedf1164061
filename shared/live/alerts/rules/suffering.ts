import type { Rated } from '#shared/live/join.ts'
import type { WatchedPool } from '#shared/live/live-watch.ts'
import type { PoolRow, ServerRow } from '#shared/live/snapshot.ts'
import { errorGate, findErrorBurst, type ErrorBurst, type ErrorPoll } from '#shared/live/alerts/error-burst.ts'
import { chanceWords } from '#shared/live/alerts/evidence.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'
import { isTellingResponse, meanResponse, type ResponseTime } from '#shared/live/alerts/response-time.ts'

const longest = 64
const leastUsual = 0.005

interface Errors {
  readonly history: ErrorPoll[]
  usual: number
}

/** Answers 5xx of a server, or of a pool where no single server explains them. */
export function errorsRule(policy: AlertPolicy): AlertRule {
  const known = new Map<string, Errors>()
  return { id: 'errors', confirm: 2, clear: 10, isState: false, look: (view) => view.pools.flatMap((pool) => judgeErrors(pool, known, policy.threshold('errors', pool.name) / 100)) }
}

function judgeErrors(joined: WatchedPool, known: Map<string, Errors>, least: number): readonly Evaluation[] {
  if (joined.live === null) return []
  const servers = joined.servers.flatMap(({ live, member }) => {
    if (live === null) return []
    const name = member?.name ?? live.row.name
    const found = burstOf(`${joined.name}/${name}`, live, known, least)
    return [{ name, found, at: member?.origin[0] ?? null }]
  })
  const bad = servers.filter((one) => typeof one.found === 'object' && one.found !== null)
  const evaluations = servers.map(({ name, found, at }): Evaluation => {
    if (found === null || found === undefined) return quiet('errors', joined.name, name, found === null ? false : null)
    const others = servers.length - bad.length
    const ruled = others === 0 ? (servers.length > 1 ? ' Every other server shows it, too.' : '') : ` ${others === 1 ? 'The other server does' : `${others} other servers do`} not.`
    return { rule: 'errors', pool: joined.name, server: name, holds: true, severity: found.share >= 0.1 ? 'critical' : 'warning', evidence: [chanceWords(found.strength)], sentence: `${joined.name}/${name} answered ${tell(found)}.${ruled}`, at }
  })
  const whole = burstOf(joined.name, joined.live, known, least)
  if (whole === null || whole === undefined || bad.length > 0) return [...evaluations, quiet('errors', joined.name, null, whole === undefined ? null : false)]
  const own = joined.ownErrorsPerSecond ?? 0
  return [...evaluations, {
    rule: 'errors', pool: joined.name, server: null, holds: true, severity: whole.share >= 0.1 || own > 0 ? 'critical' : 'warning', evidence: [chanceWords(whole.strength)], at: joined.pool?.origin[0] ?? null,
    sentence: `Pool ${joined.name} answered ${tell(whole)}.${own > 0 ? ' The balancer gave them itself; its servers did not.' : ''}`,
  }]
}

function tell(burst: ErrorBurst): string {
  return `${burst.errors} of ${burst.requests} requests with 5xx (${(burst.share * 100).toFixed(burst.share < 0.1 ? 1 : 0)} %)`
}

/** Undefined: this interval has no counts. */
function burstOf(key: string, { row, interval }: Rated<ServerRow> | Rated<PoolRow>, known: Map<string, Errors>, least: number): ErrorBurst | null | undefined {
  const kept = known.get(key) ?? { history: [], usual: 0 }
  known.set(key, kept)
  const errors = interval?.deltas.status5xx ?? null
  const requests = interval?.deltas.requests ?? null
  if (row.protocol === 'tcp' || errors === null || requests === null) return undefined
  kept.history.push([errors, Math.max(requests, errors)])
  if (kept.history.length > longest) kept.history.shift()
  const usual = Math.max(leastUsual, kept.usual)
  const burst = findErrorBurst(kept.history, usual, least)
  // What is usual must not learn from what is wrong.
  if (burst === null && requests > 0 && errors / requests < errorGate(usual, least)) kept.usual += 0.005 * (errors / requests - kept.usual)
  return burst
}

interface Responses {
  readonly readings: { readonly requests: number; readonly smoothedMs: number }[]
  /** Growth of the sum, where the source has one. */
  readonly sums: { readonly answers: number; readonly ms: number }[]
  baseMs: number | null
}

const longestReadings = 120

/** A server answers much more slowly than it used to. */
export function latencyRule(policy: AlertPolicy): AlertRule {
  const known = new Map<string, Responses>()
  return {
    id: 'latency', confirm: 3, clear: 10, isState: false,
    look: (view) => withCompanions(view.pools.flatMap((pool) => pool.servers.flatMap(({ live, member }) => {
      if (live === null) return []
      const name = member?.name ?? live.row.name
      return [judgeResponse(pool.name, name, live, known, member?.origin[0] ?? null, policy.threshold('latency', pool.name))]
    }))),
  }
}

/** Says of each slow server whether others are slow as well: one alone is at fault itself, all together share a cause. */
function withCompanions(all: readonly Evaluation[]): readonly Evaluation[] {
  const slow = countByPool(all.filter((one) => one.holds === true))
  if (slow.size === 0) return all
  const known = countByPool(all.filter((one) => one.holds !== null))
  return all.map((one) => {
    if (one.holds !== true) return one
    const others = (known.get(one.pool) ?? 1) - 1
    const slowOthers = (slow.get(one.pool) ?? 1) - 1
    const here = others === 0 ? [] : [slowOthers === 0 ? `Only this server of the pool: ${others} other${others === 1 ? ' answers' : 's answer'} as usual.` : slowOthers === others ? 'Every other server of the pool is slower as well.' : `${slowOthers} of ${others} other servers of the pool are slower as well.`]
    const elsewhere = slow.size > 1 ? ['Servers of other pools are slower, too: it may be the machine of the balancer or its network.'] : []
    return { ...one, evidence: [...here, ...elsewhere] }
  })
}

function countByPool(evaluations: readonly Evaluation[]): ReadonlyMap<string | null, number> {
  const counts = new Map<string | null, number>()
  for (const { pool } of evaluations) counts.set(pool, (counts.get(pool) ?? 0) + 1)
  return counts
}

function judgeResponse(pool: string, server: string, { row, interval }: Rated<ServerRow>, known: Map<string, Responses>, at: Evaluation['at'], factor: number): Evaluation {
  const key = `${pool}/${server}`
  const kept = known.get(key) ?? { readings: [], sums: [], baseMs: null }
  known.set(key, kept)
  const mean = (row.counters.responseMsTotal ?? null) === null ? meanOfSmoothed(kept, row, interval) : meanOfSums(kept, interval)
  if (mean === null) return quiet('latency', pool, server, null)
  if (kept.baseMs === null) {
    kept.baseMs = mean.ms
    return quiet('latency', pool, server, false)
  }
  const surelyMs = mean.ms - mean.errorMs
  if (surelyMs <= Math.max(factor * kept.baseMs, kept.baseMs + 20)) {
    kept.baseMs += 0.02 * (mean.ms - kept.baseMs)
    return quiet('latency', pool, server, false)
  }
  return {
    rule: 'latency', pool, server, holds: true, severity: surelyMs > Math.max(5, factor) * Math.max(1, kept.baseMs) ? 'critical' : 'warning', at,
    sentence: `${pool}/${server} answers in ${Math.round(mean.ms)} ms (give or take ${Math.ceil(mean.errorMs)}); usual are ${Math.max(0, Math.round(kept.baseMs))} ms.`,
  }
}

/** Mean since the newest reading that lies enough requests back; null: too few came since. */
function meanOfSmoothed(kept: Responses, row: ServerRow, interval: Rated<ServerRow>['interval']): ResponseTime | null {
  const total = Number(row.counters.requests ?? 0)
  const smoothedMs = row.gauges.responseMs
  if (interval === null || interval.marks.includes('reset') || smoothedMs === null) {
    kept.readings.length = 0
    return null
  }
  kept.readings.push({ requests: total, smoothedMs })
  if (kept.readings.length > longestReadings) kept.readings.shift()
  let earlier = kept.readings.length - 1
  while (earlier > 0 && !isTellingResponse(total - (kept.readings[earlier]?.requests ?? total), total)) earlier -= 1
  const from = kept.readings[earlier]
  if (from === undefined || !isTellingResponse(total - from.requests, total)) return null
  return meanResponse(from.smoothedMs, smoothedMs, total - from.requests)
}

const leastAnswers = 20

/** Mean over the newest intervals that have enough answers together; its error is that of a mean of so many. */
function meanOfSums(kept: Responses, interval: Rated<ServerRow>['interval']): ResponseTime | null {
  const ms = interval?.deltas.responseMsTotal ?? null
  const answers = interval?.deltas.responsesTimed ?? null
  if (ms === null || answers === null) {
    kept.sums.length = 0
    return null
  }
  kept.sums.push({ ms, answers })
  if (kept.sums.length > longestReadings) kept.sums.shift()
  let sumMs = 0
  let count = 0
  for (let at = kept.sums.length - 1; at >= 0 && count < leastAnswers; at -= 1) {
    sumMs += kept.sums[at]?.ms ?? 0
    count += kept.sums[at]?.answers ?? 0
  }
  return count < leastAnswers ? null : { ms: sumMs / count, errorMs: sumMs / count / Math.sqrt(count) }
}

/** Requests wait for a server. */
export function queueRule(policy: AlertPolicy): AlertRule {
  return {
    id: 'queue', confirm: 2, clear: 10, isState: false,
    look: (view) => view.pools.filter((pool) => pool.live !== null).map((pool): Evaluation => {
      const waiting = (pool.live?.row.gauges.queued ?? 0) + pool.servers.reduce((sum, one) => sum + (one.live?.row.gauges.queued ?? 0), 0)
      if (waiting < policy.threshold('queue', pool.name)) return quiet('queue', pool.name, null, false)
      const interval = pool.live?.interval ?? null
      const served = interval?.deltas.requests ?? null
      const waitMs = interval === null || served === null || served === 0 ? null : waiting / (served / interval.durationMs)
      const limitMs = pool.pool?.timeoutsMs['queue'] ?? pool.pool?.timeoutsMs['connect'] ?? null
      const critical = waitMs !== null && limitMs !== null && waitMs >= limitMs / 2
      return {
        rule: 'queue', pool: pool.name, server: null, traffic: 'more', holds: true, severity: critical ? 'critical' : 'warning', at: pool.pool?.origin[0] ?? null,
        sentence: `${waiting} requests of pool ${pool.name} wait for a server${waitMs === null ? '' : `, about ${Math.round(waitMs)} ms each`}${critical ? `; after ${limitMs} ms they are answered with 503` : ''}.`,
      }
    }),
  }
}

/** Connections to servers fail and are tried again. */
export function retriesRule(): AlertRule {
  return {
    id: 'retries', confirm: 2, clear: 10, isState: false,
    look: (view) => view.pools.filter((pool) => pool.live !== null).map((pool): Evaluation => {
      const deltas = pool.live?.interval?.deltas
      const again = deltas === undefined || deltas.retries === null ? null : deltas.retries + (deltas.redispatches ?? 0)
      const requests = deltas?.requests ?? deltas?.connections ?? null
      if (again === null || requests === null) return quiet('retries', pool.name, null, null)
      if (again < 5 || again < 0.02 * requests) return quiet('retries', pool.name, null, false)
      return { rule: 'retries', pool: pool.name, server: null, holds: true, severity: 'warning', at: pool.pool?.origin[0] ?? null, sentence: `${again} of ${requests} requests of pool ${pool.name} had to be tried again, because a server did not take them.` }
    }),
  }
}
