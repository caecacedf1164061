import type { Predicate } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import { argument, childrenOf, headOf, named, nameOf } from './words.ts'
import { patternOf, type Pattern } from './patterns.ts'
import { test, variable } from './variables.ts'

export interface Location {
  readonly kind: 'exact' | 'prefix' | 'regex' | 'named'
  /** Path, pattern or name, without the modifier. */
  readonly text: string
  /** `^~` */
  readonly stops: boolean
  readonly pattern: Pattern | null
  /** It, or a location around it, says `internal`. */
  readonly isInternal: boolean
  readonly directive: Directive
  readonly nested: readonly Location[]
}

/** One way in which the search ends; the first that holds counts. `redirects`: a slash is added instead of serving. */
export interface Choice {
  readonly when: Predicate
  readonly location: Location
  readonly redirects: boolean
}

const none: readonly Location[] = []

/** Longest first. */
const glued: readonly string[] = ['=', '^~', '~*', '~']

/** Does the first word of a location say that its text is a pattern? */
export const patternModifier = (word: string): boolean => word.startsWith('~')

/** Modifier and text of a location; modifiers may be glued to the text. */
export function locationsOf(directives: readonly Directive[], inInternal = false): readonly Location[] {
  const found = named(directives, 'location')
  if (found.length === 0) return none
  return found.map((directive): Location => {
    const first = argument(directive, 0)
    const modifier = directive.args.length > 1 ? first : (glued.find((sign) => first.startsWith(sign)) ?? '')
    const text = directive.args.length > 1 ? argument(directive, 1) : first.slice(modifier.length)
    const isInternal = inInternal || childrenOf(directive).some((one) => nameOf(one) === 'internal')
    const nested = locationsOf(childrenOf(directive), isInternal)
    const base = { text, stops: modifier === '^~', pattern: null, isInternal, directive, nested }
    if (modifier === '=') return { ...base, kind: 'exact' }
    if (modifier === '~' || modifier === '~*') return { ...base, kind: 'regex', pattern: patternOf(text, modifier === '~*') }
    return { ...base, kind: text.startsWith('@') ? 'named' : 'prefix' }
  })
}

