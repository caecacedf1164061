import type { Predicate } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import { childrenOf, headOf, named, nameOf } from './words.ts'
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

/** Modifier and text of a location; modifiers may be glued to the text. */
export function locationsOf(directives: readonly Directive[], inInternal = false): readonly Location[] {
  return named(directives, 'location').map((directive): Location => {
    const words = directive.args.map(({ value }) => value)
    const glued = /^(=|\^~|~\*|~)?([^]*)$/.exec(words[0] ?? '')
    const modifier = words.length > 1 ? (words[0] ?? '') : (glued?.[1] ?? '')
    const text = words.length > 1 ? (words[1] ?? '') : (glued?.[2] ?? '')
    const isInternal = inInternal || named(childrenOf(directive), 'internal').length > 0
    const nested = locationsOf(childrenOf(directive), isInternal)
    const base = { text, directive, nested, isInternal, stops: modifier === '^~', pattern: null }
    if (modifier === '=') return { ...base, kind: 'exact' }
    if (modifier === '~' || modifier === '~*') return { ...base, kind: 'regex', pattern: patternOf(text, modifier === '~*') }
    return { ...base, kind: text.startsWith('@') ? 'named' : 'prefix' }
  })
}

const path = variable('uri')
const passes = /^(?:proxy|fastcgi|uwsgi|scgi|grpc|memcached)_pass$/

const and = (...of: readonly Predicate[]): Predicate => {
  const parts = of.filter((part) => part.kind !== 'true')
  return parts.length === 1 ? (parts[0] as Predicate) : parts.length === 0 ? { kind: 'true' } : { kind: 'and', of: parts }
}
const isExactly = (text: string, at: Span): Predicate => test(path, { kind: 'exact', values: [text], ignoreCase: false }, at)
const startsWith = (texts: readonly string[], at: Span): Predicate => test(path, { kind: 'prefix', values: texts, ignoreCase: false }, at)

/**
 * Every outcome of the location search of one level, in an order in which the first that holds is right.
 *
 * Shape: `definite`: what ends the search of the levels around, too (exact, slash redirect, pattern); `prefixes`: what is
 * used when nothing around ends it. `allStartWithSlash`: no rule makes a URI that does not. Source: reference section 6; N-LOC-1 … N-LOC-11.
 */
export function searchOrder(locations: readonly Location[], allStartWithSlash = false): { readonly definite: readonly Choice[]; readonly prefixes: readonly Choice[] } {
  const exact = locations.filter((location) => location.kind === 'exact')
  const patterns = locations.filter((location) => location.kind === 'regex')
  const prefixes = locations.filter((location) => location.kind === 'prefix').sort((one, other) => other.text.length - one.text.length)
  const definite: Choice[] = exact.map((location) => ({ when: isExactly(location.text, headOf(location.directive)), location, redirects: false }))
  definite.push(...slashRedirects(locations))
  const last: Choice[] = []
  for (const location of prefixes) {
    const inner = searchOrder(location.nested)
    // The longest prefix decides whose nested locations are searched before the patterns of this level.
    if (inner.definite.length > 0) {
      const guard = isLongest(location, prefixes)
      definite.push(...inner.definite.map((choice) => ({ ...choice, when: and(guard, choice.when) })))
    }
    const every = allStartWithSlash && location.text === '/'
    last.push(...inner.prefixes, { when: every ? { kind: 'true' } : startsWith([location.text], headOf(location.directive)), location, redirects: false })
  }
  // `^~` silences the patterns of its own level only; for the levels around it is a prefix like any other (N-LOC-10).
  const silenced = prefixes.filter(({ stops }) => stops).map((location) => isLongest(location, prefixes))
  const heard: Predicate = silenced.length === 0 ? { kind: 'true' } : { kind: 'not', of: silenced.length === 1 ? (silenced[0] as Predicate) : { kind: 'or', of: silenced } }
  for (const location of patterns) definite.push(...patternChoices(location).map((choice) => ({ ...choice, when: and(heard, choice.when) })))
  return { definite, prefixes: last }
}

function patternChoices(location: Location): readonly Choice[] {
  const { pattern, directive } = location
  const when = test(path, { kind: 'regex', patterns: [pattern?.source ?? ''], ignoreCase: pattern?.ignoreCase ?? false, dialect: 'pcre' }, headOf(directive))
  const inner = searchOrder(location.nested)
  return [...[...inner.definite, ...inner.prefixes].map((choice) => ({ ...choice, when: and(when, choice.when) })), { when, location, redirects: false }]
}

function isLongest(location: Location, prefixes: readonly Location[]): Predicate {
  const at = headOf(location.directive)
  const longer = prefixes.filter((other) => other !== location && other.text.length > location.text.length && other.text.startsWith(location.text))
  const starts = startsWith([location.text], at)
  return longer.length === 0 ? starts : and(starts, { kind: 'not', of: startsWith(longer.map(({ text }) => text), at) })
}

/** A path without its last slash is sent to the location with it, exact ones included, where that passes requests on (N-LOC-5). */
function slashRedirects(locations: readonly Location[]): readonly Choice[] {
  const byText = new Map<string, Location[]>()
  for (const location of locations) if (location.kind === 'exact' || location.kind === 'prefix') byText.set(location.text, [...(byText.get(location.text) ?? []), location])
  return [...byText].flatMap(([text, alike]): readonly Choice[] => {
    const passesOn = alike.some(({ directive }) => childrenOf(directive).some((one) => passes.test(nameOf(one))))
    const location = alike.find(({ kind }) => kind === 'exact') ?? alike[0]
    if (location === undefined || !text.endsWith('/') || text === '/' || !passesOn || byText.has(text.slice(0, -1))) return []
    return [{ when: isExactly(text.slice(0, -1), headOf(location.directive)), location, redirects: true }]
  })
}

/** Name of a location for people and ids. */
export function locationName({ kind, text, stops, pattern }: Location): string {
  const modifier = kind === 'exact' ? '= ' : kind === 'regex' ? (pattern?.ignoreCase === true ? '~* ' : '~ ') : stops ? '^~ ' : ''
  return `location ${modifier}${text}`
}
