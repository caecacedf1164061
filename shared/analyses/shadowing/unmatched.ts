import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { Unmatched } from './answer.ts'
import type { Reached } from './dead.ts'
import { exampleOf } from './examples.ts'
import { negations, takersBefore } from './reach.ts'
import type { Search } from './search.ts'

/** What the product does by itself when no rule decided. */
function isEnd({ at, pool, destination }: DecidingRule): boolean {
  return at === null && pool === null && (destination.kind === 'respond' || destination.kind === 'close')
}

const leads = ({ destination }: DecidingRule): boolean => destination.kind === 'forward' || destination.kind === 'split'

/** One ordinary request for each listener whose rules it passes without any of them deciding; a listener without pools is left out. */
export function unmatchedRequests(search: Search, reached: Reached): readonly Unmatched[] {
  const found = new Map<string, Unmatched>()
  for (const [way, verdicts] of reached) {
    const { listener } = way.arrival
    const owner = `${listener.kind} ${listener.group}`
    if (found.has(owner) || !way.side.rules.some(leads)) continue
    for (const [index, rule] of way.side.rules.entries()) {
      if (!isEnd(rule) || verdicts[index]?.kind !== 'reached') continue
      const example = exampleOf(search, way, [rule.formula, ...negations(way, takersBefore(search, way, index))], true)
      if (example === null || example.rule !== null || (example.outcome.action !== 'respond' && example.outcome.action !== 'close')) continue
      found.set(owner, { owner, at: listener.origin[0] ?? null, example })
      break
    }
  }
  return [...found.values()]
}
