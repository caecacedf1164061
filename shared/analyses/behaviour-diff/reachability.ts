import { anchorsOfRule } from '#shared/model/decision-space/anchors.ts'
import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { earlier, type Side } from '#shared/model/decision-space/rule-side.ts'
import type { BehaviourDiff, RequestClass } from './answer.ts'
import type { Comparison, ListenerDiff } from './listener-diff.ts'

/** Pools of each side that are asked about. */
const askedPools = 200

/** Pools that lost or won every request; only pools of a class can have. */
export function reachability(comparison: Comparison, diffs: readonly ListenerDiff[], differs: readonly RequestClass[]): BehaviourDiff['pools'] {
  const sameName = (pool: string): string => pool
  const aliasOf = { before: sameName, after: comparison.alias }
  const named = (side: 'before' | 'after'): readonly string[] => [...new Set(differs.flatMap((one) => one.members.flatMap(({ [side]: { outcome } }) => (outcome.action === 'forward' ? [aliasOf[side](outcome.pool)] : []))))].slice(0, askedPools)
  const missing = (side: 'before' | 'after', asked: readonly string[]): readonly string[] => {
    // An example that went there shows that requests do.
    const shown = new Set(diffs.flatMap((diff) => diff.proved.flatMap(({ judged: { [side]: { outcome } } }) => (outcome.action === 'forward' ? [aliasOf[side](outcome.pool)] : []))))
    const pools = asked.filter((pool) => !shown.has(pool))
    if (pools.length <= fewPools) return pools.filter((pool) => !diffs.some((diff) => isReached(comparison, diff.sides[side], aliasOf[side], pool)))
    const ways = diffs.map((diff) => rulesTo(diff.sides[side], aliasOf[side], new Set(pools)))
    return pools.filter((pool) => !diffs.some((diff, index) => reaches(comparison, diff.sides[side], ways[index]?.get(pool) ?? []) !== false))
  }
  return { unreachable: missing('after', named('before')), reachable: missing('before', named('after')) }
}

/** Pools up to which rules are looked at one by one, until one is met that requests reach. */
const fewPools = 4

/** Whether some request of this listener may reach `pool`. */
function isReached(comparison: Comparison, side: Side, alias: (pool: string) => string, pool: string): boolean {
  for (let index = 0; index < side.rules.length; index += 1) {
    const { destination } = side.rules[index] as DecidingRule
    const leads = destination.kind === 'forward' ? alias(destination.pool) === pool : destination.kind === 'split' && destination.shares.some((part) => alias(part.pool) === pool)
    if (leads && reaches(comparison, side, [index]) !== false) return true
  }
  return false
}

/** Rules that lead to one of `pools`, by its name as compared. */
function rulesTo(side: Side, alias: (pool: string) => string, pools: ReadonlySet<string>): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  const add = (name: string, index: number): void => {
    const pool = alias(name)
    if (!pools.has(pool)) return
    const list = found.get(pool)
    if (list === undefined) found.set(pool, [index])
    else if (list[list.length - 1] !== index) list.push(index)
  }
  if (pools.size === 0) return found
  for (let index = 0; index < side.rules.length; index += 1) {
    const { destination } = side.rules[index] as DecidingRule
    if (destination.kind === 'forward') add(destination.pool, index)
    else if (destination.kind === 'split') for (const part of destination.shares) add(part.pool, index)
  }
  return found
}

/** Whether a request of this listener can satisfy one of these rules and none before it. Null: it cannot be told. */
function reaches({ space, solver, budget }: Comparison, side: Side, rules: readonly number[]): boolean | null {
  let open = false
  for (const index of rules) {
    const rule = side.rules[index] as DecidingRule
    const solution = solver.solve([rule.formula, ...earlier(space.world, side, index, anchorsOfRule(space, rule), rule.formula)], budget)
    if (solution.kind === 'sat') return true
    open ||= solution.kind === 'gave-up'
  }
  return open ? null : false
}
