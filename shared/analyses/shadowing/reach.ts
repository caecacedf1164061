import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { never, type Formula } from '#shared/requests/space/world.ts'
import { poolsByReference } from '#shared/model/decision-order.ts'
import { HostIndex } from './host-index.ts'
import { ruleAt, type Search, type WayIn } from './search.ts'
import { dependable, readsVersion } from './stable.ts'

/** `among`: earlier rules that take everything together; empty when no request satisfies the condition at all. */
export type Reach =
  | { readonly kind: 'reached' }
  | { readonly kind: 'dead'; readonly among: readonly number[] }
  | { readonly kind: 'undecided'; readonly because: string }

const reachedBySome: Reach = { kind: 'reached' }

/**
 * Does a request that satisfies `rule` stay out of the later ones for certain? Not where what happens is not modelled, nor
 * for a pool that is disabled, which some versions pass over.
 */
function takes({ model }: Search, rule: DecidingRule): boolean {
  if (rule.destination.kind === 'unmodelled') return false
  return rule.pool === null || poolsByReference(model).get(rule.pool)?.enabled !== false
}

const known = new WeakMap<WayIn, { readonly hosts: HostIndex; readonly lists: (readonly number[])[] }>()

/** Rules in front of `index` that a request of it can meet and that take what they match. */
export function takersBefore(search: Search, way: WayIn, index: number): readonly number[] {
  let kept = known.get(way)
  if (kept === undefined) {
    kept = { hosts: new HostIndex(search.space, way.side), lists: [] }
    known.set(way, kept)
  }
  return (kept.lists[index] ??= kept.hosts.before(index).filter((other) => takes(search, ruleAt(way.side, other))))
}

export const negations = ({ side }: WayIn, indexes: readonly number[]): readonly Formula[] => indexes.map((index) => ruleAt(side, index).formula ^ 1)

/** Whether some request gets to rule `index` of a list and satisfies it. */
export function reachOf(search: Search, way: WayIn, index: number, except: ReadonlySet<number> | null = null): Reach {
  const { solver, budget } = search
  const rule = ruleAt(way.side, index)
  const own = rule.formula
  if (own === never) return { kind: 'dead', among: [] }
  const all = takersBefore(search, way, index)
  const among = except === null ? all : all.filter((other) => !except.has(other))
  const solution = solver.solve([own, ...negations(way, among)], budget)
  if (solution.kind === 'gave-up') return { kind: 'undecided', because: solution.reason }
  if (solution.kind === 'sat') return reachedBySome
  if (readsVersion(search.space, own)) return { kind: 'undecided', because: 'it looks at the HTTP version, and HTTP/3 is not modelled' }
  const sound = dependable(search, way, rule, among)
  if (sound.length === among.length) return { kind: 'dead', among }
  const again = solver.solve([own, ...negations(way, sound)], budget)
  return again.kind === 'unsat' ? { kind: 'dead', among: sound } : { kind: 'undecided', because: 'it hangs on a condition that may answer differently each time it is asked' }
}
