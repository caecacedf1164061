import { requestOf } from '#shared/model/decision-space/request-of.ts'
import { exactly } from '#shared/model/decision-space/matching.ts'
import type { Formula } from '#shared/requests/space/world.ts'
import type { Example } from './answer.ts'
import type { Search, WayIn } from './search.ts'

const commonMethods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/**
 * A request that satisfies `required`, sent through the simulator. Null: there is none, it was not found, or the simulator
 * is not sure what becomes of it.
 *
 * `ordinary`: with a Host, a path and a common method; what only another request shows, nobody wants to hear.
 */
export function exampleOf({ space, reader, solver, budget, judge }: Search, { arrival }: WayIn, required: readonly Formula[], ordinary = false): Example | null {
  const { world, terms, variables } = space
  const wishes = !ordinary || !arrival.readable ? [] : [
    reader.tests.present(terms.read(variables.host)), reader.tests.present(terms.read(variables.path)),
    reader.tests.holds(terms.read(variables.method), exactly(commonMethods), (negated) => `the method is ${negated ? 'not ' : ''}a common one`),
  ]
  let solution = solver.solve([...required, ...wishes], budget)
  if (solution.kind !== 'sat') return null
  const held = [...solution.witness.flags].flatMap(([id, holds]) => (holds ? [id * 2] : []))
  if (held.length > 0) {
    // Opaque conditions count as not holding, which is what the simulator takes them for.
    solution = solver.solve([...required, ...wishes, ...held.map((flag) => world.not(flag))], budget)
    if (solution.kind !== 'sat') return null
  }
  const request = requestOf(world, solution.witness, arrival)
  const judged = judge(request)
  return judged.certain ? { request, readable: arrival.readable, outcome: judged.outcome, rule: judged.rule } : null
}
