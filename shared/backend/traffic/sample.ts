import type { LoggedRequest } from '#shared/requests/access-log/logged-request.ts'
import type { Tally } from './tally.ts'

export interface Sample {
  /** Weights add up to the requests of the log that were not cut off. */
  readonly requests: readonly { readonly request: LoggedRequest; readonly weight: number }[]
  /** Distinct requests that are followed, and that there are. */
  readonly followed: number
  readonly all: number
}

/**
 * What is followed when following everything would take too long: the most frequent requests each for itself, of the rest
 * every k-th in the order of the log, which then stands for its neighbours. `cost`: ways of one request, at least 1.
 *
 * Why no random choice: the same log gives the same shares.
 */
export function sampleOf(tally: Tally, cost: (request: LoggedRequest) => number, budget: number): Sample {
  const { distinct, overflow } = tally
  let total = 0
  for (const { request } of distinct) total += cost(request)
  if (total <= budget && overflow === 0) return { requests: distinct.map(({ request, count }) => ({ request, weight: count })), followed: distinct.length, all: distinct.length }
  const byCount = [...distinct.keys()].sort((one, other) => (distinct[other] as Tally['distinct'][number]).count - (distinct[one] as Tally['distinct'][number]).count)
  // Half of the budget for what is frequent.
  const frequent = new Set<number>()
  let spent = 0
  for (const index of byCount) {
    const { request, count } = distinct[index] as Tally['distinct'][number]
    if (count < 2 || spent + cost(request) > budget / 2) break
    spent += cost(request)
    frequent.add(index)
  }
  const rest = [...distinct.keys()].filter((index) => !frequent.has(index))
  const restCost = rest.reduce((sum, index) => sum + cost((distinct[index] as Tally['distinct'][number]).request), 0)
  const step = Math.max(1, Math.ceil(restCost / Math.max(1, budget - spent)))
  const chosen = rest.filter((_, place) => place % step === 0)
  const countOf = (indexes: readonly number[]): number => indexes.reduce((sum, index) => sum + (distinct[index] as Tally['distinct'][number]).count, 0)
  const scale = (countOf(rest) + overflow) / Math.max(1, countOf(chosen))
  const toItem = (index: number, factor: number): Sample['requests'][number] => {
    const { request, count } = distinct[index] as Tally['distinct'][number]
    return { request, weight: count * factor }
  }
  return {
    requests: [...[...frequent].map((index) => toItem(index, 1)), ...chosen.map((index) => toItem(index, scale))], followed: frequent.size + chosen.length, all: distinct.length,
  }
}
