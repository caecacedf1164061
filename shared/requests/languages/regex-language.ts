import { languageOf } from './determinise.ts'
import { LanguageTooLarge, type Language } from './language.ts'
import { toNfa } from './nfa.ts'
import { parseRegex, type RegexSyntax } from './parse-regex.ts'
import type { RegexNode } from './regex-tree.ts'

export interface RegexLanguageOptions extends RegexSyntax {
  /** Occurs somewhere in the subject, or is the whole subject. */
  readonly match: 'search' | 'full'
}

export type RegexLanguage = { readonly ok: true; readonly language: Language } | { readonly ok: false; readonly reason: string }

const cache = new Map<string, RegexLanguage>()
const cacheLimit = 5_000

/**
 * Subjects, as byte strings, that a pattern matches.
 *
 * Errors: `ok: false` when the pattern has no exact model; `reason` completes "the pattern cannot be modelled: …". The
 * language itself throws LanguageTooLarge when it grows beyond the limits.
 */
export function regexLanguage(source: string, options: RegexLanguageOptions): RegexLanguage {
  return regexesLanguage([source], options)
}

/** Subjects that at least one of the patterns matches. Errors: as `regexLanguage`, for the first pattern that has no model. */
export function regexesLanguage(sources: readonly string[], options: RegexLanguageOptions): RegexLanguage {
  const key = `${options.dialect} ${options.match}${options.ignoreCase ? ' i ' : ' '}${sources.map(source => `${source.length}:${source}`).join('')}`
  const known = cache.get(key)
  if (known !== undefined) return known
  if (cache.size >= cacheLimit) cache.clear()
  const made = makeLanguage(sources, options)
  cache.set(key, made)
  return made
}

function makeLanguage(sources: readonly string[], options: RegexLanguageOptions): RegexLanguage {
  const trees: RegexNode[] = []
  for (const source of sources) {
    const parsed = parseRegex(source, options)
    if (!parsed.ok) return parsed
    trees.push(parsed.tree)
  }
  try {
    return { ok: true, language: languageOf(toNfa(trees), options.match) }
  } catch (error) {
    if (error instanceof LanguageTooLarge) return { ok: false, reason: 'it is too large' }
    throw error
  }
}
