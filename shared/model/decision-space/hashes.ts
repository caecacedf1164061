import type { Variable } from '#shared/requests/space/variable.ts'
import { evaluateFormula, type Model } from '#shared/requests/space/world.ts'
import type { LookupTable } from '../routing-model.ts'
import { toBytes } from '#shared/requests/bytes.ts'
import { transformText, valueOfTerm } from './concrete.ts'
import { lookupOrder } from './lookups.ts'
import type { Space } from './space.ts'
import type { Term } from './term.ts'
import type { Tests } from './tests.ts'

const size = 2 ** 32
const murmur = { kind: 'hash', algorithm: 'murmur2' } as const

/**
 * The hash of a value, as a part of the request of its own: the algebra cannot turn a hash around. Whatever is proved for
 * all of its values holds for those that requests have; an example of a difference has to be looked for.
 */
export function hashOf(space: Space, of: Term): Term {
  const { terms, world } = space
  if (of.kind === 'absent') return of
  if (of.kind === 'text') return terms.text(transformText(murmur, of.text) ?? '')
  const compute = (model: Model): string | null | undefined => {
    const value = valueOfTerm(of, model, (when) => evaluateFormula(world, when, model, () => null))
    return typeof value === 'string' ? transformText(murmur, value) : value
  }
  const variable: Variable = space.variables.hash(String(of.id), { size, bounds: new Set(), compute })
  space.hashed.set(variable, of)
  return terms.read(variable)
}

/** What a table gives for a key, as a choice between its values; null: the table has no exact meaning. */
export function spreadOver({ terms }: Space, tests: Tests, key: Term, table: LookupTable | undefined, fallback: string | null): Term | null {
  const order = table === undefined || table.missing ? null : lookupOrder(table)
  if (table === undefined || order === null) return null
  const spread = order.reduceRight<Term>((rest, { key: text, value, matching }) =>
    terms.choose(tests.holds(key, matching, (negated) => `the key ${negated ? 'does not match' : 'matches'} ${text} of ${table.path}`), terms.text(toBytes(value)), rest),
  fallback === null ? terms.absent : terms.text(toBytes(fallback)))
  return terms.maybeAbsent(key) ? terms.choose(tests.present(key), spread, terms.absent) : spread
}
