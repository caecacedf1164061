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

/** The line table while it grows. The lists are longer than what they hold. */
interface Draft {
  readonly text: string
  lines: number
  words: number
  lineStart: Int32Array<ArrayBuffer>
  firstWord: Int32Array<ArrayBuffer>
  commentStart: Int32Array<ArrayBuffer>
  flags: Uint8Array<ArrayBuffer>
  repeat: Int32Array<ArrayBuffer>
  wordStart: Int32Array<ArrayBuffer>
  wordEnd: Int32Array<ArrayBuffer>
  /** Number of the last tail; see `LineTable.repeat`. */
  lastTail: number
  /** By a hash of the first word. */
  readonly rings: readonly TailRing[]
}

/** The rest of a line from the end of one of its words on, line end included, and where its words stand in it. */
interface Tail {
  readonly number: number
  readonly text: string
  /** Start and end of each word, from the start of the tail. */
  readonly offsets: Int32Array
}

/** Tails seen behind one first word. Large files repeat them, often in turns, so the one after the last hit is tried first. */
interface TailRing {
  readonly tails: Tail[]
  last: number
  /** How often a tail was looked for in vain since the last hit. */
  misses: number
  /** Where two tails of one length differ. */
  probe: number
}

const mostTails = 4
/** From so many misses on, only every sixteenth line is looked up. */
const mostMisses = 64
const shortestTail = 8
const ringCount = 64

/**
 * Offsets of every line, word and comment of a config.
 *
 * Shape: see `LineTable`; the line after a final LF counts as an empty line. What stands between the words of a line is
 * blank, or text the product ignores: everything after a CR or NUL that ends the line early.
 * Units: UTF-16 code units of `text`.
 * Errors: none. A malformed line has `lineFlags.broken` and its words up to the fault; the faulty rest is one more word,
 * so nothing is lost. `scanProblem` says what is wrong with it.
 * Cost: one pass, no string is made per line. A rest of a line that stood behind the same first word a moment ago is
 * compared at once instead of read byte by byte.
 * Source: tokeniser rules of H-LEX-1 to H-LEX-12, verified against 2.6.12.
 */
export function lexHaproxy(text: string): LineTable {
  const lineRoom = Math.min(text.length + 2, 1024)
  const wordRoom = Math.min(text.length + 1, 8192)
  const draft: Draft = {
    text, lines: 0, words: 0,
    lineStart: new Int32Array(lineRoom), firstWord: new Int32Array(lineRoom), commentStart: new Int32Array(lineRoom), flags: new Uint8Array(lineRoom), repeat: new Int32Array(lineRoom),
    wordStart: new Int32Array(wordRoom), wordEnd: new Int32Array(wordRoom),
    lastTail: 0, rings: Array.from({ length: ringCount }, () => ({ tails: [], last: 0, misses: 0, probe: 0 })),
  }
  for (let at = 0; at !== -1;) at = lexLines(draft, at)
  const { lines, words } = draft
  growLines(draft, text.length)
  draft.lineStart[lines] = text.length
  draft.firstWord[lines] = words
  return {
    count: lines,
    lineStart: draft.lineStart.subarray(0, lines + 1),
    firstWord: draft.firstWord.subarray(0, lines + 1),
    wordStart: draft.wordStart.subarray(0, words),
    wordEnd: draft.wordEnd.subarray(0, words),
    commentStart: draft.commentStart.subarray(0, lines),
    flags: draft.flags.subarray(0, lines),
    repeat: draft.repeat.subarray(0, lines),
  }
}

/** Lines are read in portions: a function that is called often is optimised for good, one long loop again for each file. */
const portion = 256

/** Reads up to `portion` lines from `at` on; gives the start of the next one, or -1 after the last. */
function lexLines(draft: Draft, at: number): number {
  for (let count = 0; count < portion && at !== -1; count += 1) at = lexLine(draft, at)
  return at
}

/** Size for `count` entries found in the first `at` of `length` units, with some room. */
function roomFor(count: number, at: number, length: number): number {
  return Math.ceil((count + 64) * Math.max(1.1, (length / (at + 1)) * 1.03))
}

function copied(from: Int32Array<ArrayBuffer>, room: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(room)
  to.set(from)
  return to
}

/** Makes room for one more line. */
function growLines(draft: Draft, at: number): void {
  if (draft.lines < draft.flags.length) return
  const room = roomFor(draft.lines, at, draft.text.length)
  draft.lineStart = copied(draft.lineStart, room)
  draft.firstWord = copied(draft.firstWord, room)
  draft.commentStart = copied(draft.commentStart, room)
  const flags = new Uint8Array(room)
  flags.set(draft.flags)
  draft.flags = flags
  draft.repeat = copied(draft.repeat, room)
}

/** Makes room for `words` words. */
function growWords(draft: Draft, words: number, at: number): void {
  const room = roomFor(words, at, draft.text.length)
  draft.wordStart = copied(draft.wordStart, room)
  draft.wordEnd = copied(draft.wordEnd, room)
}

/** Offset of the first unit at or after `at` that may not stand in a plain word. */
function plainEnd(text: string, at: number, length: number): number {
  while (at < length) {
    const code = text.charCodeAt(at)
    // Nearly every unit of a word is `-` or above; only `\` is special there.
    if (code >= 45 ? code === 92 : plainBelowDash[code] === 0) break
    at += 1
  }
  return at
}

/** Offset of the first unit at or after `at` that is not blank; a CR before a LF ends the line and is not skipped. */
function blankEnd(text: string, at: number, length: number): number {
  while (at < length) {
    const code = text.charCodeAt(at)
    // A blank run swallows CR, as the product's isspace() does; only LF, or the CR before it, stops it.
    if (code !== 32 && (code > 13 || code < 9 || code === 10)) break
    if (code === 13 && at + 1 < length && text.charCodeAt(at + 1) === 10) break
    at += 1
  }
  return at
}

