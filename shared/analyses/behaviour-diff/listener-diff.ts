import { portsOf } from '#shared/model/decision-space/arrivals.ts'
import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { decisionList, type DecisionList } from '#shared/model/decision-space/decision-list.ts'
import { settingsComparison } from './settings-in-effect.ts'
import { ruleKey } from '#shared/model/decision-space/rule-keys.ts'
import type { Reader } from '#shared/model/decision-space/reader.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import { exactly } from '#shared/model/decision-space/matching.ts'
import { mayLieIn } from '#shared/model/decision-space/model-of.ts'
import { requestOf } from '#shared/model/decision-space/request-of.ts'
import { anyHost } from '#shared/model/decision-space/request-variables.ts'
import { poolsByReference } from '#shared/model/decision-order.ts'
import type { Arrival } from '#shared/model/decision-space/state.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Budget, Solver, Witness } from '#shared/requests/space/solver.ts'
import { never, type Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { Alignment } from './align.ts'
import { alignLists } from './align-lists.ts'
import { elsewhereOf } from './cause.ts'
import type { Proved } from './classes.ts'
import { differencesOf, type Difference } from './differences.ts'
import { differ, whatCounts, type Judge } from './judge.ts'
import { earlier, type Side } from '#shared/model/decision-space/rule-side.ts'
import { ProvedPair } from './proved-pair.ts'
import { differingPairs, type FoundPair } from './rule-pairs.ts'
import { sidesOf } from './sides.ts'
import { areTwoProducts, asCompared } from './two-products.ts'
import type { RequestClass, UnknownRegion } from './answer.ts'
import { chanceClass, joinChance, onlyChance } from './chance.ts'
import { plainly } from './plainly.ts'
import { hashClass, hashesIn } from './hash-shares.ts'
import { formulaWords } from './words.ts'

/** Everything that the comparison of one listener needs and leaves behind. */
export interface ListenerDiff {
  readonly arrival: Arrival
  readonly lists: { readonly before: DecisionList; readonly after: DecisionList }
  readonly sides: { readonly before: Side; readonly after: Side }
  readonly alignment: Alignment
  readonly found: readonly FoundPair[]
  readonly proved: readonly Proved[]
  /** Classes in which chance decides. */
  readonly chance: readonly RequestClass[]
  readonly unknown: readonly UnknownRegion[]
  readonly looked: number
}

export interface Comparison {
  readonly space: Space
  readonly solver: Solver
  readonly readers: { readonly before: Reader; readonly after: Reader }
  readonly models: { readonly before: RoutingModel; readonly after: RoutingModel }
  readonly alias: (pool: string) => string
  readonly judge: Judge
  readonly budget: Budget
}

const nowhere: Span = { file: '', start: 0, end: 0 }
/** Further witnesses that are tried when the first one shows no difference. */
const retries = 5
/** Exceptions that are looked for to describe a class. */
const exceptionLimit = 24

/** Compares what two listeners do with connections of one kind. */
export function* diffListener(comparison: Comparison, arrivals: { readonly before: Arrival; readonly after: Arrival }): Generator<void, ListenerDiff> {
  const { space, readers, models, alias, budget, solver } = comparison
  const listOf = (side: 'before' | 'after'): DecisionList => {
    const arrival = arrivals[side]
    const address = arrival.listener.addresses[0]
    return decisionList(readers[side], models[side], readers[side].initialState(arrival, address === undefined ? '' : address.ip, address === undefined ? ['0'] : portsOf(address)))
  }
  const lists = { before: listOf('before'), after: listOf('after') }
  const alignment = alignLists(comparison, lists)
  const sides = sidesOf(space, models.before, arrivals.before, lists, alignment)
  const named = { before: poolsByReference(models.before), after: poolsByReference(models.after) }
  const areTwo = areTwoProducts(models.before, models.after)
  const poolAfter = (name: string): Pool | undefined => {
    const [pool, twin] = [named.after.get(name), areTwo ? named.before.get(alias(name)) : undefined]
    return pool === undefined || twin === undefined ? pool : asCompared(twin, pool)
  }
  const whenEmpty = ({ requests }: RoutingModel): number => (requests === 'normalised' ? 502 : 503)
  const comparing = {
    space, settings: settingsComparison(models.before, models.after), before: readers.before, after: readers.after, alias, pools: { before: (name: string) => named.before.get(name), after: poolAfter },
    products: { areTwo, speaksTls: (side: 'before' | 'after', name: string) => named[side].get(name)?.members.some((member) => member.options.tls) === true, whenEmpty: areTwo ? { before: whenEmpty(models.before), after: whenEmpty(models.after) } : { before: 503, after: 503 } },
  }
  const differences = (before: DecidingRule, after: DecidingRule): readonly Difference[] => differencesOf(comparing, before, after)
  const diffed = { arrival: arrivals.after, lists, sides, alignment }
  const proved: Proved[] = []
  const unproved: UnknownRegion[] = []
  let chance: readonly RequestClass[] = []
  const onFound = (pair: FoundPair): void => {
    const result = prove(comparison, { ...diffed, differences }, pair)
    if ('judged' in result) proved.push(result)
    else if ('witness' in result) chance = joinChance(chance, result)
    else unproved.push(result)
  }
  const pairs = alignment.changed === 0 ? { found: [], open: [], stopped: false, looked: 0 }
    : yield* differingPairs({ space, solver, ...sides, alignment, differences, budget, onFound })
  const unknown: UnknownRegion[] = pairs.open.map((open) => {
    const rules = [lists.before.rules[open.before], lists.after.rules[open.after]] as const
    return { listener: arrivals.after.listener.group, when: formulaWords(space.world, plainly(space.world, space.world.and(rules[0]?.formula ?? never, rules[1]?.formula ?? never))), because: `It cannot be told whether they differ: ${open.reason}.`, side: 'after', at: rules[1]?.at ?? rules[0]?.at ?? nowhere }
  })
  if (pairs.stopped) {
    unknown.push({ listener: arrivals.after.listener.group, when: 'any request', because: 'The time for this comparison is used up; classes found so far are listed.', side: 'after', at: arrivals.after.listener.origin[0] ?? nowhere })
  }
  return { ...diffed, found: pairs.found, looked: pairs.looked, proved, chance, unknown: [...unknown, ...unproved] }
}

type Diffed = Pick<ListenerDiff, 'arrival' | 'lists' | 'sides' | 'alignment'> & { readonly differences: (before: DecidingRule, after: DecidingRule) => readonly Difference[] }

/** Replays the witness on both configs. What does not show the difference, or hangs on something unmodelled, is unknown. */
function prove(comparison: Comparison, diff: Diffed, pair: FoundPair): Proved | RequestClass | UnknownRegion {
  const { space, solver, budget } = comparison
  const { world } = space
  const before = diff.lists.before.rules[pair.before] as DecidingRule
  const after = diff.lists.after.rules[pair.after] as DecidingRule
  const both = world.and(before.formula, after.formula)
  const region = (because: string, place: { readonly at: Span; readonly side: 'before' | 'after' } | null): UnknownRegion => ({
    listener: diff.arrival.listener.group, when: formulaWords(world, plainly(world, both)), because,
    ...(place === null ? (after.at === null && before.at !== null ? { side: 'before', at: before.at } : { side: 'after', at: after.at ?? nowhere }) : { side: place.side, at: place.at }),
  })
  let witness: Witness = pair.witness
  const opaque = heldFlags(witness)
  if (opaque.length > 0) {
    const without = solver.solve([...pair.required, ...opaque.map((flag) => world.not(flag))], budget)
    if (without.kind !== 'sat') {
      const drawn = onlyChance(comparison, opaque) ? chanceClass(comparison, diff, pair, witness) : null
      if (drawn !== null) return drawn
      const flag = space.flags.get(opaque[0] as Formula)
      return region(flag === undefined ? 'It depends on something that is not modelled.' : `Not modelled: ${flag.text} (${flag.reason.replace(/\.$/, '')}).`, flag ?? null)
    }
    witness = without.witness
  }
  if (hashesIn(comparison, witness).length > 0) {
    const spread = hashClass(comparison, diff, pair, witness)
    if (spread !== null) return spread
  }
  for (const [side, { destination }] of [['before', before], ['after', after]] as const) {
    if (destination.kind === 'unmodelled') return region(`Not modelled: ${destination.text} (${destination.reason.replace(/\.$/, '')}).`, { side, at: destination.at })
  }
  const aspects = new Set(pair.differences.map((difference) => difference.aspect))
  if ([...aspects].every((aspect) => aspect === 'connection' || aspect === 'later' || aspect === 'settings')) return region(unfollowed(pair.differences), null)
  aspects.delete('settings')
  // The simulator does not say what an answer holds.
  const onlyContents = aspects.size === 1 && aspects.has('contents') && pair.differences.every((difference) => difference.exact || difference.aspect === 'settings')
  for (let attempt = 0; attempt <= retries; attempt += 1) {
    const request = requestOf(world, witness, diff.arrival)
    const judged = { before: whatCounts(comparison.judge.before(request)), after: whatCounts(comparison.judge.after(request)) }
    // Variables that are not independent (a query and its parameters) can give a request of another pair.
    if ((onlyContents || differ(judged.before, judged.after, comparison.alias, areTwoProducts(comparison.models.before, comparison.models.after))) && mayLieIn(world, pair.required, request, diff.arrival)) {
      const changed = { before: diff.alignment.beforePartner[pair.before] === -1, after: diff.alignment.afterPartner[pair.after] === -1 }
      const elsewhere = elsewhereOf(diff, (side, rule) => `${rule.formula} ${ruleKey(comparison.readers[side], rule, side === 'after' ? comparison.alias : undefined)}`, changed.before ? before : null, changed.after ? after : null)
      return new ProvedPair({ arrival: diff.arrival, before, after, changed, elsewhere, both, request, judged, depends: dependsOf(space, witness) }, pair, () => exceptionsOf(comparison, diff, pair, both))
    }
    const next = another(comparison, pair, attempt)
    if (next === null) break
    witness = next
  }
  const unseen = pair.differences.filter(({ aspect }) => aspect === 'connection' || aspect === 'later' || aspect === 'settings')
  return region(unseen.length > 0 ? unfollowed(unseen) : 'The rules differ, but no request was found that shows a difference.', null)
}

/** Why a difference that no outcome shows is not followed. */
function unfollowed(differences: readonly Difference[]): string {
  const names = differences.flatMap((difference) => (difference.name === null || difference.aspect === 'settings' ? [] : [difference.name]))
  const settings = differences.find(({ aspect }) => aspect === 'settings')?.name ?? null
  if (settings !== null && names.length === 0) return `Not followed: another place takes these requests, where ${settings}.`
  return names.length === 0 ? 'Rules set the addresses of the connection to something else, and what servers make of that is not followed.'
    : `The variable ${names.join(', ')} is set to something else, and what reads it behind the rules is not followed.`
}

function heldFlags(witness: Witness): readonly Formula[] {
  return [...witness.flags].flatMap(([id, holds]) => (holds ? [id * 2] : []))
}

function dependsOf(space: Space, witness: Witness): Proved['depends'] {
  return [...witness.flags].flatMap(([id, holds]) => {
    const flag = space.flags.get(id * 2)
    return flag === undefined ? [] : [{ text: flag.text, holds, at: flag.at }]
  })
}

/** A witness with other values than before where values are free: a query, another path, another host. */
function another({ space, readers, solver, budget }: Comparison, pair: FoundPair, attempt: number): Witness | null {
  const { world, terms, variables } = space
  const { tests } = readers.after
  const query = tests.present(terms.read(variables.query))
  const present = tests.present(terms.read(variables.path))
  const path = world.not(tests.holds(terms.read(variables.path), exactly(['/']), () => 'path is /'))
  const host = world.not(tests.holds(terms.read(variables.host), exactly([anyHost]), () => `host is ${anyHost}`))
  for (const wish of [[present], [query, present], [path, present], [query, path], [host]].slice(attempt)) {
    const solution = solver.solve([...pair.required, ...wish], budget)
    if (solution.kind === 'sat') return solution.witness
  }
  return null
}

/** Earlier rules of either side that take some requests which both rules of the pair would. */
function exceptionsOf({ space, solver, budget }: Comparison, { sides }: Diffed, pair: FoundPair, both: Formula): readonly Formula[] {
  const { world } = space
  const { anchors } = pair
  const taken = [...new Set([...earlier(world, sides.before, pair.before, anchors, both), ...earlier(world, sides.after, pair.after, anchors, both)])].slice(0, 400)
  return solver.compatible(both, taken.map((formula) => world.not(formula)), exceptionLimit, budget)
}
