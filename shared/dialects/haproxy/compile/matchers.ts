import { translatePcre } from '#shared/requests/regex-syntax.ts'
import { never } from '#shared/model/predicate.ts'
import type { Matcher, Predicate, View } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import type { MatchMethod } from './fetches.ts'
import { parseInteger } from './values.ts'

/** Patterns that share flags. */
export interface PatternGroup {
  readonly patterns: readonly string[]
  readonly ignoreCase: boolean
}

/** What became of the patterns: a predicate, or a reason why it is not modelled, or a fault HAProxy refuses. */
export type Matched =
  | { readonly kind: 'predicate'; readonly predicate: Predicate }
  | { readonly kind: 'opaque'; readonly reason: string }
  | { readonly kind: 'fault'; readonly message: string }

function test(view: View, matcher: Matcher, origin: Span): Predicate {
  return { kind: 'test', view, matcher, origin }
}

function predicateOf(predicate: Predicate): Matched {
  return { kind: 'predicate', predicate }
}

/** The view as text, integer or address, as the matching method wants it. */
function as(view: View, type: 'string' | 'integer' | 'ip'): View {
  if (view.type === type || (type === 'string' && (view.type === 'method' || view.type === 'binary'))) return view
  return { ...view, type, transforms: [...view.transforms, { kind: 'cast', to: type }] }
}

/** Test without patterns (H-ACL-8): numbers and truth values speak for themselves, text never matches. */
export function matchWithoutPatterns(view: View, method: MatchMethod | null, origin: Span): Matched {
  if (method === 'found') return predicateOf(test(view, { kind: 'exists' }, origin))
  if (method === 'bool') return predicateOf(test(as(view, 'integer'), { kind: 'truthy' }, origin))
  if (method === null && (view.type === 'boolean' || view.type === 'integer')) return predicateOf(test(view, { kind: 'truthy' }, origin))
  if (method === 'int') return predicateOf(test(as(view, 'integer'), { kind: 'truthy' }, origin))
  return predicateOf(test(view, { kind: 'never' }, origin))
}

const kinds = { str: 'exact', beg: 'prefix', end: 'suffix', sub: 'substring', dir: 'path-part', dom: 'domain-part' } as const

/** `method`: null for the default of the view's type. */
export function matchPatterns(view: View, method: MatchMethod | null, groups: readonly PatternGroup[], origin: Span): Matched {
  const effective: MatchMethod = method ?? defaultMethod(view)
  switch (effective) {
    case 'found': return predicateOf(test(view, { kind: 'exists' }, origin))
    case 'bool': return predicateOf(test(view.type === 'boolean' ? view : as(view, 'integer'), { kind: 'truthy' }, origin))
    case 'str': case 'beg': case 'end': case 'sub': case 'dir': case 'dom': {
      const text = as(view, 'string')
      return predicateOf(any(groups.map((group) => test(text, { kind: kinds[effective], values: group.patterns, ignoreCase: group.ignoreCase }, origin))))
    }
    case 'reg': {
      for (const group of groups) {
        for (const pattern of group.patterns) {
          const translated = translatePcre(pattern, group.ignoreCase)
          if (!translated.ok) return { kind: 'opaque', reason: `The pattern ${pattern} cannot be modelled: ${translated.reason}.` }
        }
      }
      const text = as(view, 'string')
      return predicateOf(any(groups.map((group) => test(text, { kind: 'regex', patterns: group.patterns, ignoreCase: group.ignoreCase, dialect: 'pcre' }, origin))))
    }
    case 'int': case 'len': {
      const ranges = integerRanges(groups.flatMap((group) => group.patterns))
      if (typeof ranges === 'string') return { kind: 'fault', message: ranges }
      // Lengths compare without sign: a negative upper bound is no bound, a negative lower bound is never reached (measured on 2.6).
      if (effective === 'len') {
        const unsigned = ranges.filter(([from]) => from === null || from >= 0).map(([from, to]) => [from, to !== null && to < 0 ? null : to] as const)
        return predicateOf(test(as(view, 'string'), { kind: 'length', ranges: unsigned }, origin))
      }
      return predicateOf(test(as(view, 'integer'), { kind: 'integer', ranges }, origin))
    }
    case 'ip': {
      const networks: string[] = []
      for (const pattern of groups.flatMap((group) => group.patterns)) {
        const network = normaliseNetwork(pattern)
        if (network === null) return { kind: 'opaque', reason: `The name ${pattern} is looked up when HAProxy starts, so its address is not known here.` }
        networks.push(network)
      }
      return predicateOf(test(as(view, 'ip'), { kind: 'network', networks }, origin))
    }
    case 'method': return predicateOf(any(groups.map((group) => methodTest(view, group, origin))))
    case 'bin': return { kind: 'opaque', reason: 'Binary patterns are not modelled.' }
  }
}

