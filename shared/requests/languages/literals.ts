import { asciiLower } from '../bytes.ts'
import { domainDelimiters, pathDelimiters } from '../http-values.ts'
import { classesByIndex, lowerByte, type ByteClasses } from './byte-classes.ts'
import { dead, type Language, type LiteralKind } from './language.ts'
import { tabulated } from './machines.ts'
import { always, nothing } from './set-operations.ts'
import { Trie } from './trie.ts'

/** Numbers a table of transitions may take. */
const tableLimit = 4096

/**
 * Texts that compare so with one of `values`: equal, start, end, contain, or contain between delimiters.
 *
 * Shape: `values` are byte strings; what is no byte string never matches. Parts are trimmed as `containsPart` trims them.
 * Errors: none; the state limits do not apply, the automaton is linear in the length of the values.
 */
export function literalLanguage(kind: LiteralKind, values: readonly string[], ignoreCase: boolean): Language {
  if (values.length > cachedValues || values.some(value => value.length > cachedLength)) return makeLanguage(kind, values, ignoreCase)
  const key = `${kind}${ignoreCase ? ' i' : ''}${values.map(value => ` ${value.length}:${value}`).join('')}`
  let language = cache.get(key)
  if (language === undefined) {
    language = makeLanguage(kind, values, ignoreCase)
    if (cache.size >= cacheLimit) cache.clear()
    cache.set(key, language)
  }
  return language
}

/** Short texts come back in each comparison of a config that somebody is working on. */
const cache = new Map<string, Language>()
const cacheLimit = 5_000
const cachedValues = 4
const cachedLength = 200

function makeLanguage(kind: LiteralKind, values: readonly string[], ignoreCase: boolean): Language {
  const usable: string[] = []
  for (const value of values) {
    if (/[^\x00-\xff]/.test(value)) continue
    const text = prepare(kind, ignoreCase ? asciiLower(value) : value)
    if (text !== null) usable.push(text)
  }
  const literals = { kind, values: usable, ignoreCase }
  if (usable.length === 0) return nothing
  const isOpen = kind === 'prefix' || kind === 'suffix' || kind === 'substring'
  if (isOpen && usable.includes('')) return always
  const classes = literalClasses(kind, usable, ignoreCase)
  if (usable.length === 1 && (kind === 'exact' || kind === 'prefix')) return { ...chain(kind, usable[0] as string, ignoreCase, classes), literals }
  const trie = new Trie(usable)
  const language = kind === 'exact' || kind === 'prefix' ? forward(kind, trie, ignoreCase, classes) : searching(kind, trie, ignoreCase, classes)
  const stateCount = trie.size + 2
  return { ...(stateCount * classes.classCount <= tableLimit ? tabulated(language, stateCount) : language), literals }
}

function prepare(kind: LiteralKind, value: string): string | null {
  if (kind !== 'path-part' && kind !== 'domain-part') return value
  const delimiters = kind === 'path-part' ? pathDelimiters : domainDelimiters
  let start = 0
  let end = value.length
  while (start < end && delimiters.includes(value[start] as string)) start += 1
  while (end > start && delimiters.includes(value[end - 1] as string)) end -= 1
  return start === end ? null : value.slice(start, end)
}

/** Bytes that occur nowhere are alike, delimiters among them are alike. */
function literalClasses(kind: LiteralKind, values: readonly string[], ignoreCase: boolean): ByteClasses {
  const occurs = new Uint8Array(256)
  for (const value of values) for (let at = 0; at < value.length; at += 1) occurs[value.charCodeAt(at)] = 1
  const delimiters = kind === 'path-part' ? pathDelimiters : kind === 'domain-part' ? domainDelimiters : ''
  const apart = new Uint8Array(256)
  for (let at = 0; at < delimiters.length; at += 1) apart[delimiters.charCodeAt(at)] = 1
  return classesByIndex(258, byte => {
    const folded = ignoreCase ? lowerByte[byte] as number : byte
    if (occurs[folded] === 1) return folded
    return apart[byte] === 1 ? 256 : 257
  })
}

function chain(kind: 'exact' | 'prefix', value: string, ignoreCase: boolean, classes: ByteClasses): Language {
  const length = value.length
  const open = kind === 'prefix'
  return {
    ...classes, start: 0,
    step(state, byte) {
      if (state === length) return open ? length : dead
      return value.charCodeAt(state) === (ignoreCase ? lowerByte[byte] : byte) ? state + 1 : dead
    },
    accepts: state => state === length,
  }
}

/** Whole texts or starts of texts: the trie itself. */
function forward(kind: 'exact' | 'prefix', trie: Trie, ignoreCase: boolean, classes: ByteClasses): Language {
  const open = kind === 'prefix'
  return {
    ...classes, start: 0,
    step(state, byte) {
      if (open && trie.isEnd(state)) return state
      return trie.child(state, ignoreCase ? lowerByte[byte] as number : byte)
    },
    accepts: state => trie.isEnd(state),
  }
}

/**
 * Texts with a value somewhere or at the end (Aho–Corasick). Parts start behind a delimiter only, so that falling back
 * ends at the root behind one and at `idle` elsewhere; plain searches start everywhere.
 */
function searching(kind: 'suffix' | 'substring' | 'path-part' | 'domain-part', trie: Trie, ignoreCase: boolean, classes: ByteClasses): Language {
  const delimiters = kind === 'path-part' ? pathDelimiters : kind === 'domain-part' ? domainDelimiters : null
  const starts = new Uint8Array(256).fill(delimiters === null ? 1 : 0)
  for (const delimiter of delimiters ?? '') starts[delimiter.charCodeAt(0)] = 1
  const idle = trie.size
  const found = trie.size + 1
  const fallback = trie.fallbacks(starts)
  const ends = trie.endsThrough(fallback)
  return {
    ...classes, start: kind === 'substring' && ends[0] === 1 ? found : 0,
    step(state, byte) {
      if (state === found) return found
      const folded = ignoreCase ? lowerByte[byte] as number : byte
      if (delimiters !== null && starts[folded] === 1 && state !== idle && ends[state] === 1) return found
      for (let node = state === idle ? dead : state; node !== dead; node = fallback[node] as number) {
        const child = trie.child(node, folded)
        if (child !== dead) return kind === 'substring' && ends[child] === 1 ? found : child
      }
      return starts[folded] === 1 ? 0 : idle
    },
    accepts: state => state === found || (state !== idle && ends[state] === 1),
  }
}
