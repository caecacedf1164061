import type { Rated } from '#shared/live/join.ts'
import type { ServerRow } from '#shared/live/snapshot.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'
import { isTellingResponse, meanResponse, type ResponseTime } from '#shared/live/alerts/response-time.ts'

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
      return [judgeResponse(pool.name, name, live, known, member?.origin[0] ?? null, policy.threshold('latency', pool.name), pool.pool?.timeoutsMs['server'] ?? null)]
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

function judgeResponse(pool: string, server: string, { row, interval }: Rated<ServerRow>, known: Map<string, Responses>, at: Evaluation['at'], factor: number, timeoutMs: number | null): Evaluation {
  const key = `${pool}/${server}`
  const kept = known.get(key) ?? { readings: [], sums: [], baseMs: null }
  known.set(key, kept)
  const mean = (row.counters.responseMsTotal ?? null) === null ? meanOfSmoothed(kept, row, interval) : meanOfSums(kept, interval)
  if (mean === null) return quiet('latency', pool, server, null)
  if (kept.baseMs === null) {
    kept.baseMs = mean.ms
    return quiet('latency', pool, server, false)
  }
  const surelyMs = Math.min(mean.ms - mean.errorMs, mean.steadyMs)
  if (surelyMs <= Math.max(factor * kept.baseMs, kept.baseMs + 20)) {
    if (interval?.marks.includes('wide') !== true) kept.baseMs += 0.02 * (mean.ms - kept.baseMs)
    return quiet('latency', pool, server, false)
  }
  const nearTimeout = timeoutMs !== null && surelyMs > timeoutMs / 2
  return {
    rule: 'latency', pool, server, holds: true, severity: nearTimeout || surelyMs > Math.max(5, factor) * Math.max(1, kept.baseMs) ? 'critical' : 'warning', at,
    sentence: `${pool}/${server} answers in ${Math.round(mean.ms)} ms (give or take ${Math.ceil(mean.errorMs)}); usual are ${Math.max(0, Math.round(kept.baseMs))} ms.${nearTimeout ? ` After ${timeoutMs} ms the balancer gives up.` : ''}`,
  }
}

/** A mean over some polls. One pause of the machine stays in all the windows that hold it, so the worst poll may not carry it alone. */
interface SteadyResponse extends ResponseTime {
  /** What the mean surely is without the worst of the polls, where there are several. */
  readonly steadyMs: number
}

/** Mean since the newest reading that lies enough requests back; null: too few came since. */
function meanOfSmoothed(kept: Responses, row: ServerRow, interval: Rated<ServerRow>['interval']): SteadyResponse | null {
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
  const mean = meanResponse(from.smoothedMs, smoothedMs, total - from.requests)
  const steps = kept.readings.slice(earlier + 1).map((one, index) => {
    const before = kept.readings[earlier + index] as Responses['readings'][number]
    return { rise: one.smoothedMs - before.smoothedMs, requests: one.requests - before.requests }
  })
  if (steps.length < 2) return { ...mean, steadyMs: mean.ms - mean.errorMs }
  const worst = steps.reduce((most, one) => (one.rise > most.rise ? one : most))
  const requests = total - from.requests - worst.requests
  const rest = requests <= 0 ? mean : meanResponse(from.smoothedMs, smoothedMs - Math.max(0, worst.rise), requests)
  return { ...mean, steadyMs: rest.ms - rest.errorMs }
}

const leastAnswers = 20

/** Mean over the newest intervals that have enough answers together; its error is that of a mean of so many. */
function meanOfSums(kept: Responses, interval: Rated<ServerRow>['interval']): SteadyResponse | null {
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
  let polls = 0
  let worst = { ms: 0, answers: 0 }
  for (let at = kept.sums.length - 1; at >= 0 && count < leastAnswers; at -= 1) {
    const one = kept.sums[at] as Responses['sums'][number]
    sumMs += one.ms
    count += one.answers
    polls += one.answers > 0 ? 1 : 0
    if (one.answers > 0 && (worst.answers === 0 || one.ms / one.answers > worst.ms / worst.answers)) worst = one
  }
  if (count < leastAnswers) return null
  const surely = (ms: number, answers: number): number => ms / answers - ms / answers / Math.sqrt(answers)
  return { ms: sumMs / count, errorMs: sumMs / count / Math.sqrt(count), steadyMs: polls < 2 ? surely(sumMs, count) : surely(sumMs - worst.ms, count - worst.answers) }
}
