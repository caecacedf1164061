import { conjuncts } from '#shared/model/implication.ts'
import { describePredicate } from '#shared/model/describe.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { never, type Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { DeadRule } from './answer.ts'
import type { Search } from './search.ts'

/** Parts of a condition that are looked at. */
const partLimit = 24

/**
 * Parts of the condition of `rule` that exclude each other, none of which can be left out. Empty: the condition as it is
 * written can hold, so something else keeps its requests away. Null: it is switched off on purpose, or was not decided.
 */
export function excludingParts({ space, reader, solver, budget }: Search, rule: DecidingRule): DeadRule['parts'] | null {
  const parts = rule.condition.parts.flatMap(({ predicate, state }) => conjuncts(predicate).map((part) => ({ part, formula: reader.formula(part, state) })))
  // `never` as a word of the product: someone switched the rule off.
  if (parts.some(({ part }) => isConstant(part))) return null
  const impossible = (formulas: readonly Formula[]): boolean | null => {
    if (space.world.all(formulas) === never) return true
    const solution = solver.solve(formulas, budget)
    return solution.kind === 'gave-up' ? null : solution.kind === 'unsat'
  }
  const whole = parts.length > partLimit ? null : impossible(parts.map(({ formula }) => formula))
  if (whole !== true) return whole === null ? null : []
  let needed = parts
  for (const candidate of parts) {
    const rest = needed.filter((one) => one !== candidate)
    if (impossible(rest.map(({ formula }) => formula)) === true) needed = rest
  }
  return needed.map(({ part }) => ({ words: describePredicate(part), at: placeOf(part) }))
}

function isConstant(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'false': return true
    case 'test': return predicate.matcher.kind === 'never' || predicate.view.field.kind === 'constant'
    case 'not': return predicate.of.kind === 'true' || isConstant(predicate.of)
    case 'or': return predicate.of.every(isConstant)
    case 'named': return isConstant(predicate.of)
    default: return false
  }
}

/** Where the first test of a condition is written. */
export function placeOf(predicate: Predicate): Span | null {
  switch (predicate.kind) {
    case 'test': case 'opaque': case 'chance': return predicate.origin
    case 'not': case 'named': return placeOf(predicate.of)
    case 'and': case 'or': {
      for (const part of predicate.of) {
        const place = placeOf(part)
        if (place !== null) return place
      }
      return null
    }
    case 'true': case 'false': return null
  }
}
