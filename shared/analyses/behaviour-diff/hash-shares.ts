import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { mayLieIn, modelOf } from '#shared/model/decision-space/model-of.ts'
import { requestOf } from '#shared/model/decision-space/request-of.ts'
import type { Term } from '#shared/model/decision-space/term.ts'
import type { Witness } from '#shared/requests/space/solver.ts'
import type { Variable } from '#shared/requests/space/variable.ts'
import { evaluateFormula, never, type Formula, type Model, type World } from '#shared/requests/space/world.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { RequestClass } from './answer.ts'
import { distinct, linesOf, listed } from './cause.ts'
import { placeWords } from './chance.ts'
import type { Difference } from './differences.ts'
import { isChosen, keysFor, keyWords, textOfUnknown, unknownParts } from './hash-example.ts'
import { identify } from './identify.ts'
import { differ, whatCounts } from './judge.ts'
import type { Comparison, ListenerDiff } from './listener-diff.ts'
import type { FoundPair } from './rule-pairs.ts'
import { kindOf, severityOf } from './severity.ts'
import { formulaWords } from './words.ts'

type Diffed = Pick<ListenerDiff, 'arrival' | 'sides' | 'alignment'> & { readonly differences: (before: DecidingRule, after: DecidingRule) => readonly Difference[] }

/** Parts into which the hashes of one request are cut at most. */
const mostParts = 400
/** Longer lists are not gone through for each part. */
const longestList = 5000
const tolerance = 1e-9

/** Keys that one rule decided and another decides now. */
interface Move {
  readonly before: DecidingRule
  readonly after: DecidingRule
  readonly weight: number
  readonly differs: boolean
}

interface Search {
  readonly comparison: Comparison
  readonly diff: Diffed
  /** Hashes of the example may be anything, so its model does not hold them. */
  readonly model: Model
  readonly moves: Move[]
  readonly used: Set<Variable>
  left: number
}

/** Hashes that the example was made for. */
export function hashesIn({ space }: Comparison, witness: Witness): readonly Variable[] {
  return [...space.hashed.keys()].filter((variable) => witness.values.has(variable.id))
}

/**
 * A class for requests of which a hash decides where they go: the share of keys that goes elsewhere, and one request that
 * does. The shares are exact: every part of the numbers that a hash can be is followed on both sides.
 *
 * Shape: null where the shares cannot be worked out, or no request was found that shows the difference.
 */
export function hashClass(comparison: Comparison, diff: Diffed, pair: FoundPair, witness: Witness): RequestClass | null {
  const { space } = comparison
  const { world } = space
  const plain = modelOf(requestOf(world, witness, diff.arrival), diff.arrival, portOf(diff, requestOf(world, witness, diff.arrival)))
  const model: Model = { valueOf: (variable) => (variable.derived === undefined ? plain.valueOf(variable) : undefined) }
  const search: Search = { comparison, diff, model, moves: [], used: new Set(), left: mostParts }
  if (diff.sides.before.rules.length > longestList || diff.sides.after.rules.length > longestList || !follow(search, new Map(), 1)) return null
  if (!search.moves.some((move) => move.differs)) return null
  const request = exampleOf(comparison, diff, pair, witness, [...search.used])
  return request === null ? null : classOf(search, pair, request)
}

function portOf({ arrival }: Diffed, request: RequestInput): number {
  return Number(/:(\d+)$/.exec(request.listener ?? '')?.[1] ?? arrival.listener.addresses[0]?.fromPort ?? 0)
}

