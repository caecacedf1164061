import type { Language } from '#shared/requests/languages/language.ts'

export type VariableId = number

/** How the bytes of a variable are to be read: as they are, as an address word, or as a decimal number. */
export type Encoding = 'text' | 'address' | 'integer'

/**
 * One independent part of a request: host, path, a header, the source address.
 *
 * `single` variables have one value or none (`optional`); `list` variables have any number of values, in order.
 * `domain`: every value the balancer accepts there, or more; never less, since what lies outside is not compared.
 */
export interface Variable {
  readonly id: VariableId
  readonly key: string
  readonly shape: 'single' | 'list'
  readonly optional: boolean
  readonly encoding: Encoding
  readonly domain: Language
  /** Values to try first when a witness is made, best first. */
  readonly preferred: readonly string[]
  /** Set: the value follows from other parts of the request. */
  readonly derived?: Derived
}

/**
 * A hash of other parts of a request. Nobody can choose it freely, so it is compared as if it were a part of its own that
 * takes every whole number below `size` equally often.
 */
export interface Derived {
  readonly size: number
  /** Where tests of it begin to come out otherwise: numbers between two neighbours are met alike. */
  readonly bounds: Set<number>
  /** Its value on one request; undefined: not known. */
  compute(model: { readonly valueOf: (variable: Variable) => Value | undefined }): Value | undefined
}

/** What a test looks at in a list variable. `nth`: 1 first, -1 last. */
export type Facet =
  | { readonly kind: 'any' }
  | { readonly kind: 'nth'; readonly index: number }
  | { readonly kind: 'count'; readonly ranges: readonly (readonly [number | null, number | null])[] }

/** `null`: absent. Lists hold their values in order. */
export type Value = string | null | readonly string[]
