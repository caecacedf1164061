import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { ruleKey } from '#shared/model/decision-space/rule-keys.ts'
import { modelOf } from '#shared/model/decision-space/model-of.ts'
import { requestOf } from '#shared/model/decision-space/request-of.ts'
import type { Witness } from '#shared/requests/space/solver.ts'
import { evaluateFormula, type Atom, type AtomId, type Formula, type Model } from '#shared/requests/space/world.ts'
import type { RequestClass } from './answer.ts'
import { distinct, listed, linesOf } from './cause.ts'
import { identify } from './identify.ts'
import type { Comparison, ListenerDiff } from './listener-diff.ts'
import { percent } from './phrases.ts'
import type { FoundPair } from './rule-pairs.ts'
import { formulaWords, outcomeWords } from './words.ts'

type Diffed = Pick<ListenerDiff, 'arrival' | 'sides' | 'alignment'>

/** Longer lists are not walked through for each draw. */
const longestList = 5000
/** Draws that one request may meet. */
const mostDraws = 10
/** Shares below this differ by rounding only. */
const tolerance = 1e-9

interface Part {
  readonly rule: DecidingRule
  readonly share: number
}

/** Are all of these flags chance, which is drawn anew for each request? */
export function onlyChance({ space }: Comparison, flags: readonly Formula[]): boolean {
  return flags.every((flag) => space.flags.get(flag)?.chance !== null && space.flags.get(flag) !== undefined)
}

/**
 * A class for requests that meet other shares of outcomes by chance; null: the shares of its example are equal, or cannot
 * be computed. The shares are exact: every draw that the rules make for the example is followed both ways.
 */
export function chanceClass(comparison: Comparison, diff: Diffed, pair: FoundPair, witness: Witness): RequestClass | null {
  const { space, judge, alias } = comparison
  const { world } = space
  const before = diff.sides.before.rules[pair.before] as DecidingRule
  const after = diff.sides.after.rules[pair.after] as DecidingRule
  const request = requestOf(world, witness, diff.arrival)
  const port = /:(\d+)$/.exec(request.listener ?? '')?.[1] ?? '0'
  const model = modelOf(request, diff.arrival, Number(port))
  const taken = new Set<Formula>()
  const was = sharesOf(comparison, diff, 'before', model, taken)
  const is = was === null ? null : sharesOf(comparison, diff, 'after', model, taken)
  if (was === null || is === null) return null
  const changes = [...new Set([...is.keys(), ...was.keys()])].map((key) => ({ place: placeWords(((is.get(key) ?? was.get(key)) as Part).rule, is.has(key) ? alias : sameName), was: was.get(key)?.share ?? 0, is: is.get(key)?.share ?? 0 }))
    .filter((one) => Math.abs(one.is - one.was) > tolerance).sort((a, b) => (b.is - b.was) - (a.is - a.was) || (a.place < b.place ? -1 : 1))
  if (changes.length === 0) return null
  const judged = { before: judge.before(request), after: judge.after(request) }
  const sides = { before: { outcome: judged.before.outcome, rule: judged.before.rule }, after: { outcome: judged.after.outcome, rule: judged.after.rule } }
  const region = world.all(world.partsOf(world.and(before.formula, after.formula)).filter((part) => !isDraw(comparison, part)))
  const when = formulaWords(world, isDraw(comparison, region) ? 0 : region)
  const listener = diff.arrival.listener.group
  const summary = `${when === 'any request' ? 'Of requests that no other rule takes' : `Of requests where ${when}`}, ${changes.slice(0, 3).map((one) => `${percent(one.is)} (was ${percent(one.was)}) ${one.place}`).join(' and ')}${changes.length > 3 ? ', and other shares change' : ''}.`
  const changed = { before: diff.alignment.beforePartner[pair.before] === -1, after: diff.alignment.afterPartner[pair.after] === -1 }
  const spans = (rule: DecidingRule, isChanged: boolean): RequestClass['cause']['before'] => (isChanged ? distinct(rule.spans).slice(0, 4) : [])
  return {
    id: identify(['chance', listener, when, summary]), severity: 'warning', kind: 'misroute', listener, when, summary, witness: request, ...sides,
    cause: { before: spans(before, changed.before), after: spans(after, changed.after) }, lines: listed(linesOf(before), linesOf(after)), count: 1, members: [{ when, witness: request, ...sides }], about: 'rules',
    depends: [...taken].flatMap((flag) => {
      const found = space.flags.get(flag)
      return found === undefined ? [] : [{ text: found.text, holds: false, at: found.at }]
    }),
  }
}

