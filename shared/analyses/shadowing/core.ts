import { evaluateFormula, type Formula } from '#shared/requests/space/world.ts'
import type { Witness } from '#shared/requests/space/solver.ts'
import { negations } from './reach.ts'
import { ruleAt, type Search, type WayIn } from './search.ts'

/** Rules that a set is grown to, and tries to make it smaller. */
const growLimit = 48

/**
 * A small set of `among` that takes every request of `own`, in order. None of it can be left out, unless there are more
 * than `growLimit`. Null: it could not be found within the budget.
 *
 * Method: a request that the set does not take yet names the rule to add; then each is left out in turn.
 */
export function coreOf(search: Search, way: WayIn, own: Formula, among: readonly number[]): readonly number[] | null {
  const { solver, budget } = search
  let core: number[] = []
  for (;;) {
    const solution = solver.solve([own, ...negations(way, core)], budget)
    if (solution.kind === 'unsat') break
    if (solution.kind === 'gave-up') return null
    const next = firstHolding(search, way, among, core, solution.witness)
    if (next === null || core.length >= growLimit) return among.length <= growLimit ? among : null
    core.push(next)
  }
  for (const candidate of [...core].reverse()) {
    const rest = core.filter((index) => index !== candidate)
    if (solver.solve([own, ...negations(way, rest)], budget).kind === 'unsat') core = rest
  }
  return core.sort((a, b) => a - b)
}

function firstHolding({ space }: Search, { side }: WayIn, among: readonly number[], without: readonly number[], witness: Witness): number | null {
  for (const index of among) {
    if (without.includes(index)) continue
    if (evaluateFormula(space.world, ruleAt(side, index).formula, witness, (atom) => witness.flags.get(atom.id) ?? false) === true) return index
  }
  return null
}
