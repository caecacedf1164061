import { LanguageTooLarge, type Language } from '#shared/requests/languages/language.ts'
import { literalLanguage } from '#shared/requests/languages/literals.ts'
import { regexLanguage } from '#shared/requests/languages/regex-language.ts'
import { searchWord } from '#shared/requests/languages/search-word.ts'
import { compileRegex } from '#shared/requests/regex.ts'
import { toBytes } from '#shared/requests/bytes.ts'
import { patternOf } from '../compile/patterns.ts'
import { isRegex, locationHead, type LocationHead } from '../location.ts'
import type { Directive } from '../tree.ts'
import { wordsOf } from '../compile/words.ts'

/** A location with what it does, as text: equal texts, equal treatment. */
export interface Place extends LocationHead {
  readonly directive: Directive
  readonly does: string
  /** Requests are passed on to servers. */
  readonly passes: boolean
}

/** Lines that say where a request ends. */
const ends = /_pass$|^(?:return|root|alias|try_files|rewrite|deny|stub_status|empty_gif)$/

/** Locations among directives, in the order of the text; named ones are left out. */
export function placesOf(directives: readonly Directive[]): readonly Place[] {
  return directives.flatMap((directive): Place[] => {
    const head = directive.name.value === 'location' ? locationHead(directive) : null
    if (head === null || head.kind === 'named') return []
    const lines = (directive.block?.directives ?? []).filter((line) => ends.test(line.name.value))
    return [{ ...head, directive, does: lines.map(wordsOf).join('; '), passes: lines.some((line) => line.name.value.endsWith('_pass')) }]
  })
}

/** Paths as people write them, so that an example is one. */
const plain = regexLanguage('/(?:[a-z0-9_.-]+/)*[a-z0-9_.-]*', { ignoreCase: false, dialect: 'pcre', match: 'full' })
const mostSteps = 60_000

function languageOf({ kind, text }: Place): Language | null {
  if (!isRegex(kind)) return literalLanguage(kind === 'exact' ? 'exact' : 'prefix', [toBytes(text)], false)
  const pattern = patternOf(text, kind === 'regex-any-case')
  const made = regexLanguage(toBytes(pattern.source), { ignoreCase: pattern.ignoreCase, dialect: 'pcre', match: 'search' })
  return made.ok ? made.language : null
}

/** A plain path that all of `places` match; null: there is none, or it was not found in a few steps. */
export function pathOf(...places: readonly Place[]): string | null {
  const languages = places.map(languageOf)
  if (!plain.ok || languages.some((one) => one === null)) return null
  try {
    const found = searchWord({ positive: [plain.language, ...(languages as Language[])], negative: [], prefer: [], maxSteps: mostSteps, maxLength: 200 })
    return found.kind === 'word' ? found.word : null
  } catch (error) {
    if (error instanceof LanguageTooLarge) return null
    throw error
  }
}

function matches({ kind, text }: Place, path: string): boolean {
  const pattern = patternOf(text, kind === 'regex-any-case')
  const compiled = compileRegex(toBytes(pattern.source), { ignoreCase: pattern.ignoreCase, dialect: 'pcre' })
  return compiled.ok && compiled.regex.test(path)
}

/** The location of one level that takes `path`, those nested in it aside. Source: reference section 6. */
export function chosenFor(places: readonly Place[], path: string): Place | null {
  const exact = places.find(({ kind, text }) => kind === 'exact' && text === path)
  if (exact !== undefined) return exact
  const prefixes = places.filter(({ kind, text }) => (kind === 'prefix' || kind === 'prefix-final') && path.startsWith(text)).sort((one, other) => other.text.length - one.text.length)
  const longest = prefixes[0] ?? null
  if (longest?.kind === 'prefix-final') return longest
  return places.find((place) => isRegex(place.kind) && matches(place, path)) ?? longest
}

/** As it is written: `location ~ \.php$`. */
export function placeTitle({ directive }: Place): string {
  return `location ${directive.args.map((word) => word.raw).join(' ')}`
}
