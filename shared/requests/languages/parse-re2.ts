import { fromBytes, toBytes } from '../bytes.ts'
import { languageLimits } from './language.ts'
import { readRe2Brackets, readRe2Escape, type Re2Flags } from './re2-classes.ts'
import { alternationOf, concatOf, refuse, type RegexNode } from './regex-tree.ts'
import { foldCodes, lastCode, utf8Node, type CodeRanges } from './utf8-nodes.ts'

const anyCode: CodeRanges = [[0, lastCode]]
const notNewline: CodeRanges = [[0, 9], [11, lastCode]]

/**
 * RE2 syntax with Perl classes, as Envoy, Caddy and Traefik read it, over UTF-8 subjects.
 *
 * Subjects that are not valid UTF-8: a broken byte is no character, as in RE2 itself; Go reads it as U+FFFD.
 * Errors: Refused for wrong syntax, `\p`, `\C`, and letters beyond ASCII when case is ignored.
 * Source: RE2 syntax page; Go regexp/syntax.
 */
export function parseRe2(source: string, ignoreCase: boolean): { readonly tree: RegexNode; readonly groupCount: number } {
  const text = fromBytes(source)
  if (toBytes(text) !== source) refuse('it is not valid UTF-8')
  const parser = new Re2Parser(text)
  const tree = parser.alternation({ ignoreCase, multiline: false, dotAll: false }, 0)
  if (parser.at < text.length) refuse('a parenthesis is not opened')
  return { tree, groupCount: parser.groupCount }
}

class Re2Parser {
  at = 0
  groupCount = 0
  private readonly source: string
  private readonly names = new Set<string>()

  constructor(source: string) {
    this.source = source
  }

  /** Up to the `)` of this group or the end of the pattern. `flags` belong to the group and change on the way. */
  alternation(flags: Re2Flags, depth: number): RegexNode {
    if (depth > 250) refuse('its groups are nested too deeply')
    const { source } = this
    const alternatives: RegexNode[] = []
    let parts: RegexNode[] = []
    let last = 'none' as 'none' | 'item' | 'quantified'
    const add = (node: RegexNode): void => {
      parts.push(node)
      last = 'item'
    }
    while (this.at < source.length && source[this.at] !== ')') {
      const character = source[this.at] as string
      if (character === '|') {
        alternatives.push(concatOf(parts))
        parts = []
        last = 'none'
        this.at += 1
        continue
      }
      const count = this.quantifier()
      if (count !== null) {
        const of = parts.pop()
        if (last !== 'item' || of === undefined) return refuse(last === 'quantified' ? 'a repetition is repeated' : 'a repetition has nothing to repeat')
        parts.push({ kind: 'repeat', of, ...count })
        last = 'quantified'
        continue
      }
      if (source.startsWith('\\Q', this.at)) {
        const end = source.indexOf('\\E', this.at + 2)
        const quoted = source.slice(this.at + 2, end === -1 ? undefined : end)
        for (const one of quoted) add(literalNode(one.codePointAt(0) ?? 0, flags))
        this.at = end === -1 ? source.length : end + 2
        continue
      }
      if (character === '\\') {
        const escape = readRe2Escape(source, this.at, flags)
        this.at = escape.at
        if (escape.kind === 'code') add(literalNode(escape.code, flags))
        else add(escape.kind === 'assertion' ? { kind: 'assertion', what: escape.what } : utf8Node(escape.ranges))
        continue
      }
      if (character === '(') {
        const group = this.group(flags, depth)
        if (group === null) last = 'none'
        else add(group)
        continue
      }
      if (character === '[') {
        const brackets = readRe2Brackets(source, this.at, flags)
        this.at = brackets.at
        add(utf8Node(brackets.ranges))
        continue
      }
      const code = source.codePointAt(this.at) ?? 0
      this.at += code > 0xffff ? 2 : 1
      if (character === '.') add(utf8Node(flags.dotAll ? anyCode : notNewline))
      else if (character === '^') add({ kind: 'assertion', what: flags.multiline ? 'line-start' : 'start' })
      else if (character === '$') add({ kind: 'assertion', what: flags.multiline ? 'line-end' : 'end' })
      else add(literalNode(code, flags))
    }
    alternatives.push(concatOf(parts))
    return alternationOf(alternatives)
  }

  private quantifier(): { readonly min: number; readonly max: number | null; readonly greedy: boolean } | null {
    const { source } = this
    const character = source[this.at]
    let min: number
    let max: number | null
    if (character === '*' || character === '+' || character === '?') {
      min = character === '+' ? 1 : 0
      max = character === '?' ? 1 : null
      this.at += 1
    } else if (character === '{') {
      const braces = /^\{(0|[1-9]\d{0,3})(?:(,)(0|[1-9]\d{0,3})?)?\}/.exec(source.slice(this.at, this.at + 16))
      if (braces === null) {
        if (/^\{\d+(?:,\d*)?\}/.test(source.slice(this.at, this.at + 64))) refuse(`a repetition of more than ${languageLimits.repetition}`)
        return null
      }
      min = Number(braces[1])
      max = braces[2] === undefined ? min : braces[3] === undefined ? null : Number(braces[3])
      if (max !== null && max < min) refuse('a repetition whose counts are out of order')
      if (min > languageLimits.repetition || (max ?? 0) > languageLimits.repetition) refuse(`a repetition of more than ${languageLimits.repetition}`)
      this.at += braces[0].length
    } else return null
    const lazy = source[this.at] === '?'
    if (lazy) this.at += 1
    return { min, max, greedy: !lazy }
  }

  /** Group whose `(` stands here; null: it only sets flags. */
  private group(flags: Re2Flags, depth: number): RegexNode | null {
    const { source } = this
    let inner = { ...flags }
    let captures = true
    if (source[this.at + 1] !== '?') this.at += 1
    else {
      const head = source.slice(this.at + 2, this.at + 80)
      const name = /^P?<(\w+)>/.exec(head)
      const options = /^([imsU]*)(?:-([imsU]+))?([:)])/.exec(head)
      if (name !== null) {
        if (this.names.has(name[1] ?? '')) refuse('two groups have the same name')
        this.names.add(name[1] ?? '')
        this.at += 2 + name[0].length
      } else if (options !== null && options[0] !== ')') {
        captures = false
        inner = withFlags(withFlags(flags, options[1] ?? '', true), options[2] ?? '', false)
        this.at += 2 + options[0].length
        if (options[3] === ')') {
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

function withFlags(flags: Re2Flags, letters: string, value: boolean): Re2Flags {
  const changed = { ...flags }
  if (letters.includes('i')) changed.ignoreCase = value
  if (letters.includes('m')) changed.multiline = value
  if (letters.includes('s')) changed.dotAll = value
  return changed
}

function literalNode(code: number, flags: Re2Flags): RegexNode {
  return utf8Node(flags.ignoreCase ? foldCodes([[code, code]]) : [[code, code]])
}
