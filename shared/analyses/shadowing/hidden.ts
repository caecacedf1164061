import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { State } from '#shared/model/decision-space/state.ts'
import { describePredicate } from '#shared/model/describe.ts'
import { conjuncts } from '#shared/model/implication.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { Formula } from '#shared/requests/space/world.ts'
import type { HiddenPart } from './answer.ts'
import { placeOf } from './contradiction.ts'
import { takerOf, type Reached } from './dead.ts'
import { byField, isEnumeration } from './fields.ts'
import { placeKey, type Lines } from './lines.ts'
import { negations, takersBefore } from './reach.ts'
import { ruleAt, type Search, type WayIn } from './search.ts'
import { dependable } from './stable.ts'

/** A list longer than this is data, not a condition that someone thought about value by value. */
const optionLimit = 40
/** Hidden parts told for one line. */
const partLimit = 4

/**
 * Values and alternatives of living rules that an earlier rule takes entirely, where that rule is wider: the value was
 * written for nothing. A special case in front of a general rule is no such thing and is not told.
 */
export function hiddenParts(search: Search, lines: Lines, reached: Reached): readonly HiddenPart[] {
  const found = new Map<string, HiddenPart>()
  const living = new Set<string>()
  for (const [way, verdicts] of reached) {
    for (const [index, rule] of way.side.rules.entries()) {
      if (search.budget.spent()) return []
      const line = rule.at === null ? undefined : lines.get(placeKey(rule.at))
      const verdict = verdicts[index]?.kind
      if (line?.kind !== 'rule' || verdict === 'dead' || rule.entry !== null || rule.spans[0] !== rule.at) continue
      let told = 0
      for (const option of optionsOf(rule)) {
        const key = `${placeKey(line.at)} ${describePredicate(option.predicate)}`
        if (living.has(key)) continue
        const taker = told >= partLimit || verdict !== 'reached' ? null : wholeTaker(search, way, index, option)
        if (taker === null) {
          // One way in where it is reached is enough.
          living.add(key)
          found.delete(key)
          continue
        }
        told += 1
        const part = { ...rule, formula: search.space.world.and(rule.formula, search.reader.formula(option.predicate, option.state)) }
        found.set(key, { at: line.at, owner: line.owner, does: line.does, when: line.when, part: describePredicate(option.predicate), partAt: placeOf(option.predicate), taker: takerOf(search, lines, way, part, taker, []) })
      }
    }
  }
  return [...found.values()]
}

interface Option {
  readonly predicate: Predicate
  readonly state: State
}

/** Alternatives of each part of a condition that has more than one. */
function optionsOf(rule: DecidingRule): readonly Option[] {
  return rule.condition.parts.flatMap(({ predicate, state }) => conjuncts(predicate).flatMap((part) => {
    const options = alternatives(part)
    return options.length < 2 || options.length > optionLimit ? [] : options.map((option) => ({ predicate: option, state }))
  }))
}

function alternatives(predicate: Predicate): readonly Predicate[] {
  switch (predicate.kind) {
    case 'named': return alternatives(predicate.of)
    case 'or': return predicate.of.flatMap(alternatives)
    case 'test': {
      const { matcher } = predicate
      if ('values' in matcher) return matcher.values.map((value) => ({ ...predicate, matcher: { ...matcher, values: [value] } }))
      if ('patterns' in matcher) return matcher.patterns.map((pattern) => ({ ...predicate, matcher: { ...matcher, patterns: [pattern] } }))
      if ('networks' in matcher) return matcher.networks.map((network) => ({ ...predicate, matcher: { ...matcher, networks: [network] } }))
      return [predicate]
    }
    default: return [predicate]
  }
}

/** The earlier rule that alone takes every request of one alternative, to somewhere else, and is wider than it. */
function wholeTaker(search: Search, way: WayIn, index: number, { predicate, state }: Option): number | null {
  const { space, reader, solver, budget } = search
  const rule = ruleAt(way.side, index)
  const part = reader.formula(predicate, state)
  const own = space.world.and(rule.formula, part)
  const among = takersBefore(search, way, index)
  if (solver.solve([own, ...negations(way, among)], budget).kind !== 'unsat' || solver.solve([own], budget).kind !== 'sat') return null
  for (const other of dependable(search, way, rule, among)) {
    const early = ruleAt(way.side, other)
    if (early.pool !== null && early.pool === rule.pool) continue
    if (solver.solve([own, early.formula ^ 1], budget).kind === 'unsat' && isWider(search, early.formula, part)) return other
  }
  return null
}

/** Takes `early` more in a field that the alternative is about, otherwise than by a list of other whole values? */
function isWider({ space, solver, budget }: Search, early: Formula, part: Formula): boolean {
  const { world } = space
  const its = byField(world, early).fields
  for (const [field, own] of byField(world, part).fields) {
    const parts = its.get(field)
    if (parts === undefined) return true
    if (!parts.every((one) => isEnumeration(world, one)) && solver.solve([...parts, world.not(world.all(own))], budget).kind === 'sat') return true
  }
  return false
}
