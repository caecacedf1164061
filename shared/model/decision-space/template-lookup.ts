import type { Span } from '#shared/text/span.ts'
import { describeView } from '../describe.ts'
import type { Template } from '../predicate.ts'
import { lookupOrder, type LookupEntry } from './lookups.ts'
import type { Reader } from './reader.ts'
import type { State } from './state.ts'
import type { Term } from './term.ts'

/** A lookup of `of` in a table, with text around what it gives. */
export interface TemplateLookup {
  readonly of: Term
  /** Entries in the order in which they are tried. */
  readonly order: readonly LookupEntry[]
  /** What a key gives that is not found; null: nothing. */
  readonly fallback: string | null
  /** File of the table. */
  readonly path: string
  /** What is looked up, for people. */
  readonly words: string
  readonly before: string
  readonly after: string
}

/** The table lookup that a destination consists of, with text around it; null: it is something else. */
export function templateLookup(reader: Reader, template: Template, state: State, at: Span): TemplateLookup | null {
  const views = template.parts.filter((part) => typeof part !== 'string')
  const view = views[0]
  const last = view?.transforms[view.transforms.length - 1]
  if (views.length !== 1 || view === undefined || last?.kind !== 'map') return null
  const table = reader.closures.table(last.table)
  const order = table === undefined || table.missing ? null : lookupOrder(table)
  if (table === undefined || order === null) return null
  const position = template.parts.indexOf(view)
  const textOf = (parts: Template['parts']): string => parts.join('')
  return {
    of: reader.term({ ...view, transforms: view.transforms.slice(0, -1) }, state, at), order, fallback: last.fallback, path: table.path, words: describeView({ ...view, transforms: view.transforms.slice(0, -1) }),
    before: textOf(template.parts.slice(0, position)), after: textOf(template.parts.slice(position + 1)),
  }
}
