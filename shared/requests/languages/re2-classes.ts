import { posixClasses, refuse, type Assertion, type ByteSet } from './regex-tree.ts'
import { foldCodes, otherCodes, type CodeRanges } from './utf8-nodes.ts'

export interface Re2Flags {
  ignoreCase: boolean
  multiline: boolean
  dotAll: boolean
}

export type Re2Escape =
  | { readonly kind: 'code'; readonly code: number; readonly at: number }
  | { readonly kind: 'class'; readonly ranges: CodeRanges; readonly at: number }
  | { readonly kind: 'assertion'; readonly what: Assertion; readonly at: number }

const digits: CodeRanges = [[48, 57]]
const words: CodeRanges = [[48, 57], [65, 90], [95, 95], [97, 122]]
/** Without the vertical tab. */
const spaces: CodeRanges = [[9, 10], [12, 13], [32, 32]]
const classes: ReadonlyMap<string, CodeRanges> = new Map([['d', digits], ['w', words], ['s', spaces]])
const codes: ReadonlyMap<string, number> = new Map([['a', 7], ['f', 12], ['n', 10], ['r', 13], ['t', 9], ['v', 11]])
const assertions: ReadonlyMap<string, Assertion> = new Map([['A', 'start'], ['z', 'end'], ['b', 'word-boundary']])

/** Escape whose backslash stands at `at`, outside brackets. Errors: Refused. */
export function readRe2Escape(source: string, at: number, flags: Re2Flags): Re2Escape {
  const letter = source[at + 1]
  if (letter === undefined) return refuse('it ends in a backslash')
  // RE2 finds it between the bytes of one character, Go does not.
  if (letter === 'B') return refuse('\\B has no model')
  const what = assertions.get(letter)
  if (what !== undefined) return { kind: 'assertion', what, at: at + 2 }
  const ranges = shorthandOf(letter, flags.ignoreCase)
  return ranges === null ? readCode(source, at) : { kind: 'class', ranges, at: at + 2 }
}

/** `\d`, `\D` and the like; a class is folded before it is negated. Null: another letter. */
function shorthandOf(letter: string, ignoreCase: boolean): CodeRanges | null {
  const ranges = classes.get(letter.toLowerCase())
  return ranges === undefined ? null : classOf(ranges, ignoreCase, /[DWS]/.test(letter))
}

function classOf(ranges: CodeRanges, ignoreCase: boolean, negated: boolean): CodeRanges {
  const folded = ignoreCase ? foldCodes(ranges) : ranges
  return negated ? otherCodes(folded) : folded
}

function readCode(source: string, at: number): { readonly kind: 'code'; readonly code: number; readonly at: number } {
  const letter = source[at + 1]
  if (letter === undefined) return refuse('it ends in a backslash')
  const known = codes.get(letter)
  if (known !== undefined) return { kind: 'code', code: known, at: at + 2 }
  const rest = source.slice(at + 1, at + 16)
  const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest)
  if (octal !== null) return { kind: 'code', code: Number.parseInt(octal[0], 8), at: at + 1 + octal[0].length }
  const hex = /^x(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,8})\})/.exec(rest)
  if (hex !== null) {
    const code = Number.parseInt(hex[1] ?? hex[2] ?? '', 16)
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) refuse('a character that does not exist')
    return { kind: 'code', code, at: at + 1 + hex[0].length }
  }
  if (/^[1-9]/.test(rest)) return refuse('it has a back reference')
  if (letter > '\x7f' || /[A-Za-z0-9_]/.test(letter)) return refuse(`\\${letter} has no model`)
  return { kind: 'code', code: letter.charCodeAt(0), at: at + 2 }
}

/** Bracket expression whose `[` stands at `at`. Errors: Refused. */
export function readRe2Brackets(source: string, at: number, flags: Re2Flags): { readonly ranges: CodeRanges; readonly at: number } {
  let next = at + 1
  const negated = source[next] === '^'
  if (negated) next += 1
  const plain: (readonly [number, number])[] = []
  const known: (readonly [number, number])[] = []
  const one = (): number => {
    if (source[next] === '\\') {
      const escape = readCode(source, next)
      next = escape.at
      return escape.code
    }
    const code = source.codePointAt(next)
    if (code === undefined) return refuse('brackets are not closed')
    next += code > 0xffff ? 2 : 1
    return code
  }
  for (let first = true; ; first = false) {
    const character = source[next]
    if (character === undefined) return refuse('brackets are not closed')
    if (character === ']' && !first) break
    if (source.startsWith('[:', next)) {
      const end = source.indexOf(':]', next + 2)
      if (end !== -1) {
        known.push(...posixRanges(source.slice(next + 2, end), flags.ignoreCase))
        next = end + 2
        continue
      }
    }
    const shorthand = character === '\\' ? shorthandOf(source[next + 1] ?? '', flags.ignoreCase) : null
    if (shorthand !== null) {
      known.push(...shorthand)
      next += 2
      continue
    }
    const from = one()
    let to = from
    if (source[next] === '-' && source[next + 1] !== undefined && source[next + 1] !== ']') {
      next += 1
      to = one()
      if (to < from) refuse('a range out of order')
    }
    plain.push([from, to])
  }
  const ranges = [...(flags.ignoreCase ? foldCodes(plain) : plain), ...known]
  return { ranges: negated ? otherCodes(ranges) : ranges, at: next + 1 }
}

function posixRanges(name: string, ignoreCase: boolean): CodeRanges {
  const set: ByteSet | undefined = posixClasses.get(name.replace('^', ''))
  if (set === undefined || !/^\^?[a-z]+$/.test(name)) return refuse('a bracket class of unknown name')
  const ranges: (readonly [number, number])[] = []
  for (let byte = 0; byte < 128; byte += 1) if (set[byte] === 1) ranges.push([byte, byte])
  return classOf(ranges, ignoreCase, name.startsWith('^'))
}