/** Goes through both lists; where a hash decides, through each of its parts. False: something else decides, or there are too many. */
function follow(search: Search, drawn: ReadonlyMap<Variable, string>, weight: number): boolean {
  const model: Model = { valueOf: (variable) => drawn.get(variable) ?? search.model.valueOf(variable) }
  const before = decided(search, 'before', model)
  const after = before !== null && 'formula' in before ? decided(search, 'after', model) : before
  if (before === null || after === null) return false
  if ('formula' in before && 'formula' in after) {
    search.left -= 1
    const { world } = search.comparison.space
    const truths = search.diff.differences(before, after).map(({ when }) => evaluateFormula(world, when, model, () => false))
    const open = truths.includes(true) ? null : hashOfOpen(search, search.diff.differences(before, after).map(({ when }) => when), model)
    if (open === null) {
      search.moves.push({ before, after, weight, differs: truths.includes(true) })
      return search.left > 0
    }
    return split(search, open, drawn, weight)
  }
  return split(search, ('formula' in before ? after : before) as Variable, drawn, weight)
}

function split(search: Search, hash: Variable, drawn: ReadonlyMap<Variable, string>, weight: number): boolean {
  const { size = 1, bounds = new Set<number>() } = hash.derived ?? {}
  search.used.add(hash)
  const starts = [0, ...[...bounds].sort((one, other) => one - other)]
  return starts.every((start, index) => search.left > 0 && follow(search, new Map([...drawn, [hash, String(start)]]), (weight * ((starts[index + 1] ?? size) - start)) / size))
}

/** The rule that decides; a hash where it takes one to know; null: something else is open. Opaque conditions are taken not to hold, as in every example. */
function decided(search: Search, side: 'before' | 'after', model: Model): DecidingRule | Variable | null {
  const { world } = search.comparison.space
  const known = new Map<Formula, boolean | null>()
  for (const rule of search.diff.sides[side].rules as readonly DecidingRule[]) {
    const truth = evaluateFormula(world, rule.formula, model, () => false, known)
    if (truth === true) return rule
    if (truth === null) return hashOfOpen(search, [rule.formula], model)
  }
  return null
}

/** A hash in one of the formulas of which the model says nothing. */
function hashOfOpen({ comparison }: Search, formulas: readonly Formula[], model: Model): Variable | null {
  for (const formula of formulas) for (const variable of hashesOf(comparison.space.world, formula)) if (model.valueOf(variable) === undefined) return variable
  return null
}

function* hashesOf(world: World, formula: Formula): Generator<Variable> {
  const atom = world.atomOf(formula)
  if (atom === null) for (const part of world.partsOf(formula)) yield* hashesOf(world, part)
  else if (atom.kind === 'variable' && atom.variable.derived !== undefined) yield atom.variable
}

/** A request that both rules of the pair decide and that is met differently; one with any key where the key is not known. */
function exampleOf({ space, judge, alias }: Comparison, diff: Diffed, pair: FoundPair, witness: Witness, hashes: readonly Variable[]): RequestInput | null {
  const { world } = space
  const known = hashes.every((hash) => isChosen(space.hashed.get(hash) as Term))
  const plain = requestOf(world, witness, diff.arrival)
  if (!known) return plain
  const wanted = hashes.filter((hash) => witness.values.has(hash.id))
  for (const one of keysFor(space, hashes, witness)) {
    const near: Model = { valueOf: (variable) => (variable.derived === undefined ? (one.values.get(variable.id) ?? null) : variable.derived.compute(near)) }
    if (!wanted.every((hash) => inSamePart(hash, near.valueOf(hash), witness.values.get(hash.id)))) continue
    const request = requestOf(world, one, diff.arrival)
    if (!mayLieIn(world, pair.required, request, diff.arrival)) continue
    const onlyContents = pair.differences.every(({ aspect, exact }) => aspect === 'contents' && exact)
    if (onlyContents || differ(whatCounts(judge.before(request)), whatCounts(judge.after(request)), alias)) return request
  }
  return null
}

function inSamePart({ derived }: Variable, one: unknown, other: unknown): boolean {
  const [low, high] = [Math.min(Number(one), Number(other)), Math.max(Number(one), Number(other))]
  return typeof one === 'string' && ![...(derived?.bounds ?? [])].some((bound) => bound > low && bound <= high)
}

const percent = (share: number): string => `${Math.round(share * 10_000) / 100} %`

