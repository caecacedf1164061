import { modelOf } from '#shared/model/decision-space/model-of.ts'
import type { Side } from '#shared/model/decision-space/rule-side.ts'
import type { RequestInput } from '#shared/model/request.ts'
import { evaluateFormula, type Model, type World } from '#shared/requests/space/world.ts'
import type { ListenerDiff } from './listener-diff.ts'
import type { FoundPair } from './rule-pairs.ts'

/** Where one request stands in the comparison of its listener. */
export interface Standing {
  /** Index of the deciding rule on each side; null: an opaque condition decides. */
  readonly before: number | null
  readonly after: number | null
  /** The differing pair that the request is in for certain; null: none. */
  readonly pair: FoundPair | null
  /** Whether it is in some differing pair, as far as the modelled conditions tell. */
  readonly mayDiffer: boolean
}

/** Evaluates the formulas themselves, without simulator or solver: which rules decide, and whether that pair differs. */
export function standingOf(world: World, diff: ListenerDiff, request: RequestInput, localPort: number): Standing {
  const model = modelOf(request, diff.arrival, localPort)
  const before = firstHolding(world, diff.sides.before, model)
  const after = firstHolding(world, diff.sides.after, model)
  const truth = (formula: number): boolean | null => evaluateFormula(world, formula, model, () => null)
  const pair = before === null || after === null ? undefined : diff.found.find((one) => one.before === before && one.after === after)
  const certain = pair !== undefined && pair.differences.some((difference) => truth(difference.when) === true)
  return { before, after, pair: certain ? pair : null, mayDiffer: diff.found.some((one) => one.required.every((formula) => truth(formula) !== false)) }
}

function firstHolding(world: World, side: Side, model: Model): number | null {
  for (const [index, rule] of side.rules.entries()) {
    const holds = evaluateFormula(world, rule.formula, model, () => null)
    if (holds === null) return null
    if (holds) return index
  }
  return null
}
