import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import { isStable } from '#shared/model/implication.ts'
import type { Formula, World } from '#shared/requests/space/world.ts'
import { ruleAt, type Search, type WayIn } from './search.ts'

const known = new WeakMap<World, Map<number, ReadonlySet<number>>>()
const none: ReadonlySet<number> = new Set()

/** Opaque conditions inside a formula, whatever their sign. */
export function flagsOf(world: World, formula: Formula): ReadonlySet<number> {
  let cache = known.get(world)
  if (cache === undefined) {
    cache = new Map()
    known.set(world, cache)
  }
  const node = formula >> 1
  let found = cache.get(node)
  if (found === undefined) {
    const atom = world.atomOf(formula)
    if (atom !== null) found = atom.kind === 'flag' ? new Set([atom.id]) : none
    else {
      const parts = world.partsOf(formula).map((part) => flagsOf(world, part)).filter((set) => set.size > 0)
      found = parts.length === 0 ? none : parts.length === 1 ? (parts[0] as ReadonlySet<number>) : new Set(parts.flatMap((set) => [...set]))
    }
    cache.set(node, found)
  }
  return found
}

const versions = new WeakMap<World, Map<number, boolean>>()

/** Does `formula` look at the HTTP version? Its third value, HTTP/3, is not among the requests that are looked at. */
export function readsVersion(space: Space, formula: Formula): boolean {
  const { world } = space
  const id = space.variables.httpVersion.id
  let cache = versions.get(world)
  if (cache === undefined) {
    cache = new Map()
    versions.set(world, cache)
  }
  const known = cache
  const look = (one: Formula): boolean => {
    let found = known.get(one >> 1)
    if (found === undefined) {
      const atom = world.atomOf(one)
      found = atom === null ? world.partsOf(one).some(look) : atom.kind === 'variable' && atom.variable.id === id
      known.set(one >> 1, found)
    }
    return found
  }
  return look(formula)
}

/** Conditions of `rule` that have the same answer whenever they are asked about the same request. */
function stableFlags({ space, reader }: Search, rule: DecidingRule): ReadonlySet<number> {
  return new Set(rule.condition.parts.flatMap(({ predicate, state }) => (isStable(predicate) ? [...flagsOf(space.world, reader.formula(predicate, state))] : [])))
}

/**
 * Rules of `among` that a proof about `own` may rest on.
 *
 * Live state, counters and chance may give another answer each time they are asked, while the solver takes one answer
 * for equal text. So a rule is left out when such a condition of its own also stands in `own` or in another one; and so
 * is one that looks at the HTTP version (see `readsVersion`).
 */
export function dependable(search: Search, { side }: WayIn, rule: DecidingRule, among: readonly number[]): readonly number[] {
  const { space } = search
  const { world } = space
  const kept = among.filter((index) => !readsVersion(space, ruleAt(side, index).formula))
  const uses = new Map<number, number>()
  const note = (formula: Formula): void => {
    for (const flag of flagsOf(world, formula)) uses.set(flag, (uses.get(flag) ?? 0) + 1)
  }
  note(rule.formula)
  for (const index of kept) note(ruleAt(side, index).formula)
  const shared = [...uses].flatMap(([flag, count]) => (count > 1 ? [flag] : []))
  if (shared.length === 0) return kept
  const stable = new Set([...stableFlags(search, rule), ...kept.flatMap((index) => (flagsOf(world, ruleAt(side, index).formula).size === 0 ? [] : [...stableFlags(search, ruleAt(side, index))]))])
  const unstable = shared.filter((flag) => !stable.has(flag))
  if (unstable.length === 0) return kept
  return kept.filter((index) => {
    const flags = flagsOf(world, ruleAt(side, index).formula)
    return !unstable.some((flag) => flags.has(flag))
  })
}