function classOf({ comparison, diff, moves, used }: Search, pair: FoundPair, request: RequestInput): RequestClass {
  const { space, judge, alias } = comparison
  const { world } = space
  const before = diff.sides.before.rules[pair.before] as DecidingRule
  const after = diff.sides.after.rules[pair.after] as DecidingRule
  const region = world.all(world.partsOf(world.and(before.formula, after.formula)).filter((part) => part !== never && hashesOf(world, part).next().done === true))
  const when = formulaWords(world, region)
  const judged = { before: judge.before(request), after: judge.after(request) }
  const sides = { before: { outcome: judged.before.outcome, rule: judged.before.rule }, after: { outcome: judged.after.outcome, rule: judged.after.rule } }
  const keys = [...new Set([...used].map((hash) => keyWords(space.hashed.get(hash) as Term)))].join(' and of ')
  const summary = `${when === 'any request' ? 'Of requests that no other rule takes' : `Of requests where ${when}`}, ${changeWords(moves, alias)}, by the hash of ${keys}.`
  const changed = { before: diff.alignment.beforePartner[pair.before] === -1, after: diff.alignment.afterPartner[pair.after] === -1 }
  const listener = diff.arrival.listener.group
  const known = [...used].every((hash) => isChosen(space.hashed.get(hash) as Term))
  const kind = known ? kindOf(sides.before.outcome, sides.after.outcome, alias) : 'misroute'
  const whole = !moves.some((move) => !move.differs)
  // Another part of the keys is what such an edit is for; what is refused or gone is not.
  const severity = kind === 'misroute' && !whole ? 'warning' : severityOf(kind, sides.before.outcome, sides.after.outcome, new Set(pair.differences.map(({ aspect }) => aspect)))
  return {
    id: identify(['hash', listener, when, summary]), severity, kind, listener, when, summary, witness: request, ...sides,
    cause: { before: changed.before ? distinct(before.spans).slice(0, 4) : [], after: changed.after ? distinct(after.spans).slice(0, 4) : [] },
    lines: listed(linesOf(before), linesOf(after)), count: 1, members: [{ when, witness: request, ...sides }], about: 'rules',
    depends: [...used].flatMap((hash) => unknownParts(space.hashed.get(hash) as Term).map(({ text, at }) => ({ text: textOfUnknown(text), holds: false, at }))),
  }
}

/** Shares that change; where they stay, the keys that change place. */
function changeWords(moves: readonly Move[], alias: (pool: string) => string): string {
  const shares = new Map<string, { was: number; is: number }>()
  const at = (place: string): { was: number; is: number } => {
    const known = shares.get(place) ?? { was: 0, is: 0 }
    shares.set(place, known)
    return known
  }
  const moved = new Map<string, number>()
  for (const { before, after, weight, differs } of moves) {
    const [was, is] = [placeWords(before, (pool) => pool), placeWords(after, alias)]
    at(was).was += weight
    at(is).is += weight
    const words = was === is ? `are met otherwise where they ${is}` : `${is} instead of those that ${was}`
    if (differs) moved.set(words, (moved.get(words) ?? 0) + weight)
  }
  const total = [...moved.values()].reduce((sum, weight) => sum + weight, 0)
  const changes = [...shares].filter(([, one]) => Math.abs(one.is - one.was) > tolerance).sort(([place, one], [otherPlace, other]) => (other.is - other.was) - (one.is - one.was) || (place < otherPlace ? -1 : 1))
  if (changes.length > 0) {
    const shown = changes.slice(0, 3).map(([place, one]) => `${percent(one.is)} (was ${percent(one.was)}) ${place}`).join(' and ')
    return `${shown}${changes.length > 3 ? ', and other shares change' : ''}; ${percent(total)} change place`
  }
  const shown = [...moved].sort(([, one], [, other]) => other - one).slice(0, 3).map(([words, weight]) => `${percent(weight)} ${words}`).join(', ')
  return `${percent(total)} change place while the shares stay: ${shown}`
}
