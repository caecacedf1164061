import { arrivalsAt, at, kindOfListener, readsListener } from '#shared/model/decision-space/arrivals.ts'
import { Reader, Space } from '#shared/model/decision-space/reader.ts'
import { requestOf } from '#shared/model/decision-space/request-of.ts'
import type { Arrival } from '#shared/model/decision-space/state.ts'
import type { ListenAddress, Listener, RoutingModel } from '#shared/model/routing-model.ts'
import { Solver, type Budget } from '#shared/requests/space/solver.ts'
import type { BehaviourDiff, ListenerChange, RequestClass, UnknownRegion } from './answer.ts'
import { listenerChanges, pairListeners, sameKind, type PairedListener } from './arrivals.ts'
import { changedLinesOf } from './cause.ts'
import { classesOf } from './classes.ts'
import { identify } from './identify.ts'
import { differ, type Judge } from './judge.ts'
import { diffListener, type Comparison, type ListenerDiff } from './listener-diff.ts'
import { provedOnce } from './once.ts'
import { policyClasses } from './policy.ts'
import { policyOf, type ChangedPool } from './pool-changes.ts'
import { reachability } from './reachability.ts'
import { compareSeverity } from './severity.ts'
import { stateRegions, unmodelledRegions } from './unmodelled.ts'
import { insteadWords, outcomeWords } from './words.ts'

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
  const space = new Space()
  const alias = (pool: string): string => options.poolNames.get(pool) ?? pool
  const comparison: Comparison = {
    space, solver: new Solver(space.world), readers: { before: new Reader(space, before, 'before'), after: new Reader(space, after, 'after') },
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
  yield
  const policies = policyClasses(comparison, diffs, options.changedPools)
  classes.push(...policies.classes)
  const unknown = distinctRegions([...policies.unknown, ...handshakes, ...diffs.flatMap((diff) => diff.unknown), ...unmodelledRegions(before, after, diffs), ...stateRegions(space.flags.values(), new Set(options.changedPools.flatMap((pool) => (policyOf(pool) === null ? [] : [pool.after.name]))))])
  const differs = uniqueIds(classes.sort(compareSeverity))
  const differing = new Set([...differs.map((one) => one.listener), ...unknown.map((region) => region.listener ?? '')])
  const listeners: readonly ListenerChange[] = listenerChanges(before, after, pairs, differing)
  const diff: BehaviourDiff = {
    complete: unknown.length === 0, listeners, differs, unknown, changedLines: changedLinesOf(diffs), pools: reachability(comparison, diffs, differs), assumptions: assumptionsOf(diffs, space),
    work: {
      rules: diffs.reduce((sum, one) => sum + one.lists.before.rules.length + one.lists.after.rules.length, 0), changedRules: diffs.reduce((sum, one) => sum + one.alignment.changed, 0),
      pairs: diffs.reduce((sum, one) => sum + one.looked, 0), solverCalls: comparison.solver.calls, milliseconds: options.milliseconds() - started,
    },
  }
  return { diff, comparison, listeners: diffs }
}

/** What decides before the first rule whether a connection gets through, and is not followed. */
function handshakeRegions(before: Listener, after: Listener, address: ListenAddress): readonly UnknownRegion[] {
  const found: string[] = []
  if (before.acceptProxy !== after.acceptProxy) found.push('expects a PROXY header on one side only')
  if (before.tls?.strictSni !== after.tls?.strictSni) found.push('refuses unknown TLS server names on one side only')
  for (const setting of ['verify', 'ca-file', 'crl-file', 'ca-verify-file', 'ssl-min-ver', 'ssl-max-ver', 'ciphers', 'ciphersuites']) {
    if ((before.settings[setting] ?? '') !== (after.settings[setting] ?? '')) found.push(`has another ${setting}`)
  }
  return found.map((text) => ({ listener: after.group, when: `connections to ${address.text}`, because: `The listener ${text}, so some connections may be refused that were not, or the other way round.`, side: 'after', at: after.origin[0] ?? { file: '', start: 0, end: 0 } }))
}

/** Rules of two protocols have no request in common that could be followed on both sides. */
function uncomparedRegion({ address, before, after }: PairedListener): UnknownRegion {
  const because = before !== null && after !== null ? `${address.text} speaks another protocol, so its rules are not compared one by one.` : `Only one side listens on ${address.text}, and no request was found that shows it.`
  return { listener: (after ?? before)?.group ?? null, when: `requests sent to ${address.text}`, because, side: after === null ? 'before' : 'after', at: (after ?? before)?.origin[0] ?? { file: '', start: 0, end: 0 } }
}

/** An address that only one side listens on, or that speaks another protocol now. */
function listenerClass(comparison: Comparison, { address, before, after }: PairedListener): readonly RequestClass[] {
  const listener = before ?? after
  if (listener === null) return []
  const arrival = arrivalsAt(at(listener, address))[0] as Arrival
  const plain = requestOf(comparison.space.world, { values: new Map(), flags: new Map(), valueOf: () => null }, arrival)
  // Where any address is meant, the other side may listen on some of them.
  const requests = [plain, ...(plain.destinationIp === null ? [] : ['192.0.2.1', '198.51.100.1', '203.0.113.1'].map((destinationIp) => ({ ...plain, destinationIp })))]
  const request = requests.find((one) => differ(comparison.judge.before(one), comparison.judge.after(one), comparison.alias))
  if (request === undefined) return []
  const judged = { before: comparison.judge.before(request), after: comparison.judge.after(request) }
  const shown = address.text
  const summary = after === null ? `Nothing listens on ${shown} any more: requests there no longer ${outcomeWords(judged.before.outcome).replace(/^are /, 'get ')}.`
    : before === null ? `${after.group} listens on ${shown}, where nothing listened: requests there ${outcomeWords(judged.after.outcome)}.`
      : `${shown} speaks another protocol: requests ${outcomeWords(judged.after.outcome)} instead of ${insteadWords(judged.before.outcome)}.`
  const when = `the request is sent to ${shown}`
  const sides = { before: { outcome: judged.before.outcome, rule: judged.before.rule }, after: { outcome: judged.after.outcome, rule: judged.after.rule } }
  return [{
    id: identify(['listener', shown, summary]), severity: before === null ? 'warning' : 'critical', kind: 'listener', listener: listener.group, when, summary, witness: request, ...sides,
    cause: { before: (before?.origin ?? []).slice(0, 1), after: (after?.origin ?? []).slice(0, 1) }, lines: { before: before?.origin ?? [], after: after?.origin ?? [] }, count: 1, members: [{ when, witness: request, ...sides }], depends: [],
  }]
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

function assumptionsOf(diffs: readonly ListenerDiff[], space: Space): readonly string[] {
  const assumptions = ['A request carries at most one Host, and it holds one name.']
  if (space.flags.size > 0) assumptions.push('Conditions on live state, time and chance, and other conditions that are not modelled, have the same answer on both sides where they are written alike.')
  if (diffs.some((diff) => diff.lists.after.opaque.length > 0)) assumptions.push('Actions that are not modelled do the same on both sides where they are written alike.')
  return assumptions
}