function defaultMethod(view: View): MatchMethod {
  switch (view.type) {
    case 'boolean': return 'bool'
    case 'integer': return 'int'
    case 'ip': return 'ip'
    case 'method': return 'method'
    case 'string': case 'binary': return 'str'
  }
}

function any(predicates: readonly Predicate[]): Predicate {
  if (predicates.length === 1) return predicates[0] as Predicate
  return predicates.length === 0 ? never : { kind: 'or', of: predicates }
}

const knownMethods = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'])

/** Known methods are compared as such, case counts; only other methods look at `-i` (H-METH-1). */
function methodTest(view: View, group: PatternGroup, origin: Span): Predicate {
  if (!group.ignoreCase) return test(view, { kind: 'exact', values: group.patterns, ignoreCase: false }, origin)
  const known = group.patterns.filter((pattern) => knownMethods.has(pattern))
  const other = group.patterns.filter((pattern) => !knownMethods.has(pattern))
  const parts: Predicate[] = []
  if (known.length > 0) parts.push(test(view, { kind: 'exact', values: known, ignoreCase: false }, origin))
  if (other.length > 0) {
    const folded = test(view, { kind: 'exact', values: other, ignoreCase: true }, origin)
    const shadowed = other.map((pattern) => pattern.toUpperCase()).filter((pattern) => knownMethods.has(pattern))
    parts.push(shadowed.length === 0 ? folded
      : { kind: 'and', of: [folded, { kind: 'not', of: test(view, { kind: 'exact', values: shadowed, ignoreCase: false }, origin) }] })
  }
  return any(parts)
}

const operators = new Set(['eq', 'ge', 'gt', 'le', 'lt'])

/** Ranges of integer patterns such as `gt 20 1:5 eq 7`; a text: why HAProxy refuses them. */
export function integerRanges(patterns: readonly string[]): readonly (readonly [number | null, number | null])[] | string {
  const ranges: (readonly [number | null, number | null])[] = []
  let operator = 'eq'
  for (const pattern of patterns) {
    if (operators.has(pattern)) {
      operator = pattern
      continue
    }
    if (operator === 'eq') {
      // A hyphen is a separator as the colon is, so `-4` means "up to 4" (measured on 2.6).
      const match = /^(\+?\d{1,15})?(?:([:-])([+-]?\d{1,15})?)?$/.exec(pattern)
      const from = parseInteger(match?.[1])
      const to = parseInteger(match?.[3])
      if (match === null || (from === null && to === null)) return `'${pattern}' is not a number.`
      ranges.push([from, match[2] === undefined ? from : to])
      continue
    }
    const number = /^[+-]?\d{1,15}$/.test(pattern) ? parseInteger(pattern) : null
    if (number === null) return `'${operator}' cannot be used with ${pattern}.`
    if (operator === 'ge' || operator === 'gt') {
      const from = operator === 'ge' ? number : number + 1
      if (from < 0) return `'${operator}' cannot be used with the negative number ${pattern}.`
      ranges.push([from, null])
    } else ranges.push([null, operator === 'le' ? number : number - 1])
  }
  return ranges
}

/**
 * CIDR text of an address pattern; null: a name. `127.0` is an address whose last part fills the rest (H-SRC-1).
 */
export function normaliseNetwork(pattern: string): string | null {
  const slash = pattern.indexOf('/')
  const address = slash === -1 ? pattern : pattern.slice(0, slash)
  const mask = slash === -1 ? null : pattern.slice(slash + 1)
  if (address.includes(':')) {
    if (!/^[0-9a-fA-F:.]+$/.test(address)) return null
    if (mask !== null && !(/^\d{1,3}$/.test(mask) && Number(mask) <= 128)) return null
    return mask === null ? address : `${address}/${mask}`
  }
  if (!/^\d{1,10}(?:\.\d{1,10}){0,3}$/.test(address)) return null
  const parts = address.split('.').map(Number)
  const last = parts.pop() as number
  const tail = 4 - parts.length
  if (parts.some((part) => part > 255) || last >= 256 ** tail) return null
  for (let index = tail - 1; index >= 0; index -= 1) parts.push(Math.floor(last / 256 ** index) % 256)
  const full = parts.join('.')
  if (mask === null) return full
  if (/^\d{1,2}$/.test(mask)) return Number(mask) <= 32 ? `${full}/${Number(mask)}` : null
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(mask)) return null
  const bits = mask.split('.').map((part) => Number(part).toString(2).padStart(8, '0')).join('')
  return bits.length === 32 && /^1*0*$/.test(bits) ? `${full}/${bits.includes('0') ? bits.indexOf('0') : 32}` : null
}
