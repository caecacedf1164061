import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { Budget, Solver, Witness } from '#shared/requests/space/solver.ts'
import { always, never, type Formula, type World } from '#shared/requests/space/world.ts'
import { aloneOf, type Alignment } from './align.ts'
import type { Difference } from './differences.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import { anchorsOfRule, mergeAnchors, type Anchors } from '#shared/model/decision-space/anchors.ts'
import { earlier, type Side } from '#shared/model/decision-space/rule-side.ts'

/** Requests that rule `before` decided and rule `after` decides now, with an outcome that differs. */
export interface FoundPair {
  readonly before: number
  readonly after: number
  readonly differences: readonly Difference[]
  readonly witness: Witness
  /** What requests of both rules have in common at first sight. */
  readonly anchors: Anchors
  /** Everything that a request of this pair satisfies; the pair is exactly these requests. */
  readonly required: readonly Formula[]
  /** Equal for pairs of two listeners whose whole conditions were found the same. */
  readonly identity: string
}

/** A pair that could not be decided. */
export interface OpenPair {
  readonly before: number
  readonly after: number
  readonly reason: string
}

export interface Pairs {
  readonly found: readonly FoundPair[]
  readonly open: readonly OpenPair[]
  /** True when the search stopped before every pair was looked at. */
  readonly stopped: boolean
  readonly looked: number
}

interface Search {
  readonly space: Space
  readonly solver: Solver
  readonly before: Side
  readonly after: Side
  readonly alignment: Alignment
  readonly differences: (before: DecidingRule, after: DecidingRule) => readonly Difference[]
  readonly budget: Budget
  /** Told of each pair when it is found, so that what was found when the time is used up is whole. */
  readonly onFound: (pair: FoundPair) => void
}

/**
 * Every pair of deciding rules whose outcomes differ and that some request meets.
 *
 * Only pairs with a changed rule are looked at (see `alignRules`). Each is decided by the solver: both conditions hold,
 * no earlier rule of either side does, and the outcomes differ. Yields between pairs, so that a caller can breathe.
 */
export function* differingPairs(search: Search): Generator<void, Pairs> {
  const { before, after, alignment, budget } = search
  const found: FoundPair[] = []
  const open: OpenPair[] = []
  let looked = 0
  let stopped = false
  const look = (one: number, other: number): void => {
    looked += 1
    const result = pairOf(search, one, other)
    if (result === null) return
    if ('witness' in result) {
      found.push(result)
      search.onFound(result)
      result.release()
    } else open.push(result)
  }
  for (const one of aloneOf(alignment.beforePartner)) {
    if (stopped) break
    const rule = before.rules[one] as DecidingRule
    for (const other of after.index.meeting(anchorsOfRule(search.space, rule))) {
      // The partner of a kept rule stands before this one, so it took those requests on this side, too.
      const partner = alignment.afterPartner[other] as number
      if (partner !== -1 && partner < one) continue
      look(one, other)
      yield
      if (budget.spent()) {
        stopped = true
        break
      }
      if (covers(search.space.world, (after.rules[other] as DecidingRule).formula, rule.formula)) break
    }
  }
  for (const other of aloneOf(alignment.afterPartner)) {
    if (stopped) break
    const rule = after.rules[other] as DecidingRule
    for (const one of before.index.meeting(anchorsOfRule(search.space, rule))) {
      const partner = alignment.beforePartner[one] as number
      // Changed ones were looked at from the other side.
      if (partner !== -1 && partner > other) look(one, other)
      yield
      if (budget.spent()) {
        stopped = true
        break
      }
      if (covers(search.space.world, (before.rules[one] as DecidingRule).formula, rule.formula)) break
    }
  }
  return { found, open, stopped, looked }
}

/** Does the outer shape alone show that every request of `inner` satisfies `outer`? */
function covers(world: World, outer: Formula, inner: Formula): boolean {
  if (outer === always || outer === inner) return true
  const parts = (formula: Formula): readonly Formula[] => ((formula & 1) === 0 && world.partsOf(formula).length > 0 ? world.partsOf(formula) : [formula])
  const have = new Set(parts(inner))
  return parts(outer).every((part) => have.has(part))
}

/** A pair that keeps its conditions until it is worked through: long lists of very many pairs would fill the memory. */
class Found implements FoundPair {
  readonly before: number
  readonly after: number
  readonly differences: readonly Difference[]
  readonly witness: Witness
  readonly anchors: Anchors
  readonly identity: string
  private kept: readonly Formula[] | null
  private readonly make: () => readonly Formula[]

  constructor({ before, after, differences, witness, anchors }: Omit<FoundPair, 'required' | 'identity'>, required: readonly Formula[], make: () => readonly Formula[]) {
    this.before = before
    this.after = after
    this.differences = differences
    this.witness = witness
    this.anchors = anchors
    this.identity = identityOf(required)
    this.kept = required
    this.make = make
  }

  get required(): readonly Formula[] {
    return this.kept ?? this.make()
  }

  release(): void {
    this.kept = null
  }
}

/** Short text that is equal for equal conditions. */
function identityOf(required: readonly Formula[]): string {
  let [one, other] = [2166136261, 5381]
  for (const formula of required) {
    one = Math.imul(one ^ formula, 16777619)
    other = (Math.imul(other, 33) + formula) | 0
  }
  return `${required.slice(0, 2).join(' ')} ${required.length} ${one} ${other}`
}

function pairOf(search: Search, one: number, other: number): Found | OpenPair | null {
  const { before, after } = search
  const { world } = search.space
  const left = before.rules[one] as DecidingRule
  const right = after.rules[other] as DecidingRule
  const differences = search.differences(left, right)
  if (differences.length === 0) return null
  const both = world.and(left.formula, right.formula)
  if (both === never) return null
  const differ = world.any(differences.map((difference) => difference.when))
  const anchors = mergeAnchors(anchorsOfRule(search.space, left), anchorsOfRule(search.space, right))
  const requiredOf = (): readonly Formula[] => [both, differ, ...earlier(world, before, one, anchors, both), ...earlier(world, after, other, anchors, both)]
  const required = requiredOf()
  const solution = search.solver.solve(required, search.budget)
  switch (solution.kind) {
    case 'unsat': return null
    case 'gave-up': return { before: one, after: other, reason: solution.reason }
    case 'sat': return new Found({ before: one, after: other, differences, witness: solution.witness, anchors }, required, requiredOf)
  }
}
