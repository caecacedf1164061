import { RE2JS } from 're2js'
import { translatePcre } from './regex-syntax.ts'

export interface RegexOptions {
  readonly ignoreCase: boolean
  /** Whose syntax the pattern is written in. */
  readonly dialect: 'pcre' | 're2'
}

/** Text between two offsets of each group; null: the group took no part. Group 0 is the whole match. */
export interface RegexMatch {
  readonly index: number
  readonly end: number
  readonly groups: readonly (string | null)[]
}

/** A compiled pattern. Subjects are byte strings; every call is linear in their length. */
export interface Regex {
  /** Search anywhere in `subject`. */
  test(subject: string): boolean
  /** First match at or after `from`. */
  exec(subject: string, from?: number): RegexMatch | null
  /** False: on this subject the product's engine may answer otherwise (`$` before a final newline). */
  decides(subject: string): boolean
  /** False: what repeated groups capture may differ from the product's engine. */
  readonly capturesReliable: boolean
  /** False: a search that goes on after a first match may differ from the product's engine. */
  readonly continues: boolean
  readonly groupCount: number
}

export type CompiledRegex = { readonly ok: true; readonly regex: Regex } | { readonly ok: false; readonly reason: string }

const cache = new Map<string, CompiledRegex>()
const cacheLimit = 20_000

/**
 * A pattern of a user's config as a bounded automaton (RE2), never a backtracking engine.
 *
 * Errors: `ok: false` when the syntax is wrong or has no exactly equal meaning in RE2; the caller treats the test as
 * unmodelled. `reason` completes the sentence "the pattern cannot be modelled: …".
 */
export function compileRegex(source: string, options: RegexOptions): CompiledRegex {
  const key = `${options.dialect}${options.ignoreCase ? 'i' : ' '}${source}`
  const known = cache.get(key)
  if (known !== undefined) return known
  if (cache.size >= cacheLimit) cache.clear()
  const compiled = compileFresh(source, options)
  cache.set(key, compiled)
  return compiled
}

function compileFresh(source: string, options: RegexOptions): CompiledRegex {
  const flags = options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0
  const translation = options.dialect === 'pcre'
    ? translatePcre(source, options.ignoreCase)
    : { ok: true as const, source, endAnchored: false, looksBack: false, repeatedCaptures: [], anchoredPrefix: null }
  if (!translation.ok) return translation
  const compiled = build(translation.source, flags)
  if (typeof compiled === 'string') return { ok: false, reason: compiled }
  const capturesReliable = translation.repeatedCaptures.every(group => {
    const inner = build(`^(?:${group})$`, flags)
    return typeof inner !== 'string' && !inner.test('')
  })
  const prefix = translation.anchoredPrefix
  return {
    ok: true,
    regex: {
      test: subject => (prefix === null || subject.startsWith(prefix)) && compiled.test(subject),
      exec(subject, from = 0) {
        const matcher = compiled.matcher(subject)
        if (!matcher.find(from)) return null
        const groups: (string | null)[] = []
        for (let group = 0; group <= matcher.groupCount(); group += 1) groups.push(matcher.group(group))
        return { index: matcher.start(), end: matcher.end(), groups }
      },
      decides: subject => !translation.endAnchored || !subject.includes('\n'),
      capturesReliable,
      continues: !translation.looksBack,
      groupCount: compiled.groupCount(),
    },
  }
}

function build(source: string, flags: number): RE2JS | string {
  try {
    return RE2JS.compile(source, flags)
  } catch (error) {
    return error instanceof Error ? error.message : 'it is not a regular expression'
  }
}

/**
 * Replacement text of HAProxy's `regsub` and `replace-*` rules: `\0`–`\9` are groups (empty when unset), `\xHH` a byte,
 * `\` before anything else stands for that character.
 */
export function expandReplacement(replacement: string, groups: readonly (string | null)[]): string {
  if (!replacement.includes('\\')) return replacement
  let output = ''
  for (let at = 0; at < replacement.length; at += 1) {
    const character = replacement[at] as string
    if (character !== '\\') {
      output += character
      continue
    }
    at += 1
    const next = replacement[at]
    if (next === undefined) break
    if (next >= '0' && next <= '9') output += groups[Number(next)] ?? ''
    else if (next === 'x' && /^[0-9a-fA-F]{2}$/.test(replacement.slice(at + 1, at + 3))) {
      output += String.fromCharCode(Number.parseInt(replacement.slice(at + 1, at + 3), 16))
      at += 2
    } else output += next
  }
  return output
}

/**
 * HAProxy's `regsub`: the first match, or with `global` every match, is replaced; text between matches stays.
 * A match of length zero stands in front of a character, which is copied.
 */
export function substitute(regex: Regex, subject: string, replacement: string, global: boolean): string {
  let output = ''
  let at = 0
  for (;;) {
    const match = regex.exec(subject, at)
    if (match === null) return output + subject.slice(at)
    output += subject.slice(at, match.index) + expandReplacement(replacement, match.groups)
    const empty = match.end === at && match.index === at
    at = match.end
    if (at >= subject.length) return output
    if (!global) return output + subject.slice(at)
    if (empty) {
      output += subject[at] as string
      at += 1
      if (at >= subject.length) return output
    }
  }
}