const path = variable('uri')
const passes: ReadonlySet<string> = new Set(['proxy_pass', 'fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'grpc_pass', 'memcached_pass'])

const and = (...of: readonly Predicate[]): Predicate => {
  const parts = of.filter((part) => part.kind !== 'true')
  return parts.length === 1 ? (parts[0] as Predicate) : parts.length === 0 ? { kind: 'true' } : { kind: 'and', of: parts }
}
const isExactly = (text: string, at: Span): Predicate => test(path, { kind: 'exact', values: [text], ignoreCase: false }, at)
const startsWith = (texts: readonly string[], at: Span): Predicate => test(path, { kind: 'prefix', values: texts, ignoreCase: false }, at)

const nothing: { readonly definite: readonly Choice[]; readonly prefixes: readonly Choice[] } = { definite: [], prefixes: [] }

/**
 * Every outcome of the location search of one level, in an order in which the first that holds is right.
 *
 * Shape: `definite`: what ends the search of the levels around, too (exact, slash redirect, pattern); `prefixes`: what is
 * used when nothing around ends it. `allStartWithSlash`: no rule makes a URI that does not. Source: reference section 6; N-LOC-1 … N-LOC-11.
 */
export function searchOrder(locations: readonly Location[], allStartWithSlash = false): { readonly definite: readonly Choice[]; readonly prefixes: readonly Choice[] } {
  if (locations.length === 0) return nothing
  // What may stand in any order is put in one order, so that configs are the same where only that differs.
  const exact = locations.filter((location) => location.kind === 'exact').sort(byText)
  const patterns = locations.filter((location) => location.kind === 'regex')
  const prefixes = locations.filter((location) => location.kind === 'prefix').sort((one, other) => other.text.length - one.text.length || byText(one, other))
  const definite: Choice[] = exact.map((location) => ({ when: isExactly(location.text, headOf(location.directive)), location, redirects: false }))
  for (const choice of slashRedirects(locations)) definite.push(choice)
  const last: Choice[] = []
  const longer = longerPrefixes(prefixes)
  for (const location of prefixes) {
    const inner = searchOrder(location.nested)
    // The longest prefix decides whose nested locations are searched before the patterns of this level.
    if (inner.definite.length > 0) {
      const guard = isLongest(location, longer)
      for (const choice of inner.definite) definite.push({ ...choice, when: and(guard, choice.when) })
    }
    const every = allStartWithSlash && location.text === '/'
    for (const choice of inner.prefixes) last.push(choice)
    last.push({ when: every ? { kind: 'true' } : startsWith([location.text], headOf(location.directive)), location, redirects: false })
  }
  // `^~` silences the patterns of its own level only; for the levels around it is a prefix like any other (N-LOC-10).
  const silenced = patterns.length === 0 ? [] : prefixes.filter(({ stops }) => stops).map((location) => isLongest(location, longer))
  const heard: Predicate = silenced.length === 0 ? { kind: 'true' } : { kind: 'not', of: silenced.length === 1 ? (silenced[0] as Predicate) : { kind: 'or', of: silenced } }
  for (const location of patterns) for (const choice of patternChoices(location)) definite.push({ ...choice, when: and(heard, choice.when) })
  return { definite, prefixes: last }
}

const byText = (one: Location, other: Location): number => (one.text < other.text ? -1 : one.text > other.text ? 1 : 0)

function patternChoices(location: Location): readonly Choice[] {
  const { pattern, directive } = location
  const when = test(path, { kind: 'regex', patterns: [pattern?.source ?? ''], ignoreCase: pattern?.ignoreCase ?? false, dialect: 'pcre' }, headOf(directive))
  const inner = searchOrder(location.nested)
  return [...[...inner.definite, ...inner.prefixes].map((choice) => ({ ...choice, when: and(when, choice.when) })), { when, location, redirects: false }]
}

/** For a text, the longer prefixes that start with it, in the order of `prefixes`. */
type LongerPrefixes = (text: string) => readonly string[]

function longerPrefixes(prefixes: readonly Location[]): LongerPrefixes {
  let sorted: readonly { readonly text: string; readonly place: number }[] | null = null
  return (text) => {
    // Sorted, those that start with a text stand in one row behind it.
    sorted ??= prefixes.map((location, place) => ({ text: location.text, place })).sort((one, other) => (one.text < other.text ? -1 : one.text > other.text ? 1 : one.place - other.place))
    let low = 0
    for (let high = sorted.length; low < high;) {
      const middle = (low + high) >> 1
      if ((sorted[middle] as { readonly text: string }).text <= text) low = middle + 1
      else high = middle
    }
    const found: { readonly text: string; readonly place: number }[] = []
    for (let at = low; at < sorted.length && sorted[at]?.text.startsWith(text) === true; at += 1) found.push(sorted[at] as { readonly text: string; readonly place: number })
    return found.sort((one, other) => one.place - other.place).map((one) => one.text)
  }
}

function isLongest(location: Location, longer: LongerPrefixes): Predicate {
  const at = headOf(location.directive)
  const others = longer(location.text)
  const starts = startsWith([location.text], at)
  return others.length === 0 ? starts : and(starts, { kind: 'not', of: startsWith(others, at) })
}

/** A path without its last slash is sent to the location with it, exact ones included, where that passes requests on (N-LOC-5). */
function slashRedirects(locations: readonly Location[]): readonly Choice[] {
  const known = new Map<string, Location[]>()
  for (const location of locations) {
    if (location.kind !== 'exact' && location.kind !== 'prefix') continue
    const alike = known.get(location.text)
    if (alike === undefined) known.set(location.text, [location])
    else alike.push(location)
  }
  const choices: Choice[] = []
  for (const [text, alike] of [...known].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (!text.endsWith('/') || text === '/' || known.has(text.slice(0, -1))) continue
    const location = alike.find(({ kind }) => kind === 'exact') ?? alike[0]
    if (location === undefined || !alike.some(({ directive }) => childrenOf(directive).some((one) => passes.has(nameOf(one))))) continue
    choices.push({ when: isExactly(text.slice(0, -1), headOf(location.directive)), location, redirects: true })
  }
  return choices
}

/** Name of a location for people and ids. */
export function locationName({ kind, text, stops, pattern }: Location): string {
  const modifier = kind === 'exact' ? '= ' : kind === 'regex' ? (pattern?.ignoreCase === true ? '~* ' : '~ ') : stops ? '^~ ' : ''
  return `location ${modifier}${text}`
}
