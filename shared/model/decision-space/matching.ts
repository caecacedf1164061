import { asciiLower, asciiUpper, toBytes } from '#shared/requests/bytes.ts'
import { parseNetwork, type IpNetwork } from '#shared/requests/ip.ts'
import { addressLanguage, addressTextLanguage } from '#shared/requests/languages/addresses.ts'
import { integerLanguage, lengthLanguage } from '#shared/requests/languages/numbers.ts'
import type { Language, LiteralKind } from '#shared/requests/languages/language.ts'
import { literalLanguage } from '#shared/requests/languages/literals.ts'
import { always as everything, nothing } from '#shared/requests/languages/preimages.ts'
import { regexesLanguage } from '#shared/requests/languages/regex-language.ts'
import type { Matcher } from '../predicate.ts'

type Ranges = readonly (readonly [from: number | null, to: number | null])[]

/** Networks, and which notations of an address count; see `Matcher`. */
export interface NetworkSet {
  readonly networks: readonly IpNetwork[]
  readonly isStrict: boolean
}

/**
 * A matcher as a set of values. `language` is over texts, or over address words when `networks` is set and the value is
 * an address. Null: the set is not exactly regular.
 */
export interface Matching {
  readonly key: string
  /** True where `language` is never null; then it need not be made to know that. */
  readonly regular?: boolean
  readonly language: () => Language | null
  /** Set of numbers, for values that are numbers. */
  readonly ranges: Ranges | null
  readonly networks: NetworkSet | null
  /** Texts that are good candidates for a witness. */
  readonly samples: () => readonly string[]
  readonly literals: { readonly kind: 'exact' | 'prefix'; readonly values: readonly string[]; readonly ignoreCase: boolean } | null
  /** Not all that is like `literals` passes: they narrow down what does, and say no more. */
  readonly onlyNarrows?: true
}

const known = new WeakMap<Matcher, Matching>()
/** Any non-zero number. */
export const nonZero: Ranges = [[null, -1], [1, null]]
const noSamples = (): readonly string[] => []

export function matchingOf(matcher: Matcher): Matching {
  let matching = known.get(matcher)
  if (matching === undefined) {
    matching = make(matcher)
    known.set(matcher, matching)
  }
  return matching
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => (made ??= { value: make() }).value
}

function make(matcher: Matcher): Matching {
  switch (matcher.kind) {
    case 'exact': case 'prefix': case 'suffix': case 'substring': case 'path-part': case 'domain-part':
      return literalTexts(matcher.kind, [...new Set(matcher.values.map(toBytes))].sort(), matcher.ignoreCase)
    case 'regex': return literalPattern(matcher) ?? {
      key: `regex${matcher.ignoreCase ? ' i ' : ' '}${matcher.dialect} ${matcher.patterns.join('\0')}`, ranges: null, networks: null, samples: noSamples, literals: null,
      language: lazily(() => {
        const made = regexesLanguage(matcher.patterns.map(toBytes), { ignoreCase: matcher.ignoreCase, dialect: matcher.dialect, match: 'search' })
        return made.ok ? made.language : null
      }),
    }
    case 'integer': return integerMatching(matcher.ranges)
    case 'length': return { key: `length ${JSON.stringify(matcher.ranges)}`, language: lazily(() => lengthLanguage(matcher.ranges)), ranges: null, networks: null, samples: noSamples, literals: null }
    case 'network': {
      const networks = matcher.networks.map(parseNetwork).filter((network): network is IpNetwork => network !== null)
      const isStrict = matcher.isStrict === true
      return { key: `network ${isStrict ? 'strict ' : ''}${[...matcher.networks].sort().join(' ')}`, language: lazily(() => addressTextLanguage(networks, isStrict)), ranges: null, networks: { networks, isStrict }, samples: noSamples, literals: null }
    }
    case 'exists': return existsMatching
    case 'truthy': return integerMatching(nonZero)
    case 'never': return { key: 'never', language: () => nothing, ranges: null, networks: null, samples: noSamples, literals: null }
  }
}

const plainPattern = /^(\^?)((?:[A-Za-z0-9/_~%=@:,;-]|\\[./+*?()[\]{}|^$\\-])+)$/

/**
 * Patterns that only say what a value starts with or contains, as that: equal sets are equal conditions then, however
 * they are written. `$` is left alone, since it also matches before a final line end.
 */
function literalPattern({ patterns, ignoreCase }: Extract<Matcher, { readonly kind: 'regex' }>): Matching | null {
  const shapes = patterns.map((pattern) => plainPattern.exec(pattern))
  const anchor = shapes[0]?.[1]
  if (anchor === undefined || shapes.some((shape) => shape?.[1] !== anchor)) return null
  return literalMatching(anchor === '^' ? 'prefix' : 'substring', shapes.map((shape) => (shape?.[2] ?? '').replace(/\\(.)/g, '$1')), ignoreCase)
}

export const existsMatching: Matching = { key: 'exists', language: () => everything, ranges: null, networks: null, samples: noSamples, literals: null }

export function integerMatching(ranges: Ranges): Matching {
  return {
    key: `integer ${JSON.stringify(ranges)}`, language: lazily(() => integerLanguage(ranges)), ranges, networks: null, literals: null,
    samples: () => ranges.flatMap(([from, to]) => [String(from ?? to ?? 0)]).slice(0, 8),
  }
}

export function literalMatching(kind: LiteralKind, values: readonly string[], ignoreCase: boolean): Matching {
  return matchingOf({ kind, values, ignoreCase })
}

/** Texts that compare so with one of `values`, which are byte strings already, sorted and different. */
export function literalTexts(kind: LiteralKind, values: readonly string[], ignoreCase: boolean): Matching {
  return {
    key: `${kind}${ignoreCase ? ' i ' : ' '}${values.join('\0')}`, regular: true, language: lazily(() => literalLanguage(kind, values, ignoreCase)), ranges: null, networks: null,
    samples: () => samplesOf(kind, values, ignoreCase), literals: kind === 'exact' || kind === 'prefix' ? { kind, values, ignoreCase } : null,
  }
}

/** Exactly one of `texts`, which are byte strings already. */
export function exactly(texts: readonly string[]): Matching {
  return { key: `exact ${texts.join('\0')}`, language: lazily(() => literalLanguage('exact', texts, false)), ranges: null, networks: null, samples: () => texts.slice(0, 8), literals: { kind: 'exact', values: texts, ignoreCase: false } }
}

export function addressMatching({ networks, isStrict }: NetworkSet): () => Language {
  return lazily(() => addressLanguage(networks, isStrict))
}

function samplesOf(kind: string, values: readonly string[], ignoreCase: boolean): readonly string[] {
  const first = values.slice(0, 8)
  const spelled = ignoreCase ? [...first.map(asciiLower), ...first, ...first.map(asciiUpper)] : first
  switch (kind) {
    case 'exact': case 'prefix': return [...new Set(spelled)]
    case 'suffix': return [...new Set(spelled.flatMap((value) => [value.startsWith('.') ? `www${value}` : value, value, `/x${value}`, `/${value}`]))]
    default: return [...new Set(spelled.flatMap((value) => [value, `/${value}`, `/${value}/`]))]
  }
}
