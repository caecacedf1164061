import { canonicalText } from './canonical.ts'
import { conjuncts, implies, isStable } from './implication.ts'
import type { Predicate } from './predicate.ts'
import { isAction, type Action, type Effect, type RoutingModel, type Scope, type ScopeId, type Step } from './routing-model.ts'
import { effectTouches, predicateReads } from './touch.ts'

/**
 * One step at its place in the order in which the product evaluates an entry.
 *
 * `within`: conditions of the `enter` steps that lead here. `isOtherwise`: the end of a scope chain, made into a step
 * without a line of its own. `nothingAfter`: no condition and terminal, so nothing behind it in its scope is reached.
 */
export interface PlacedStep {
  readonly scope: Scope
  readonly step: Step
  readonly within: readonly Predicate[]
  readonly isOtherwise: boolean
}

const ends = new WeakMap<Scope, Step>()

/** The end of a scope as a step of its own, always the same object for one scope; null where another scope follows. */
export function otherwiseStep(scope: Scope): Step | null {
  if (scope.otherwise === null) return null
  let step = ends.get(scope)
  if (step === undefined) {
    step = { id: `${scope.id}/otherwise`, when: { kind: 'true' }, does: scope.otherwise, origin: scope.otherwiseAt === undefined || scope.otherwiseAt === null ? [] : [scope.otherwiseAt] }
    ends.set(scope, step)
  }
  return step
}

/** Every step of an entry in evaluation order; a scope that is entered twice stands there once, cycles are cut. */
export function decisionOrder(model: RoutingModel, entry: ScopeId | null): readonly PlacedStep[] {
  const placed: PlacedStep[] = []
  const seen = new Set<ScopeId>()
  // Chains of scopes may be as long as lists of rules are, which is too long for the stack.
  const open: { readonly scope: Scope; readonly within: readonly Predicate[]; next: number }[] = []
  const visit = (id: ScopeId | null, within: readonly Predicate[]): void => {
    const scope = id === null || seen.has(id) ? undefined : model.scopes.get(id)
    if (id !== null) seen.add(id)
    if (scope !== undefined) open.push({ scope, within, next: 0 })
  }
  visit(entry, [])
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const { scope, within } = top
    const step = scope.steps[top.next]
    top.next += 1
    if (step !== undefined) {
      if (step.implied !== true) placed.push({ scope, step, within, isOtherwise: false })
      if (step.does.kind === 'enter') visit(step.does.scope, step.when.kind === 'true' ? within : [...within, step.when])
    } else if (top.next === scope.steps.length + 1) visit(scope.next, within)
    else {
      const end = scope.next === null && scope.impliedEnd !== true ? otherwiseStep(scope) : null
      if (end !== null) placed.push({ scope, step: end, within, isOtherwise: true })
      open.pop()
    }
  }
  return placed
}

/** The whole condition under which a step is looked at and holds. */
export function fullCondition(placed: PlacedStep): Predicate {
  return placed.within.length === 0 ? placed.step.when : { kind: 'and', of: [...placed.within, placed.step.when] }
}

/** Order of one entry with the steps in it that can never decide. */
export interface Decisions {
  readonly order: readonly PlacedStep[]
  readonly shadowed: ReadonlyMap<number, number>
}

const decisionsByModel = new WeakMap<RoutingModel, Map<ScopeId, Decisions>>()

/** `decisionOrder` and `shadowedSteps` of one entry, computed once per model: pictures, lists and checks all ask. */
export function decisionsOf(model: RoutingModel, entry: ScopeId): Decisions {
  let entries = decisionsByModel.get(model)
  if (entries === undefined) {
    entries = new Map()
    decisionsByModel.set(model, entries)
  }
  let found = entries.get(entry)
  if (found === undefined) {
    const order = decisionOrder(model, entry)
    found = { order, shadowed: shadowedSteps(order, model) }
    entries.set(entry, found)
  }
  return found
}

/** The order without ends of lists that no request gets to, because a rule without a condition stands in front. */
export function reachedOrder(model: RoutingModel, entry: ScopeId | null): readonly PlacedStep[] {
  if (entry === null) return []
  const { order, shadowed } = decisionsOf(model, entry)
  return order.filter((placed, index) => !placed.isOtherwise || !shadowed.has(index))
}

/** Does this action always end the request's way through the rules, once its condition holds? */
function certainlyEnds(action: Action): boolean {
  switch (action.kind) {
    case 'forward': case 'dispatch': case 'split': case 'respond': case 'deny': case 'close': case 'serve': return true
    case 'redirect': return action.to.kind === 'scheme' || !action.to.ignoreEmpty
    case 'one-of': return action.actions.every(certainlyEnds)
    case 'enter': case 'leave': case 'opaque': return false
  }
}

/** Above this many deciding rules, only rules whose parts are written the same are compared, not every pair. */
const pairwiseLimit = 400

