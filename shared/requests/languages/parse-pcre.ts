import { languageLimits } from './language.ts'
import { readBrackets } from './pcre-brackets.ts'
import { readPcreEscape } from './pcre-escapes.ts'
import { alternationOf, bytesFrom, byteSet, concatOf, refuse, type RegexNode } from './regex-tree.ts'

/** Options that inline settings change, up to the end of their group. */
interface Flags {
  ignoreCase: boolean
  multiline: boolean
  dotAll: boolean
  extended: boolean
  extendedMore: boolean
  noCapture: boolean
  ungreedy: boolean
}

const anyByte = bytesFrom([0, 255])
const notNewline = bytesFrom([0, 9], [11, 255])
const deepest = 250

/**
 * PCRE2 syntax as HAProxy 2.6 compiles it (no UTF, newline is LF, only "ignore case" set from outside).
 *
 * Errors: Refused for wrong syntax, for what is not regular (look-around, back references, atomic and possessive parts,
 * conditions, recursion, verbs), and for what differs between versions of the library.
 * Source: PCRE2 10.42, pcre2pattern(3), src/pcre2_compile.c. Oracle: test/oracle/haproxy/regex-languages.test.ts.
 */
export function parsePcre(source: string, ignoreCase: boolean): { readonly tree: RegexNode; readonly groupCount: number } {
  if (/[^\x01-\xff]/.test(source)) refuse('it has a zero byte or a character beyond one byte')
  const parser = new PcreParser(source)
  const tree = parser.alternation({ ignoreCase, multiline: false, dotAll: false, extended: false, extendedMore: false, noCapture: false, ungreedy: false }, 0)
  if (parser.at < source.length) refuse('a parenthesis is not opened')
  return { tree, groupCount: parser.groupCount }
}

class PcreParser {
  at = 0
  groupCount = 0
  private readonly source: string
  private readonly names = new Set<string>()

  constructor(source: string) {
    this.source = source
  }

  /** Up to the `)` of this group or the end of the pattern. `flags` belong to the group and change on the way. */
  alternation(flags: Flags, depth: number): RegexNode {
    if (depth > deepest) refuse('its groups are nested too deeply')
    const { source } = this
    const alternatives: RegexNode[] = []
    let parts: RegexNode[] = []
    let last = 'none' as 'none' | 'item' | 'quantified'
    let quoted = false
    const add = (node: RegexNode): void => {
      parts.push(node)
      // PCRE2 knows no repeated assertions.
      last = node.kind === 'assertion' ? 'none' : 'item'
    }
    while (this.at < source.length) {
      const character = source[this.at] as string
      if (quoted) {
        if (source.startsWith('\\E', this.at)) {
          quoted = false
          this.at += 2
        } else {
          add(byteNode(character.charCodeAt(0), flags))
          this.at += 1
        }
        continue
      }
      if (flags.extended && this.skipExtended()) continue
      if (source.startsWith('(?#', this.at)) {
        const close = source.indexOf(')', this.at)
        if (close === -1) refuse('a comment is not closed')
        this.at = close + 1
        continue
      }
      if (character === ')') break
      if (character === '|') {
        alternatives.push(concatOf(parts))
        parts = []
        last = 'none'
        this.at += 1
        continue
      }
      const count = this.quantifier(flags)
      if (count !== null) {
        const of = parts.pop()
        if (last !== 'item' || of === undefined) return refuse(last === 'quantified' ? 'a repetition is repeated' : 'a repetition has nothing to repeat')
        parts.push({ kind: 'repeat', of, ...count })
        last = 'quantified'
        continue
      }
      if (character === '\\') {
        const escape = readPcreEscape(source, this.at, false)
        this.at = escape.at
        if (escape.kind === 'quote') quoted = true
        else if (escape.kind === 'byte') add(byteNode(escape.code, flags))
        else if (escape.kind === 'set') add({ kind: 'bytes', set: escape.set })
        else if (escape.kind === 'assertion') add({ kind: 'assertion', what: escape.what })
        continue
      }
      if (character === '(') {
        const group = this.group(flags, depth)
        if (group === null) last = 'none'
        else add(group)
        continue
      }
      if (character === '[') {
        const brackets = readBrackets(source, this.at, flags)
        this.at = brackets.at
        add({ kind: 'bytes', set: brackets.set })
        continue
      }
      this.at += 1
      if (character === '.') add({ kind: 'bytes', set: flags.dotAll ? anyByte : notNewline })
      else if (character === '^') add({ kind: 'assertion', what: flags.multiline ? 'line-start-inside' : 'start' })
      else if (character === '$') add({ kind: 'assertion', what: flags.multiline ? 'line-end' : 'end-or-last-line-end' })
      else add(byteNode(character.charCodeAt(0), flags))
    }
    alternatives.push(concatOf(parts))
    return alternationOf(alternatives)
  }