/** Reads the line that starts at `at`; gives the start of the next one, or -1 after the last. */
function lexLine(draft: Draft, start: number): number {
  const { text } = draft
  const { length } = text
  const line = draft.lines
  const lineWord = draft.words
  let at = start
  let words = lineWord
  if (line === draft.flags.length) growLines(draft, at)
  let { wordStart, wordEnd } = draft
  let comment = -1
  let flag = 0
  let ring: TailRing | null = null
  /** Where the part of this line begins that is to be remembered; -1: none. */
  let tailFrom = -1
  let tailWord = 0
  while (at < length) {
    at = blankEnd(text, at, length)
    if (at === length) break
    const lead = text.charCodeAt(at)
    if (lead === 10 || lead === 13) break
    if (lead === 35) {
      comment = at
      flag |= lineFlags.comment
      break
    }
    if (lead === 0) {
      flag |= lineFlags.broken
      break
    }
    if (lead === 46 && words === lineWord) flag |= lineFlags.conditional
    const from = at
    at = plainEnd(text, at, length)
    let code = at < length ? text.charCodeAt(at) : 10
    if (code === 34 || code === 39 || code === 92) {
      const cooked = endOfCookedWord(text, at, length)
      at = cooked.at
      flag |= cooked.flags
      code = at < length ? text.charCodeAt(at) : 10
    }
    if (words === wordStart.length) {
      growWords(draft, words, at)
      wordStart = draft.wordStart
      wordEnd = draft.wordEnd
    }
    wordStart[words] = from
    wordEnd[words] = at
    words += 1
    if ((flag & lineFlags.broken) !== 0) break
    if (code === 32) {
      const count = words - lineWord
      if (count === 1) {
        ring = draft.rings[((at - from) * 7 + lead + text.charCodeAt(at - 1) * 3) % ringCount] as TailRing
        // A tail is looked for behind the first word; on a server line behind the third, as name and address are its own.
        if (lead === 115 && at - from === 6) continue
      } else if (count !== 3 || ring === null || tailFrom !== -1) continue
      if (flag !== 0 || (ring.misses >= mostMisses && (line & 15) !== 0)) {
        ring = null
        continue
      }
      const found = findTail(ring, text, at)
      if (found === null) {
        tailFrom = at
        tailWord = words
        continue
      }
      const { offsets } = found
      if (words + (offsets.length >> 1) > wordStart.length) {
        growWords(draft, words + (offsets.length >> 1), at)
        wordStart = draft.wordStart
        wordEnd = draft.wordEnd
      }
      for (let index = 0; index < offsets.length; index += 2) {
        wordStart[words] = at + (offsets[index] as number)
        wordEnd[words] = at + (offsets[index + 1] as number)
        words += 1
      }
      at += found.text.length - 1
      draft.repeat[line] = found.number
      break
    }
    // CR inside a line ends it: what follows is ignored by the product.
    if (code === 13) break
    if (code === 0) {
      flag |= lineFlags.broken
      break
    }
  }
  draft.lineStart[line] = start
  draft.firstWord[line] = lineWord
  draft.commentStart[line] = comment
  draft.flags[line] = flag
  draft.lines = line + 1
  draft.words = words
  if (at >= length) return -1
  if (text.charCodeAt(at) === 10) {
    if (tailFrom !== -1 && flag === 0 && ring !== null && at - tailFrom >= shortestTail) rememberTail(ring, draft, tailFrom, at, tailWord)
    return at + 1
  }
  const next = text.indexOf('\n', at)
  return next === -1 ? -1 : next + 1
}

/** The tail that stands at `at`; null: none of those remembered. */
function findTail(ring: TailRing, text: string, at: number): Tail | null {
  const { tails, probe } = ring
  const count = tails.length
  let index = ring.last
  for (let step = 0; step < count; step += 1) {
    index = index + 1 === count ? 0 : index + 1
    const tail = tails[index] as Tail
    const end = at + tail.text.length
    // Cutting and comparing is faster than startsWith; a look at two units spares most vain cuts.
    if (end > text.length || text.charCodeAt(end - 1) !== 10) continue
    if (probe < tail.text.length && text.charCodeAt(at + probe) !== tail.text.charCodeAt(probe)) continue
    if (text.slice(at, end) !== tail.text) continue
    ring.last = index
    ring.misses = 0
    return tail
  }
  ring.misses += 1
  return null
}

/** Keeps the tail from `from` to the line feed at `to`; its first word is `word`. */
function rememberTail(ring: TailRing, draft: Draft, from: number, to: number, word: number): void {
  const count = draft.words - word
  const offsets = new Int32Array(count * 2)
  for (let index = 0; index < count; index += 1) {
    offsets[index * 2] = (draft.wordStart[word + index] as number) - from
    offsets[index * 2 + 1] = (draft.wordEnd[word + index] as number) - from
  }
  draft.lastTail += 1
  draft.repeat[draft.lines - 1] = draft.lastTail
  const tail = { number: draft.lastTail, text: draft.text.slice(from, to + 1), offsets }
  for (const { text } of ring.tails) {
    if (text.length !== tail.text.length) continue
    let at = 0
    while (at < text.length && text.charCodeAt(at) === tail.text.charCodeAt(at)) at += 1
    ring.probe = at
  }
  if (ring.tails.length < mostTails) {
    ring.last = ring.tails.push(tail) - 1
    return
  }
  ring.last = (ring.last + 1) % mostTails
  ring.tails[ring.last] = tail
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
