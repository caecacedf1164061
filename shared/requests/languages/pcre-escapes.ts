import { bytesFrom, digits, otherBytes, posixClasses, refuse, wordBytes, type Assertion, type ByteSet } from './regex-tree.ts'

/** What a backslash and what follows it stand for; `at` is behind it. */
export type PcreEscape =
  | { readonly kind: 'byte'; readonly code: number; readonly at: number }
  | { readonly kind: 'set'; readonly set: ByteSet; readonly at: number }
  | { readonly kind: 'assertion'; readonly what: Assertion; readonly at: number }
  /** `\Q` and `\E`. */
  | { readonly kind: 'quote' | 'end-quote'; readonly at: number }

const spaces = posixClasses.get('space') as ByteSet
const horizontal = bytesFrom([9, 9], [32, 32], [160, 160])
const vertical = bytesFrom([10, 13], [133, 133])

const sets: ReadonlyMap<string, ByteSet> = new Map([
  ['d', digits], ['D', otherBytes(digits)], ['w', wordBytes], ['W', otherBytes(wordBytes)], ['s', spaces], ['S', otherBytes(spaces)],
  ['h', horizontal], ['H', otherBytes(horizontal)], ['v', vertical], ['V', otherBytes(vertical)],
])
const bytes: ReadonlyMap<string, number> = new Map([['a', 7], ['e', 27], ['f', 12], ['n', 10], ['r', 13], ['t', 9]])
const assertions: ReadonlyMap<string, Assertion> = new Map([
  ['b', 'word-boundary'], ['B', 'no-word-boundary'], ['A', 'start'], ['z', 'end'], ['Z', 'end-or-last-line-end'],
])

/** Escape whose backslash stands at `at`. Errors: Refused. */
export function readPcreEscape(source: string, at: number, inClass: boolean): PcreEscape {
  const letter = source[at + 1]
  if (letter === undefined) return refuse('it ends in a backslash')
  const next = at + 2
  const set = sets.get(letter)
  if (set !== undefined) return { kind: 'set', set, at: next }
  const code = bytes.get(letter)
  if (code !== undefined) return { kind: 'byte', code, at: next }
  if (letter === 'Q') return { kind: 'quote', at: next }
  if (letter === 'E') return { kind: 'end-quote', at: next }
  if (letter === 'x') return readHex(source, next)
  if (letter === 'o') {
    const digits = /^\{([0-7]{1,8})\}/.exec(source.slice(next, next + 12))
    return digits === null ? refuse('\\o is not followed by octal digits in braces') : { kind: 'byte', code: oneByte(Number.parseInt(digits[1] ?? '', 8)), at: next + digits[0].length }
  }
  if (letter === 'c') return readControl(source, next)
  if (letter === '0' || (inClass && letter >= '1' && letter <= '7')) {
    const digits = /^[0-7]{1,3}/.exec(source.slice(at + 1, at + 4))?.[0] ?? '0'
    return { kind: 'byte', code: oneByte(Number.parseInt(digits, 8)), at: at + 1 + digits.length }
  }
  if (letter >= '1' && letter <= '9') return inClass ? { kind: 'byte', code: letter.charCodeAt(0), at: next } : refuse('it has a back reference')
  if (letter === 'b' && inClass) return { kind: 'byte', code: 8, at: next }
  const what = assertions.get(letter)
  if (what !== undefined) return inClass ? refuse(`\\${letter} inside brackets`) : { kind: 'assertion', what, at: next }
  if (letter === 'N' && !inClass && source[next] !== '{') return { kind: 'set', set: bytesFrom([0, 9], [11, 255]), at: next }
  if (/^[A-Za-z]$/.test(letter)) return refuse(inClass ? `\\${letter} inside brackets` : `\\${letter} has no model`)
  return { kind: 'byte', code: letter.charCodeAt(0), at: next }
}

function oneByte(code: number): number {
  return code > 255 ? refuse('a character beyond one byte') : code
}

function readHex(source: string, at: number): PcreEscape {
  if (source[at] === '{') {
    const digits = /^\{([0-9a-fA-F]{1,8})\}/.exec(source.slice(at, at + 12))
    return digits === null ? refuse('\\x{ is not followed by hexadecimal digits') : { kind: 'byte', code: oneByte(Number.parseInt(digits[1] ?? '', 16)), at: at + digits[0].length }
  }
  const digits = /^[0-9a-fA-F]{0,2}/.exec(source.slice(at, at + 2))?.[0] ?? ''
  return { kind: 'byte', code: digits === '' ? 0 : Number.parseInt(digits, 16), at: at + digits.length }
}

/** `\cA` is 1: the letter in upper case with bit 6 flipped. */
function readControl(source: string, at: number): PcreEscape {
  const letter = source[at]
  if (letter === undefined || letter < ' ' || letter > '~') return refuse('\\c is not followed by a printable character')
  return { kind: 'byte', code: letter.toUpperCase().charCodeAt(0) ^ 64, at: at + 1 }
}
