import type { BehaviourDiff, RequestClass } from '#shared/analyses/behaviour-diff/index.ts'
import type { TrafficWeights } from '#shared/rpc/payloads.ts'
import type { TrafficCounter } from '#shared/requests/access-log/traffic-counter.ts'

/**
 * Upper bounds for the share of each class, from requests counted per entry and per pool.
 *
 * Counters say how many requests a pool got, not which. So a class that went to a pool before can be no larger than what
 * that pool got, and no class can be larger than what came in at its listener; both bounds hold, the smaller one counts.
 * Shape: shares add up to more than 1 where classes share a pool.
 * Errors: none. A pool or entry that was not counted gives no bound.
 */
export function weighCounters(diff: Pick<BehaviourDiff, 'differs' | 'unknown'>, counters: readonly TrafficCounter[]): TrafficWeights {
  const entries = new Map<string, number>()
  const pools = new Map<string, number>()
  for (const { kind, name, requests } of counters) {
    const counts = kind === 'entry' ? entries : pools
    counts.set(name, (counts.get(name) ?? 0) + Math.max(0, requests))
  }
  const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((total, count) => total + count, 0)
  // Every request comes in at one entry; what is denied or redirected there reaches no pool.
  const total = sum(entries) > 0 ? sum(entries) : sum(pools)
  const bounded = (counts: readonly (number | undefined)[]): number => (total === 0 ? 0 : Math.min(total, ...counts.filter((count) => count !== undefined)) / total)
  const shareOf = (one: RequestClass): number => {
    const wentTo = [...new Set([one, ...one.members].map(({ before: { outcome } }) => (outcome.action === 'forward' ? outcome.pool : null)))]
    const reached = wentTo.map((pool) => (pool === null ? undefined : pools.get(pool)))
    const known = reached.filter((count) => count !== undefined)
    const isComplete = known.length === reached.length && one.count <= one.members.length
    return bounded([isComplete ? known.reduce((all, count) => all + count, 0) : undefined, entries.get(one.listener)])
  }
  const unknownAt = [...new Set(diff.unknown.map((region) => region.listener))]
  const unknownShare = unknownAt.length === 0 ? 0 : bounded([unknownAt.every((name) => name !== null && entries.has(name)) ? unknownAt.reduce((all, name) => all + (entries.get(name ?? '') ?? 0), 0) : undefined])
  return {
    format: 'prometheus-text', requests: Math.round(total), skipped: 0,
    shares: Object.fromEntries(diff.differs.map((one) => [one.id, shareOf(one)])), unknownShare,
    assumptions: total === 0 ? ['The counters hold no requests of a frontend or a backend.'] : [
      'Counters say how many requests a pool got, not which: each share is an upper bound, what the pool got that the class went to before the change.',
      'The counters are taken to be from the config before the change, counted since its process started.',
    ],
  }
}