/**
 * Which steps can never decide because an earlier one takes all of their requests.
 *
 * Shape: index of the shadowed step → index of the first step proved to take everything it would.
 * Why it is right: an earlier step ends evaluation for a superset of the requests, nothing between the two changes
 * what it looks at, and no step in front of it lets requests skip it. Anything less is not reported.
 * Cost: linear in parts of conditions, plus every pair for up to 400 deciding rules.
 */
export function shadowedSteps(order: readonly PlacedStep[], model: RoutingModel): ReadonlyMap<number, number> {
  const shadowed = new Map<number, number>()
  const effects: number[] = []
  const deciding: number[] = []
  const conditions: Predicate[] = []
  const parts: (readonly string[])[] = []
  const frequency = new Map<string, number>()
  order.forEach((placed, index) => {
    const { does } = placed.step
    if (!isAction(does)) {
      if (does.kind !== 'note') effects.push(index)
      return
    }
    if (does.kind === 'enter') return
    const condition = fullCondition(placed)
    const keys = conjuncts(condition).map(canonicalText)
    deciding.push(index)
    conditions[index] = condition
    parts[index] = keys
    for (const key of new Set(keys)) frequency.set(key, (frequency.get(key) ?? 0) + 1)
  })

  /** Scopes that a `leave` or unmodelled action can end early, with the place of the first one. */
  const firstExit = new Map<ScopeId, number>()
  order.forEach((placed, index) => {
    const { kind } = placed.step.does
    if ((kind === 'leave' || kind === 'opaque' || kind === 'opaque-effect') && !firstExit.has(placed.scope.id)) firstExit.set(placed.scope.id, index)
  })

  const covers = (earlier: number, later: number): boolean => {
    const one = order[earlier] as PlacedStep
    const other = order[later] as PlacedStep
    if (one.within.some((predicate, depth) => other.within[depth] !== predicate)) return false
    if (one.scope !== other.scope) {
      const exit = firstExit.get(one.scope.id)
      if (exit !== undefined && exit < earlier) return false
    }
    const condition = conditions[earlier] as Predicate
    if (condition.kind === 'true') return true
    if (!isStable(condition)) return false
    if (!implies(conditions[later] as Predicate, condition)) return false
    const reads = predicateReads(condition)
    return !effects.some((index) => index > earlier && index < later && effectTouches((order[index] as PlacedStep).step.does as Effect, reads))
  }

  const pairwise = deciding.length <= pairwiseLimit
  /** Deciding steps by their rarest part: whoever is covered has that part too. */
  const byPart = new Map<string, number[]>()
  const unconditional: number[] = []
  const enders: number[] = []
  for (const index of deciding) {
    const candidates = pairwise ? enders : [...unconditional, ...new Set((parts[index] as readonly string[]).flatMap((key) => byPart.get(key) ?? []))].sort((a, b) => a - b)
    const by = candidates.find((earlier) => covers(earlier, index))
    const action = (order[index] as PlacedStep).step.does as Action
    if (by !== undefined) {
      const earlier = (order[by] as PlacedStep).step.does
      // A computed name that is not found leads to the default after all, so the default is not dead behind it.
      const isMiss = earlier.kind === 'dispatch' && (conditions[index] as Predicate).kind === 'true' && canonicalText(earlier.onMiss) === canonicalText(action)
      if (!isMiss) shadowed.set(index, by)
      continue
    }
    if (!endsHere(action, model)) continue
    enders.push(index)
    const keys = parts[index] as readonly string[]
    if (keys.length === 0) unconditional.push(index)
    else {
      const rarest = keys.reduce((best, key) => ((frequency.get(key) ?? 0) < (frequency.get(best) ?? 0) ? key : best))
      const row = byPart.get(rarest)
      if (row === undefined) byPart.set(rarest, [index])
      else row.push(index)
    }
  }
  return shadowed
}

/** From HAProxy 3.4 a rule to a disabled pool is passed over, so such a rule is never counted as taking requests. */
function endsHere(action: Action, model: RoutingModel): boolean {
  if (action.kind !== 'forward') return certainlyEnds(action)
  const pool = poolsByReference(model).get(action.pool)
  return pool === undefined || pool.enabled
}

type ModelPool = RoutingModel['pools'][number]

/** Pools by what rules call them. */
export interface PoolLookup {
  get(reference: string): ModelPool | undefined
}

const poolIndexes = new WeakMap<RoutingModel, PoolLookup>()

/** Pools by id and by name. */
export function poolsByReference(model: RoutingModel): PoolLookup {
  let index = poolIndexes.get(model)
  if (index === undefined) {
    const byName = new Map<string, ModelPool>()
    for (const pool of model.pools) byName.set(pool.name, pool)
    // Rules name pools; the ids are asked for where one is missing.
    let byId: Map<string, ModelPool> | null = null
    index = { get: (reference) => byName.get(reference) ?? (byId ??= new Map(model.pools.map((pool) => [pool.id, pool]))).get(reference) }
    poolIndexes.set(model, index)
  }
  return index
}