/** Two pairs that tell the same of the same requests become one. */
export function joinChance(known: readonly RequestClass[], found: RequestClass): readonly RequestClass[] {
  if (!known.some((one) => one.id === found.id)) return [...known, found]
  return known.map((one) => (one.id !== found.id ? one : {
    ...one, cause: { before: distinct([...one.cause.before, ...found.cause.before]), after: distinct([...one.cause.after, ...found.cause.after]) },
    lines: listed([...one.lines?.before ?? [], ...found.lines?.before ?? []], [...one.lines?.after ?? [], ...found.lines?.after ?? []]),
  }))
}

/** Classes that no other class tells of the same requests. */
export function withoutTold(chance: readonly RequestClass[], told: readonly RequestClass[]): readonly RequestClass[] {
  return chance.filter((one) => !told.some((other) => other.listener === one.listener && (other.when === one.when || other.when.startsWith(`${one.when}, except`))))
}

const sameName = (pool: string): string => pool

/** Where a rule sends requests, to stand in a sentence: `go to pool api`. */
export function placeWords({ destination, at }: DecidingRule, alias: (pool: string) => string): string {
  switch (destination.kind) {
    case 'forward': return `go to pool ${alias(destination.pool)}`
    case 'redirect': return `are redirected (${destination.status})`
    case 'respond': case 'deny': return outcomeWords({ action: destination.kind, status: destination.status })
    case 'close': return 'have their connection closed'
    default: return at === null ? 'end elsewhere' : 'end in another rule'
  }
}

function isDraw({ space }: Comparison, formula: Formula): boolean {
  const flag = space.flags.get(formula & ~1)
  return flag !== undefined && flag.chance !== null
}

/** Shares of what one request meets on one side, by what it is; null: something else than chance decides. `taken` gets the opaque conditions that were taken not to hold. */
function sharesOf(comparison: Comparison, diff: Diffed, side: 'before' | 'after', model: Model, taken: Set<Formula>): ReadonlyMap<string, Part> | null {
  const { space, readers, alias } = comparison
  const { world } = space
  const { rules } = diff.sides[side]
  if (rules.length > longestList) return null
  const shares = new Map<string, Part>()
  const chanceOf = (atom: Atom): number | null => space.flags.get(atom.id * 2)?.chance ?? null
  const walk = (from: number, drawn: ReadonlyMap<AtomId, boolean>, weight: number): boolean => {
    const known = new Map<Formula, boolean | null>()
    // Other opaque conditions are taken not to hold, as in every example.
    const flagOf = (atom: Atom): boolean | null => {
      if (chanceOf(atom) !== null) return drawn.get(atom.id) ?? null
      taken.add(atom.id * 2)
      return false
    }
    for (let index = from; index < rules.length; index += 1) {
      const rule = rules[index] as DecidingRule
      const truth = evaluateFormula(world, rule.formula, model, flagOf, known)
      if (truth === false) continue
      if (truth === true) {
        const key = ruleKey(readers[side], rule, side === 'after' ? alias : undefined)
        shares.set(key, { rule: shares.get(key)?.rule ?? rule, share: (shares.get(key)?.share ?? 0) + weight })
        return true
      }
      const open = openDraw(comparison, rule.formula, drawn)
      if (open === null || drawn.size === mostDraws) return false
      const share = chanceOf(open) as number
      return walk(index, new Map([...drawn, [open.id, true]]), weight * share) && walk(index, new Map([...drawn, [open.id, false]]), weight * (1 - share))
    }
    return false
  }
  return walk(0, new Map(), 1) ? shares : null
}

/** A draw in the formula that was not made yet. */
function openDraw(comparison: Comparison, formula: Formula, drawn: ReadonlyMap<AtomId, boolean>): Atom | null {
  const { world } = comparison.space
  const atom = world.atomOf(formula)
  if (atom !== null) return atom.kind === 'flag' && isDraw(comparison, formula) && !drawn.has(atom.id) ? atom : null
  for (const part of world.partsOf(formula)) {
    const found = openDraw(comparison, part, drawn)
    if (found !== null) return found
  }
  return null
}
