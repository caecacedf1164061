import type { WatchedPool } from '#shared/live/live-watch.ts'
import type { AlertPolicy } from '#shared/live/alerts/settings.ts'
import { quiet, type AlertRule, type Evaluation } from '#shared/live/alerts/evaluation.ts'

const minuteMs = 60_000
/** A budget of errors is meant for so long. */
const budgetHours = 30 * 24
const leastErrors = 5

/** A long window says that it matters, the short one that it still goes on. `burn`: how many times too fast. */
const pairs = [
  { longMs: 60 * minuteMs, shortMs: 5 * minuteMs, burn: 14.4, severity: 'critical', words: 'hour' },
  { longMs: 360 * minuteMs, shortMs: 30 * minuteMs, burn: 6, severity: 'warning', words: '6 hours' },
] as const
const longestMs = 360 * minuteMs

interface Minute {
  readonly minute: number
  errors: number
  requests: number
}

interface Spent {
  readonly firstMs: number
  minutes: Minute[]
}

/**
 * The budget of errors of a pool is spent too fast: two windows at once, for those who have an objective. Without one the
 * rule is silent.
 *
 * Method: errors over requests by what the objective allows. Time that was not watched counts as time without errors, so a
 * watch that just began does not take its first minutes for an hour.
 * Source: Site Reliability Workbook, chapter 5, "Multiwindow, Multi-Burn-Rate Alerts".
 */
export function budgetRule(policy: AlertPolicy): AlertRule {
  const pools = new Map<string, Spent>()
  return {
    id: 'budget', confirm: 2, clear: 10, isState: false,
    look: (view) => view.pools.flatMap((pool) => {
      const objective = policy.objective(pool.name)
      return objective === null || pool.live === null ? [] : [judge(pool, objective, pools, view.snapshot.taken.monotonicMs)]
    }),
  }
}

function judge(joined: WatchedPool, objective: number, pools: Map<string, Spent>, nowMs: number): Evaluation {
  const spent = pools.get(joined.name) ?? { firstMs: nowMs, minutes: [] }
  pools.set(joined.name, spent)
  const deltas = joined.live?.interval?.deltas
  const [errors, requests] = [deltas?.status5xx ?? null, deltas?.requests ?? null]
  if (errors === null || requests === null) return quiet('budget', joined.name, null, null)
  const minute = Math.floor(nowMs / minuteMs)
  const last = spent.minutes.at(-1)
  if (last?.minute === minute) {
    last.errors += errors
    last.requests += Math.max(errors, requests)
  } else spent.minutes.push({ minute, errors, requests: Math.max(errors, requests) })
  spent.minutes = spent.minutes.filter((one) => one.minute > minute - longestMs / minuteMs)
  const allowed = 1 - objective / 100
  const over = (windowMs: number): { readonly errors: number; readonly requests: number; readonly burn: number } => {
    const seen = spent.minutes.filter((one) => one.minute > minute - windowMs / minuteMs)
    const all = seen.reduce((sum, one) => ({ errors: sum.errors + one.errors, requests: sum.requests + one.requests }), { errors: 0, requests: 0 })
    return { ...all, burn: all.requests === 0 ? 0 : all.errors / all.requests / allowed * Math.min(1, (nowMs - spent.firstMs) / windowMs) }
  }
  for (const { longMs, shortMs, burn, severity, words } of pairs) {
    const long = over(longMs)
    const short = over(shortMs)
    if (long.burn < burn || short.burn < burn || short.errors < leastErrors) continue
    return {
      rule: 'budget', pool: joined.name, server: null, holds: true, severity, at: joined.pool?.origin[0] ?? null,
      sentence: `Pool ${joined.name} spends its budget of errors ${long.burn.toFixed(0)} times too fast: ${long.errors} of ${long.requests} requests in the last ${words} with 5xx, where ${objective} % are to be without. At this pace the budget of 30 days is gone in ${Math.max(1, Math.round(budgetHours / long.burn))} h.`,
    }
  }
  return quiet('budget', joined.name, null, false)
}
