import { never, type Formula } from '#shared/requests/space/world.ts'
import type { Matcher } from '../predicate.ts'
import { literalMatching } from './matching.ts'
import type { State } from './state.ts'
import type { Term } from './term.ts'
import type { TestGround } from './test-ground.ts'
import type { Words } from './tests.ts'

/** Methods the product knows by number (H-METH-1); tests of them look at the method as it arrived. */
const knownMethods = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']

/** The method, as it arrived, is one that the product knows by number. */
export function arrivesKnown({ space, tests }: TestGround): Formula {
  return tests.holds(space.terms.read(space.variables.method), literalMatching('exact', knownMethods, false), (negated) => `the method is ${negated ? 'not ' : ''}a common one`)
}

/** A test of the method by itself. */
export function methodHolds(ground: TestGround, matcher: Extract<Matcher, { readonly values: readonly string[] }>, state: State, words: Words): Formula {
  const { world, terms, variables } = ground.space
  if (!state.arrival.readable) return never
  const arrived = terms.read(variables.method)
  const exact = (term: Term, values: readonly string[], ignoreCase: boolean): Formula => (values.length === 0 ? never : ground.tests.holds(term, literalMatching('exact', values, ignoreCase), words))
  const known = matcher.values.filter((value) => knownMethods.includes(value))
  const other = matcher.values.filter((value) => !knownMethods.includes(value))
  const arrivedKnown = arrivesKnown(ground)
  const unknownMatch = exact(state.method, other, matcher.ignoreCase)
  return world.or(exact(arrived, known, false), unknownMatch === never ? never : world.and(world.not(arrivedKnown), unknownMatch))
}
