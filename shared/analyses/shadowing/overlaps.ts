import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { anchorsOfRule } from '#shared/model/decision-space/anchors.ts'
import type { VariableId } from '#shared/requests/space/variable.ts'
import { testsValue, type Formula, type World } from '#shared/requests/space/world.ts'
import type { Overlap, Shadowing } from './answer.ts'
import type { Reached } from './dead.ts'
import { exampleOf } from './examples.ts'
import { asks, byField } from './fields.ts'
import { placeKey, type Line, type Lines } from './lines.ts'
import { negations, takersBefore } from './reach.ts'
import { ruleAt, type Search, type WayIn } from './search.ts'
import { fieldWords } from './words.ts'

/** Overlaps told for one listener; the rest is counted. */
const overlapLimit = 5
/** Overlaps looked for at one listener. */
const countedOverlaps = 40

/** Rules in front of one that are looked at, the nearest ones. */
const triedPairs = 60

interface Found {
  readonly early: Line
  readonly overlap: Overlap
}

/**
 * Pairs where a later rule asks for something narrower in a field, and an earlier one with a condition on another field takes
 * some of its requests to another pool.
 *
 * Only pairs of plain rules to pools: a rule that refuses, answers or redirects stands in front on purpose.
 */
export function overlapsOf(search: Search, lines: Lines, reached: Reached): Pick<Shadowing, 'overlaps' | 'moreOverlaps'> {
  const found = new Map<string, Map<string, Found>>()
  for (const [way, verdicts] of reached) {
    const told = new Set<string>()
    for (let index = 1; index < way.side.rules.length && !search.budget.spent(); index += 1) {
      if (verdicts[index]?.kind !== 'reached') continue
      const later = plainLine(lines, ruleAt(way.side, index))
      if (later === null || told.has(placeKey(later.at)) || anchorsOfRule(search.space, ruleAt(way.side, index)).size === 0) continue
      const one = firstOverlap(search, lines, way, index, later)
      if (one === null) continue
      told.add(placeKey(later.at))
      const groups = found.get(later.owner) ?? new Map<string, Found>()
      found.set(later.owner, groups)
      if (groups.size >= countedOverlaps) break
      const key = placeKey(one.early.at)
      const known = groups.get(key)
      if (known === undefined) groups.set(key, one)
      else if (placeKey(known.overlap.at ?? known.early.at) !== placeKey(later.at)) groups.set(key, { ...known, overlap: { ...known.overlap, more: known.overlap.more + 1 } })
    }
  }
  return {
    overlaps: [...found.values()].flatMap((groups) => [...groups.values()].slice(0, overlapLimit).map((one) => one.overlap)),
    moreOverlaps: [...found].flatMap(([owner, groups]) => (groups.size > overlapLimit ? [{ owner, count: groups.size - overlapLimit }] : [])),
  }
}

/** The line of a rule that sends requests to a pool on its own: no table, no server chosen, no rule of the pool. */
function plainLine(lines: Lines, rule: DecidingRule): Line | null {
  if (rule.at === null || rule.destination.kind !== 'forward' || rule.destination.server !== null || rule.entry !== null || rule.spans.length === 0) return null
  const line = lines.get(placeKey(rule.at))
  return line?.kind === 'rule' ? line : null
}

function firstOverlap(search: Search, lines: Lines, way: WayIn, index: number, later: Line): Found | null {
  const rule = ruleAt(way.side, index)
  for (const other of takersBefore(search, way, index).slice(-triedPairs)) {
    const earlyRule = ruleAt(way.side, other)
    if (earlyRule.pool === rule.pool) continue
    const early = plainLine(lines, earlyRule)
    if (early === null || early.at === later.at) continue
    const field = narrowerField(search, rule, earlyRule)
    if (field === null) continue
    const example = exampleOf(search, way, [rule.formula, earlyRule.formula, ...negations(way, takersBefore(search, way, other))], true)
    if (example?.rule === null || example === null || placeKey(example.rule) !== placeKey(early.at)) continue
    const name = { at: later.at, owner: later.owner, does: later.does, when: later.when }
    return { early, overlap: { ...name, field: fieldWords(search.space.world.variableOf(field).key), early: { at: early.at, owner: early.owner, does: early.does, when: early.when, example }, more: 0 } }
  }
  return null
}

/** The field in which `rule` asks for less than `early`, where it asks for more in none, and `early` looks at others, too. */
function narrowerField({ space, solver, budget }: Search, rule: DecidingRule, early: DecidingRule): VariableId | null {
  const { world } = space
  const mine = byField(world, rule.formula)
  const its = byField(world, early.formula)
  const others = [...its.fields.keys()].some((field) => !mine.fields.has(field)) || its.mixed.some((part) => !mine.mixed.includes(part))
  if (!others) return null
  let narrower: VariableId | null = null
  for (const [field, parts] of its.fields) {
    const own = mine.fields.get(field)
    if (own === undefined) continue
    const [inner, outer] = [world.all(own), world.all(parts)]
    if (inner === outer) continue
    if (isOutside(world, own, parts)) return null
    if (solver.solve([inner, world.not(outer)], budget).kind !== 'unsat') return null
    if (narrower === null && asks(world, own) && asks(world, parts) && solver.solve([outer, world.not(inner)], budget).kind === 'sat') narrower = field
  }
  return narrower
}

/** Does a value written out in `inner` show at once that it is not within `outer`? Saves most of the questions. */
function isOutside(world: World, inner: readonly Formula[], outer: readonly Formula[]): boolean {
  const one = inner.length === 1 ? world.atomOf(inner[0] as Formula) : null
  if (one?.kind !== 'variable' || ((inner[0] as Formula) & 1) === 1 || one.literals?.kind !== 'exact' || one.variable.shape !== 'single') return false
  const value = one.literals.values[0]
  if (value === undefined || !testsValue(one, value)) return false
  return outer.some((part) => {
    const other = world.atomOf(part)
    return other?.kind === 'variable' && testsValue(other, value) !== ((part & 1) === 0)
  })
}
