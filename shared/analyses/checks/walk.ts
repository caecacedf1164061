import { canonicalText } from '#shared/model/canonical.ts'
import { decisionsOf, type PlacedStep } from '#shared/model/decision-order.ts'
import { actionTargets, type Targets } from '#shared/model/dispatch.ts'
import type { Predicate, Test } from '#shared/model/predicate.ts'
import { isAction, type Listener, type RoutingModel, type Step } from '#shared/model/routing-model.ts'

/** One way in: a listener (the first of its group with this entry) and its steps in evaluation order. */
export interface Entry {
  readonly listener: Listener
  /** All listeners that share it. */
  readonly listeners: readonly Listener[]
  readonly order: readonly PlacedStep[]
  /** Index of a step → index of the step that takes all of its requests. */
  readonly shadowed: ReadonlyMap<number, number>
}

const known = new WeakMap<RoutingModel, readonly Entry[]>()

/** Every entry of the model; kept per model, because many rules look at it. */
export function entriesOf(model: RoutingModel): readonly Entry[] {
  let entries = known.get(model)
  if (entries === undefined) {
    const groups = new Map<string, Listener[]>()
    for (const listener of model.listeners) {
      const key = `${listener.group}\n${listener.entry}`
      const row = groups.get(key)
      if (row === undefined) groups.set(key, [listener])
      else row.push(listener)
    }
    entries = [...groups.values()].map((listeners) => {
      const listener = listeners[0] as Listener
      return { listener, listeners, ...decisionsOf(model, listener.entry) }
    })
    known.set(model, entries)
  }
  return entries
}

/** Steps of listeners and pools, each once. */
export function allSteps(model: RoutingModel): readonly Step[] {
  const steps: Step[] = []
  for (const scope of model.scopes.values()) steps.push(...scope.steps)
  return steps
}

function testsOf(predicate: Predicate, found: Map<string, Test>): void {
  switch (predicate.kind) {
    case 'test':
      found.set(`${predicate.origin.file}:${predicate.origin.start}:${canonicalText(predicate)}`, predicate)
      break
    case 'named': case 'not':
      testsOf(predicate.of, found)
      break
    case 'and': case 'or':
      for (const part of predicate.of) testsOf(part, found)
      break
    case 'true': case 'false': case 'opaque': case 'chance':
      break
  }
}

/** Every test of every rule, each test of a place once, in the order of first use. */
export function allTests(model: RoutingModel): readonly Test[] {
  const found = new Map<string, Test>()
  for (const step of allSteps(model)) testsOf(step.when, found)
  for (const pool of model.pools) for (const selector of pool.selectors) testsOf(selector.when, found)
  return [...found.values()]
}

export interface Lead {
  readonly entry: Entry
  readonly index: number
  readonly placed: PlacedStep
  readonly targets: Targets
}

const knownLeads = new WeakMap<RoutingModel, readonly Lead[]>()

/** Steps that choose a pool, with where they lead; steps proved never to match are left out. */
export function leads(model: RoutingModel): readonly Lead[] {
  let found = knownLeads.get(model)
  if (found === undefined) {
    found = findLeads(model)
    knownLeads.set(model, found)
  }
  return found
}

function findLeads(model: RoutingModel): readonly Lead[] {
  return entriesOf(model).filter((entry) => entry.listeners.some((listener) => listener.enabled)).flatMap((entry) => entry.order.flatMap((placed, index) => {
    if (!isAction(placed.step.does) || entry.shadowed.has(index)) return []
    const targets = actionTargets(placed.step.does, model)
    return targets.pools.length === 0 && targets.unknown.length === 0 && !targets.open ? [] : [{ entry, index, placed, targets }]
  }))
}
