import { readPcreEscape } from './pcre-escapes.ts'
import { foldBytes, otherBytes, posixClasses, refuse, type ByteSet } from './regex-tree.ts'

export interface BracketFlags {
  readonly ignoreCase: boolean
  /** `(?xx)`: blanks and tabs do not count. */
  readonly extendedMore: boolean
}

/**
 * Bracket expression whose `[` stands at `at`.
 *
 * Errors: Refused. Source: PCRE2 10.42, src/pcre2_compile.c, parse_regex and check_posix_syntax.
 */
export function readBrackets(source: string, at: number, flags: BracketFlags): { readonly set: ByteSet; readonly at: number } {
  if (source.startsWith('[[:<:]]', at) || source.startsWith('[[:>:]]', at)) return refuse('a bracket class of unknown name')
  if (posixEnd(source, at + 1) !== null) return refuse('a bracket class outside brackets')
  const { start, negated } = readHead(source, at + 1, flags)
  // Letters and ranges are folded; classes have their own meaning without case.
  const plain = new Uint8Array(256)
  const classes = new Uint8Array(256)
  /** `literal`: the last byte can start a range; `range`: a range waits for its end. */
  let state = 'none' as 'none' | 'literal' | 'range'
  let from = 0
  let quoted = false
  const literal = (code: number): void => {
    if (state === 'range') {
      if (code < from) refuse('a range out of order')
      plain.fill(1, from, code + 1)
      state = 'none'
    } else {
      plain[code] = 1
      from = code
      state = 'literal'
    }
  }
  const addClass = (set: ByteSet, next: number): number => {
    if (state === 'range') refuse('a range that ends with a class')
    if (source[next] === '-' && source[next + 1] !== ']') refuse('a range that starts with a class')
    for (let byte = 0; byte < 256; byte += 1) if (set[byte] === 1) classes[byte] = 1
    state = 'none'
    return next
  }
  for (let next = start, first = true; ; first = false) {
    const character = source[next]
    if (character === undefined) return refuse('brackets are not closed')
    if (quoted) {
      if (source.startsWith('\\E', next)) {
        quoted = false
        next += 2
      } else {
        literal(character.charCodeAt(0))
        next += 1
      }
      continue
    }
    if (character === ']' && !first) {
      if (state === 'range') plain[45] = 1
      const folded = flags.ignoreCase ? foldBytes(plain) : plain
      for (let byte = 0; byte < 256; byte += 1) if (classes[byte] === 1) folded[byte] = 1
      return { set: negated ? otherBytes(folded) : folded, at: next + 1 }
    }
    if (flags.extendedMore && (character === ' ' || character === '\t')) {
      next += 1
      continue
    }
    if (character === '[') {
      const close = posixEnd(source, next + 1)
      if (close !== null) {
        next = addClass(posixSet(source.slice(next + 1, close + 1), flags.ignoreCase), close + 2)
        continue
      }
    }
    if (character === '\\') {
      const escape = readPcreEscape(source, next, true)
      next = escape.at
      if (escape.kind === 'quote') quoted = true
      else if (escape.kind === 'byte') literal(escape.code)
      else if (escape.kind === 'set') next = addClass(escape.set, escape.at)
      else if (escape.kind === 'assertion') refuse('an assertion inside brackets')
      continue
    }
    if (character === '-' && state === 'literal') state = 'range'
    else literal(character.charCodeAt(0))
    next += 1
  }
}

/** `^`, and quotes without content around it. */
function readHead(source: string, from: number, flags: BracketFlags): { readonly start: number; readonly negated: boolean } {
  let at = from
  let negated = false
  for (;;) {
    if (source.startsWith('\\Q\\E', at)) at += 4
    else if (source.startsWith('\\E', at)) at += 2
    else if (flags.extendedMore && (source[at] === ' ' || source[at] === '\t')) at += 1
    else if (source[at] === '^' && !negated) {
      negated = true
      at += 1
    } else return { start: at, negated }
  }
}

/** Offset of the `:` (or `.`, `=`) that ends what begins at `at` behind a `[`; null: it is no class. */
function posixEnd(source: string, at: number): number | null {
  const mark = source[at]
  if (mark !== ':' && mark !== '.' && mark !== '=') return null
  for (let next = at + 1; next + 1 < source.length; next += 1) {
    const character = source[next]
    const following = source[next + 1]
    if (character === '\\' && (following === ']' || following === '\\')) next += 1
    else if ((character === '[' && following === mark) || character === ']') return null
    else if (character === mark && following === ']') return next
  }
  return null
}

/** `:alpha:` or `:^alpha:`. */
function posixSet(text: string, ignoreCase: boolean): ByteSet {
  const parts = /^:(\^?)([a-z]+):$/.exec(text)
  let name = parts?.[2] ?? ''
  if (ignoreCase && (name === 'lower' || name === 'upper')) name = 'alpha'
  const set = posixClasses.get(name)
  if (parts === null || set === undefined) return refuse('a bracket class of unknown name')
  return parts[1] === '^' ? otherBytes(set) : set
}
