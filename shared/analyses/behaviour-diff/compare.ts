import { arrivalsAt, at, kindOfListener, readsListener } from '#shared/model/decision-space/arrivals.ts'
import { changedOutside } from '#shared/model/decision-space/definitions.ts'
import { Reader } from '#shared/model/decision-space/reader.ts'
import { Space } from '#shared/model/decision-space/space.ts'
import type { Arrival } from '#shared/model/decision-space/state.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { pairScopes } from '#shared/model/scope-twins.ts'
import { Solver, type Budget } from '#shared/requests/space/solver.ts'
import type { BehaviourDiff, ListenerChange, RequestClass, UnknownRegion } from './answer.ts'
import { listenerChanges, pairListeners, sameKind } from './arrivals.ts'
import { changedLinesOf } from './cause.ts'
import { ownName } from './pool-names.ts'
import { joinChance, withoutTold } from './chance.ts'
import { classesOf } from './classes.ts'
import type { Judge } from './judge.ts'
import { diffListener, type Comparison, type ListenerDiff } from './listener-diff.ts'
import { provedOnce } from './once.ts'
import { policyClasses } from './policy.ts'
import { policyOf, type ChangedPool } from './pool-changes.ts'
import { reachability } from './reachability.ts'
import { compareSeverity } from './severity.ts'
import { settingSense } from './setting-changes.ts'
import { handshakeRegions, listenerClass, settingClasses, uncomparedRegion } from './listener-settings.ts'
import { betweenProducts, wholeUrlRegions } from './two-products.ts'
import { stateRegions, surroundingRegions, unmodelledRegions } from './unmodelled.ts'

export interface BehaviourOptions {
  /** The simulator, on both sides: every witness is replayed before it is shown. */
  readonly judge: Judge
  /** Pools that differ in anything, in pairs. */
  readonly changedPools: readonly ChangedPool[]
  /** Name of a pool of the after side → name of the pool of the before side that it stands for. Others keep their name. */
  readonly poolNames: ReadonlyMap<string, string>
  readonly budget: Budget
  readonly milliseconds: () => number
}

/** A finished comparison with what later questions need: membership, reachability. */
export interface BehaviourComparison {
  readonly diff: BehaviourDiff
  readonly comparison: Comparison
  readonly listeners: readonly ListenerDiff[]
}

/**
 * Every class of requests whose outcome differs between two configs.
 *
 * Shape: `answer.ts`. Each request is in one class, or in an unknown region, or proved the same.
 * Errors: none. What cannot be decided within the budget is in `unknown`.
 * Source: docs and README of this folder; `alignRules` for why only changed rules are looked at.
 */
export function compareBehaviour(before: RoutingModel, after: RoutingModel, options: BehaviourOptions): BehaviourComparison {
  const steps = behaviourSteps(before, after, options)
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
  }
}

