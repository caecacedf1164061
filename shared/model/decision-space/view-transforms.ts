import type { Span } from '#shared/text/span.ts'
import type { View } from '../predicate.ts'
import type { Closures } from './closures.ts'
import { hashOf, spreadOver } from './hashes.ts'
import { variableOf, type State } from './state.ts'
import type { Term, TermTransform } from './term.ts'
import { isEachOf } from './term-kinds.ts'
import type { TestGround } from './test-ground.ts'

/** Longer tables are one value of which only equality is known. */
const unfoldedEntries = 40
const nowhere: Span = { file: '', start: 0, end: 0 }

/** Transformations of views, as far as they depend on the request, and what they make of terms. */
export class ViewTransforms {
  private readonly ground: TestGround
  private readonly closures: Closures

  constructor(ground: TestGround, closures: Closures) {
    this.ground = ground
    this.closures = closures
  }

  /** Transformations with variables put in as terms cannot be written as data; they become unknown values. */
  of(view: View, state: State): readonly TermTransform[] {
    return view.transforms.map((transform): TermTransform => {
      if (transform.kind === 'map') return { ...transform, table: this.closures.nameOf(transform.table) }
      if (transform.kind === 'concat') {
        const variable = transform.variable === null ? null : variableOf(this.ground.space.terms, state, transform.variable, nowhere)
        if (variable === null || variable.kind === 'absent') return { kind: 'concat', before: transform.before, variable: null, after: transform.after }
        if (variable.kind === 'text') return { kind: 'concat', before: `${transform.before}${variable.text}`, variable: null, after: transform.after }
        return { kind: 'opaque', text: `concat(${transform.before},${variable.id},${transform.after})`, reason: 'it joins a variable that depends on the request' }
      }
      if (transform.kind === 'string-compare') return { kind: 'opaque', text: `strcmp(${variableOf(this.ground.space.terms, state, transform.variable, nowhere).id})`, reason: 'it compares with a variable' }
      if (transform.kind === 'arithmetic' && typeof transform.operand === 'object' && transform.operand !== null) {
        return { kind: 'opaque', text: `${transform.operator}(${variableOf(this.ground.space.terms, state, transform.operand.variable, nowhere).id})`, reason: 'it computes with a variable' }
      }
      return transform
    })
  }

  /** What the transformations, one after the other, make of a value. */
  apply(transforms: readonly TermTransform[], term: Term): Term {
    const { terms } = this.ground.space
    let value = term
    for (const transform of transforms) {
      // Parameters of the query that arrived vary by themselves.
      if (transform.kind === 'argument' && transform.delimiter === '&' && this.isQuery(value)) {
        value = terms.read(this.ground.space.variables.argument(transform.name))
        continue
      }
      if (transform.kind === 'hash') {
        value = hashOf(this.ground.space, value)
        continue
      }
      if (transform.kind === 'map') {
        const id = this.closures.idOf(transform.table)
        const spread = this.isUnfolded(value, id) ? spreadOver(this.ground.space, this.ground.tests, value, this.closures.table(id), transform.fallback) : null
        if (spread !== null) {
          value = spread
          continue
        }
      }
      // An address read from an address is what it is.
      if (transform.kind === 'cast' && transform.to === 'ip' && value.kind === 'read' && value.variable.encoding === 'address') continue
      value = terms.apply(transform, value)
    }
    return value
  }

  /** Is a lookup told value by value? Only so can it be seen that two tables give the same for some keys. */
  private isUnfolded(key: Term, table: string): boolean {
    if (key.kind === 'read' && key.variable.derived !== undefined) return true
    return this.ground.space.isChanged(table) && !isEachOf(key) && (this.closures.table(table)?.entries.length ?? 0) <= unfoldedEntries
  }

  private isQuery(term: Term): boolean {
    const { terms, variables } = this.ground.space
    const query = terms.read(variables.query)
    return term === query || term === terms.choose(this.ground.tests.present(query), query, terms.empty)
  }
}