  /** White space and comments that `(?x)` leaves out. */
  private skipExtended(): boolean {
    const character = this.source[this.at] as string
    if (/[ \t-\r]/.test(character)) {
      this.at += 1
      return true
    }
    if (character !== '#') return false
    const end = this.source.indexOf('\n', this.at)
    this.at = end === -1 ? this.source.length : end + 1
    return true
  }

  /** A repetition at the current place, which moves behind it; null: there is none. */
  private quantifier(flags: Flags): { readonly min: number; readonly max: number | null; readonly greedy: boolean } | null {
    const { source } = this
    const counts = this.counts()
    if (counts === null) return null
    const [min, max] = counts
    if (source[this.at] === '+') refuse('it has a possessive repetition')
    const lazy = source[this.at] === '?'
    if (lazy) this.at += 1
    if (max !== null && max < min) refuse('a repetition whose counts are out of order')
    if (min > languageLimits.repetition || (max ?? 0) > languageLimits.repetition) refuse(`a repetition of more than ${languageLimits.repetition}`)
    return { min, max, greedy: lazy === flags.ungreedy }
  }

  private counts(): readonly [number, number | null] | null {
    const { source } = this
    const character = source[this.at]
    const simple = character === '*' ? [0, null] as const : character === '+' ? [1, null] as const : character === '?' ? [0, 1] as const : null
    if (simple !== null) {
      this.at += 1
      return simple
    }
    if (character !== '{') return null
    const braces = /^\{([ \t]*)(\d*)([ \t]*)(,?)([ \t]*)(\d*)([ \t]*)\}/.exec(source.slice(this.at, this.at + 64))
    if (braces === null) return null
    const [whole, blank1, from = '', blank2, comma, blank3, to = '', blank4] = braces
    if (from === '' && to === '') return null
    if (from === '' || `${blank1}${blank2}${blank3}${blank4}` !== '') refuse('a repetition whose reading depends on the PCRE2 version')
    this.at += whole.length
    return [Number(from), comma === '' ? Number(from) : to === '' ? null : Number(to)]
  }

  /** Group whose `(` stands here; null: it only sets options. */
  private group(flags: Flags, depth: number): RegexNode | null {
    const { source } = this
    if (source[this.at + 1] === '*') refuse('it has a verb')
    let captures = !flags.noCapture
    let inner = { ...flags }
    if (source[this.at + 1] !== '?') this.at += 1
    else {
      const head = source.slice(this.at + 2, this.at + 50)
      const name = /^(?:P?<([A-Za-z_]\w{0,31})>|'([A-Za-z_]\w{0,31})')/.exec(head)
      const options = /^(\^?)([A-Za-z]*)(?:(-)([A-Za-z]*))?([:)])/.exec(head)
      if (name !== null) {
        captures = true
        const text = name[1] ?? name[2] ?? ''
        if (this.names.has(text)) refuse('two groups have the same name')
        this.names.add(text)
        this.at += 2 + name[0].length
      } else if (options !== null) {
        captures = false
        inner = withOptions(flags, options[1] === '^', options[2] ?? '', options[3] === undefined ? null : options[4] ?? '')
        this.at += 2 + options[0].length
        if (options[5] === ')') {
          Object.assign(flags, inner)
          return null
        }
      } else refuse(/^(?:<?[=!])/.test(head) ? 'it looks around' : `the group (?${head.slice(0, 1)} has no model`)
    }
    let index: number | null = null
    if (captures) index = this.groupCount += 1
    const of = this.alternation(inner, depth + 1)
    if (source[this.at] !== ')') refuse('a parenthesis is not closed')
    this.at += 1
    return { kind: 'group', of, index }
  }
}

function byteNode(code: number, flags: Flags): RegexNode {
  return { kind: 'bytes', set: byteSet(code, flags.ignoreCase) }
}

/** `(?im-sx)`, `(?^i)`. */
function withOptions(flags: Flags, reset: boolean, on: string, off: string | null): Flags {
  const changed: Flags = reset
    ? { ...flags, ignoreCase: false, multiline: false, dotAll: false, extended: false, extendedMore: false, noCapture: false }
    : { ...flags }
  if (reset && off !== null) refuse('options that are set and taken back at once')
  const apply = (letters: string, value: boolean): void => {
    if (!/^[imsnUx]*$/.test(letters)) refuse(`the options (?${letters} have no model`)
    if (letters.includes('i')) changed.ignoreCase = value
    if (letters.includes('m')) changed.multiline = value
    if (letters.includes('s')) changed.dotAll = value
    if (letters.includes('n')) changed.noCapture = value
    if (letters.includes('U')) changed.ungreedy = value
    if (letters.includes('x')) {
      changed.extended = value
      changed.extendedMore = value && letters.includes('xx')
    }
  }
  apply(on, true)
  apply(off ?? '', false)
  return changed
}