/** `compareBehaviour` in small steps, for a caller that does other things in between. */
export function* behaviourSteps(before: RoutingModel, after: RoutingModel, options: BehaviourOptions): Generator<void, BehaviourComparison> {
  const started = options.milliseconds()
  const space = new Space((before.requests ?? 'as-sent') !== (after.requests ?? 'as-sent'))
  pairScopes(before, after)
  const alias = options.poolNames.size === 0 ? ownName : (pool: string): string => options.poolNames.get(pool) ?? pool
  const outside = changedOutside(before, after)
  const comparison: Comparison = {
    space, solver: new Solver(space.world), readers: { before: new Reader(space, before, 'before'), after: new Reader(space, after, 'after', outside) },
    models: { before, after }, alias, judge: options.judge, budget: options.budget,
  }
  const pairs = pairListeners(before, after)
  const diffs: ListenerDiff[] = []
  const twins = new Set<string>()
  const classes: RequestClass[] = []
  const handshakes: UnknownRegion[] = []
  for (const pair of pairs) {
    if (pair.before === null || pair.after === null || !sameKind(pair.before, pair.after)) {
      const found = listenerClass(comparison, pair)
      classes.push(...found)
      if (found.length === 0 || (pair.before !== null && pair.after !== null)) handshakes.push(uncomparedRegion(pair))
      continue
    }
    handshakes.push(...handshakeRegions(pair.before, pair.after, pair.address))
    // Listeners of one entry differ in nothing that rules see.
    const twin = `${kindOfListener(pair.before)} ${kindOfListener(pair.after)}`
    if (twins.has(twin) && !readsListener(before) && !readsListener(after)) continue
    twins.add(twin)
    const arrivals = { before: arrivalsAt(at(pair.before, pair.address)), after: arrivalsAt(at(pair.after, pair.address)) }
    for (const [index, arrival] of arrivals.after.entries()) {
      const diff = yield* diffListener(comparison, { before: arrivals.before[index] as Arrival, after: arrival })
      diffs.push(diff)
    }
  }
  yield
  classes.push(...classesOf({ world: space.world, alias }, provedOnce(diffs)))
  classes.push(...withoutTold(diffs.flatMap((diff) => diff.chance).reduce<readonly RequestClass[]>(joinChance, []), classes))
  yield
  const sense = settingSense(before, after)
  const settings = settingClasses(comparison, pairs, sense, outside)
  const policies = policyClasses(comparison, diffs, options.changedPools, sense, settings.shared)
  classes.push(...policies.classes, ...settings.classes)
  const unknown = distinctRegions([...policies.unknown, ...handshakes, ...diffs.flatMap((diff) => diff.unknown), ...unmodelledRegions(before, after, diffs), ...surroundingRegions(before, after, outside), ...wholeUrlRegions(before, after), ...stateRegions(space.flags.values(), new Set(options.changedPools.flatMap((pool) => (policyOf(pool, sense) === null ? [] : [pool.after.name]))))])
  const differs = uniqueIds(classes.sort(compareSeverity))
  const differing = new Set([...differs.map((one) => one.listener), ...unknown.map((region) => region.listener ?? '')])
  const listeners: readonly ListenerChange[] = listenerChanges(before, after, pairs, differing)
  const diff: BehaviourDiff = {
    complete: unknown.length === 0, listeners, differs, unknown, changedLines: changedLinesOf(diffs), pools: reachability(comparison, diffs, differs), assumptions: assumptionsOf(comparison.models, diffs, space),
    work: {
      rules: diffs.reduce((sum, one) => sum + one.lists.before.rules.length + one.lists.after.rules.length, 0), changedRules: diffs.reduce((sum, one) => sum + one.alignment.changed, 0),
      pairs: diffs.reduce((sum, one) => sum + one.looked, 0), solverCalls: comparison.solver.calls, milliseconds: options.milliseconds() - started,
    },
  }
  return { diff, comparison, listeners: diffs }
}

function hasErrorFiles({ listeners, pools }: RoutingModel): boolean {
  // Very many pools share one object of settings.
  const seen = new Set<Readonly<Record<string, string>>>()
  for (const list of [listeners, pools]) {
    for (const { settings } of list) {
      if (seen.has(settings)) continue
      seen.add(settings)
      if (Object.keys(settings).some((name) => name.startsWith('errorfile'))) return true
    }
  }
  return false
}

function distinctRegions(regions: readonly UnknownRegion[]): readonly UnknownRegion[] {
  const groups = new Map<string, UnknownRegion[]>()
  for (const region of regions) {
    const key = `${region.listener ?? ''} ${region.because} ${region.at.file} ${region.at.start}`
    groups.set(key, [...(groups.get(key) ?? []), region])
  }
  return [...groups.values()].map((group) => {
    const first = group[0] as UnknownRegion
    const kinds = new Set(group.map((region) => region.when)).size
    return kinds === 1 ? first : { ...first, when: `${first.when}; and ${kinds - 1} more kinds of requests` }
  })
}

/** Two classes that read alike keep apart. */
function uniqueIds(classes: readonly RequestClass[]): readonly RequestClass[] {
  const seen = new Map<string, number>()
  return classes.map((one) => {
    const count = seen.get(one.id) ?? 0
    seen.set(one.id, count + 1)
    return count === 0 ? one : { ...one, id: `${one.id}-${count + 1}` }
  })
}

function assumptionsOf({ before, after }: Comparison['models'], diffs: readonly ListenerDiff[], space: Space): readonly string[] {
  const assumptions = ['A request carries at most one Host, and it holds one name.']
  if ([before, after].some(({ requests }) => requests === 'normalised')) assumptions.push('Targets have no fragment and no encoded line end, and those that are whole URLs name the host that the Host header names.')
  if (space.flags.size > 0) assumptions.push('Conditions on live state, time and chance, and other conditions that are not modelled, have the same answer on both sides where they are written alike.')
  if (diffs.some((diff) => diff.lists.after.opaque.length > 0)) assumptions.push('Actions that are not modelled do the same on both sides where they are written alike.')
  if (before.dialect !== after.dialect) assumptions.push(...betweenProducts)
  if (after.listeners.some((listener) => (listener.tls?.certificates.length ?? 0) > 0)) assumptions.push('Certificates, which are not read, are the same on both sides where they have the same name.')
  if (hasErrorFiles(after)) assumptions.push('Error pages, which are not read, are the same on both sides where they have the same name.')
  return assumptions
}
