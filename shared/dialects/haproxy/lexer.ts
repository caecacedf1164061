import { lineFlags } from './tree.ts'
import type { LineTable } from './tree.ts'

/** Byte classes of the tokeniser; everything else is an ordinary byte of a word. */
const ordinary = 0
const blank = 1
const lineFeed = 2
const carriageReturn = 3
const sharp = 4
const doubleQuote = 5
const singleQuote = 6
const backslash = 7
const nul = 8

const classes = new Uint8Array(128)
for (const code of [9, 11, 12, 32]) classes[code] = blank
classes[10] = lineFeed
classes[13] = carriageReturn
classes[35] = sharp
classes[34] = doubleQuote
classes[39] = singleQuote
classes[92] = backslash
classes[0] = nul

/** 1 for the bytes below `-` that are ordinary bytes of a word. */
const plainBelowDash = new Uint8Array(45)
for (let code = 0; code < 45; code += 1) plainBelowDash[code] = classes[code] === ordinary ? 1 : 0

/** Where an offset list is still too small, it doubles. */
function grown(from: Int32Array, atLeast: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(Math.max(atLeast, from.length * 2))
  to.set(from)
  return to
}

function countLines(text: string): number {
  let count = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

/**
 * Offsets of every line, word and comment of a config.
 *
 * Shape: see `LineTable`; the line after a final LF counts as an empty line. What stands between the words of a line is
 * blank, or text the product ignores: everything after a CR or NUL that ends the line early.
 * Units: UTF-16 code units of `text`.
 * Errors: none. A malformed line has `lineFlags.broken` and its words up to the fault; the faulty rest is one more word,
 * so nothing is lost. `scanProblem` says what is wrong with it.
 * Source: tokeniser rules of H-LEX-1 to H-LEX-12, verified against 2.6.12; one pass, no string is made.
 */
export function lexHaproxy(text: string): LineTable {
  const length = text.length
  const count = countLines(text)
  const lineStart = new Int32Array(count + 1)
  const firstWord = new Int32Array(count + 1)
  const commentStart = new Int32Array(count).fill(-1)
  const flags = new Uint8Array(count)
  let wordStart: Int32Array<ArrayBuffer> = new Int32Array((length >> 3) + 64)
  let wordEnd: Int32Array<ArrayBuffer> = new Int32Array((length >> 3) + 64)
  let capacity = wordStart.length
  let words = 0
  let at = 0
  let line = 0
  while (line < count) {
    lineStart[line] = at
    firstWord[line] = words
    let flag = 0
    while (at < length) {
      let code = text.charCodeAt(at)
      // A blank run swallows CR, as the product's isspace() does; only LF, or the CR before it, stops it.
      while (code === 32 || (code < 14 && code > 8 && code !== 10)) {
        if (code === 13 && at + 1 < length && text.charCodeAt(at + 1) === 10) break
        at += 1
        code = at < length ? text.charCodeAt(at) : 10
      }
      if (code === 10 || code === 13) break
      if (code === 35) {
        commentStart[line] = at
        flag |= lineFlags.comment
        break
      }
      if (code === 0) {
        flag |= lineFlags.broken
        break
      }
      if (words === capacity) {
        wordStart = grown(wordStart, words + 64)
        wordEnd = grown(wordEnd, words + 64)
        capacity = wordStart.length
      }
      const from = at
      if (code === 46 && words === firstWord[line]) flag |= lineFlags.conditional
      // Nearly every byte of a word is `-` or above; only `\\` is special there.
      while (code >= 45 ? code !== 92 : plainBelowDash[code] === 1) {
        at += 1
        if (at >= length) break
        code = text.charCodeAt(at)
      }
      if (at < length && (code === 34 || code === 39 || code === 92)) {
        const cooked = endOfCookedWord(text, at, length)
        at = cooked.at
        flag |= cooked.flags
      }
      wordStart[words] = from
      wordEnd[words] = at
      words += 1
      if ((flag & lineFlags.broken) !== 0) break
      if (at < length) {
        code = text.charCodeAt(at)
        if (code === 32) {
          at += 1
          continue
        }
        // CR inside a line ends it: what follows is ignored by the product.
        if (code === 13 || code === 0) {
          if (code === 0) flag |= lineFlags.broken
          break
        }
      }
    }
    flags[line] = flag
    if (at < length) {
      if (text.charCodeAt(at) === 10) {
        at += 1
      } else {
        const next = text.indexOf('\n', at)
        at = next === -1 ? length : next + 1
      }
    }
    line += 1
  }
  lineStart[count] = length
  firstWord[count] = words
  return {
    count,
    lineStart,
    firstWord,
    wordStart: wordStart.subarray(0, words),
    wordEnd: wordEnd.subarray(0, words),
    commentStart,
    flags,
  }
}

/** What makes a line impossible to tokenise. */
export type ScanProblem = 'unmatched-quote' | 'bad-escape' | 'bad-variable' | 'unmatched-brace' | 'bad-expansion' | 'nul'

interface CookedEnd {
  readonly at: number
  readonly flags: number
}

/** End of a word that has a quote, escape or NUL at `at`; `flags` are those it adds to its line. */
function endOfCookedWord(text: string, at: number, length: number): CookedEnd {
  const scan = scanWord(text, at, length)
  if (scan.problem !== null) {
    let end = text.indexOf('\n', at)
    if (end === -1) end = length
    if (end > at && text.charCodeAt(end - 1) === 13) end -= 1
    return { at: end, flags: lineFlags.broken | (scan.cooked ? lineFlags.cooked : 0) }
  }
  return { at: scan.at, flags: scan.cooked ? lineFlags.cooked : 0 }
}

interface WordScan {
  /** Where the word ends, or where the fault stands. */
  readonly at: number
  readonly cooked: boolean
  readonly problem: ScanProblem | null
}

/**
 * Follows one word from `at` (outside quotes) to its end with the product's quoting states.
 * The end is a blank, `#` outside quotes, CR, LF or NUL.
 */
export function scanWord(text: string, at: number, length: number): WordScan {
  let quote = 0
  let opened = at
  let cooked = false
  for (;;) {
    if (at >= length) break
    const code = text.charCodeAt(at)
    const kind = code < 128 ? (classes[code] as number) : ordinary
    if (kind === lineFeed || kind === carriageReturn) break
    if (kind === nul) return { at, cooked, problem: 'nul' }
    if (kind === doubleQuote && quote !== 39) {
      cooked = true
      opened = at
      quote = quote === 34 ? 0 : 34
      at += 1
    } else if (kind === singleQuote && quote !== 34) {
      cooked = true
      opened = at
      quote = quote === 39 ? 0 : 39
      at += 1
    } else if (kind === backslash && quote !== 39) {
      const next = at + 1 < length ? text.charCodeAt(at + 1) : 10
      if (next === 120) {
        if (!isHexDigit(text.charCodeAt(at + 2)) || !isHexDigit(text.charCodeAt(at + 3))) return { at, cooked, problem: 'bad-escape' }
        cooked = true
        at += 4
      } else if (next === 32 || next === 92 || next === 35 || next === 39 || next === 34 || next === 110 || next === 114 || next === 116 || (next === 36 && quote === 34)) {
        cooked = true
        at += 2
      } else {
        // Any other pair keeps its backslash; the second byte is read on its own.
        at += 1
      }
    } else if (quote === 0 && (kind === blank || kind === sharp)) {
      break
    } else if (code === 36 && quote === 34) {
      const variable = scanVariable(text, at, length)
      if (variable.problem !== null) return { at: variable.at, cooked: true, problem: variable.problem }
      cooked = true
      at = variable.end
    } else {
      at += 1
    }
  }
  return quote === 0 ? { at, cooked, problem: null } : { at: opened, cooked, problem: 'unmatched-quote' }
}

export interface VariableScan {
  /** Offset after the reference. */
  readonly end: number
  readonly name: string
  /** Text after `-` inside braces; null: none. */
  readonly fallback: string | null
  /** `[*]`: split on blanks. */
  readonly split: boolean
  readonly problem: ScanProblem | null
  /** Where the fault stands. */
  readonly at: number
}

/** Reads the variable reference whose `$` stands at `at`. Pseudo variables are `.FILE`, `.LINE` and `.SECTION`. */
export function scanVariable(text: string, at: number, length: number): VariableScan {
  const fault = (problem: ScanProblem, where: number): VariableScan => ({ end: where, name: '', fallback: null, split: false, problem, at: where })
  let next = at + 1
  const braced = next < length && text.charCodeAt(next) === 123
  const brace = next
  if (braced) next += 1
  const from = next
  const first = next < length ? text.charCodeAt(next) : 10
  if (!isLetter(first) && first !== 95 && first !== 46) return fault('bad-variable', from)
  next += 1
  while (next < length && isNameCode(text.charCodeAt(next))) next += 1
  const name = text.slice(from, next)
  if (first === 46 && name !== '.FILE' && name !== '.LINE' && name !== '.SECTION') return fault('bad-variable', from)
  if (!braced) return { end: next, name, fallback: null, split: false, problem: null, at }
  let split = false
  if (text.charCodeAt(next) === 91) {
    if (text.charCodeAt(next + 1) !== 42 || text.charCodeAt(next + 2) !== 93) return fault('bad-expansion', next)
    split = true
    next += 3
  }
  let fallback: string | null = null
  if (text.charCodeAt(next) === 45) {
    const start = next + 1
    next = start
    while (next < length && text.charCodeAt(next) !== 125 && text.charCodeAt(next) !== 10) next += 1
    fallback = text.slice(start, next)
  }
  if (next >= length || text.charCodeAt(next) !== 125) return fault('unmatched-brace', brace)
  return { end: next + 1, name, fallback, split, problem: null, at }
}

function isHexDigit(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102)
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122)
}

function isNameCode(code: number): boolean {
  return isLetter(code) || (code >= 48 && code <= 57) || code === 95
}
