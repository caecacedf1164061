import type { Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { Predicate } from '../predicate.ts'
import type { Condition } from './condition.ts'
import type { State } from './state.ts'
import type { Term } from './term.ts'

/** Where a rule sends the requests that it decides. */
export type Destination =
  /** `server`: named by a `use-server` rule; null: the pool balances. */
  | { readonly kind: 'forward'; readonly pool: string; readonly server: string | null }
  | { readonly kind: 'split'; readonly shares: readonly { readonly pool: string; readonly share: number }[] }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: Term; readonly contents: Term }
  | { readonly kind: 'respond' | 'deny'; readonly status: number; readonly contents: Term }
  | { readonly kind: 'close'; readonly contents: Term }
  | { readonly kind: 'serve'; readonly root: string }
  | { readonly kind: 'unmodelled'; readonly text: string; readonly reason: string; readonly at: Span }

/** One rule that decides: everything that satisfies `condition` and no earlier rule goes to `destination`. */
export interface DecidingRule {
  readonly condition: Condition
  /** `condition`, worked out. */
  readonly formula: Formula
  readonly destination: Destination
  /** What the destination receives. */
  readonly state: State
  /** Line that chose; null: the product's own answer. */
  readonly at: Span | null
  /** Lines that take part: the rule, and what led to it. */
  readonly spans: readonly Span[]
  /** The rule's own condition, for people; the conditions of both stages for rules of a pool. */
  readonly conditions: readonly Predicate[]
  /** Pool that was chosen, also where its own rule answers. */
  readonly pool: string | null
  /** What was looked up, for rules that come from a table. */
  readonly entry: string | null
  /** The one predicate, on the request as in `state`, that is all of the condition; null: it has other parts. */
  readonly only: Predicate | null
}
