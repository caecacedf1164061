import { byteClasses, ordinary } from './byte-classes.ts'
import { createDraft, growLines, growWords, tableOf } from './line-draft.ts'
import type { Draft } from './line-draft.ts'
import { findTail, keepTail, ringOf } from './tails.ts'
import type { TailRing } from './tails.ts'
import { lineFlags } from './tree.ts'
import type { LineTable } from './tree.ts'
import { endOfCookedWord } from './word-scan.ts'

/** 1 for the bytes below `-` that are ordinary bytes of a word. */
const plainBelowDash = new Uint8Array(45)
for (let code = 0; code < 45; code += 1) plainBelowDash[code] = byteClasses[code] === ordinary ? 1 : 0

/** From so many misses on, only every sixteenth line is looked up. */
const mostMisses = 64
const shortestTail = 8

/**
 * Offsets of every line, word and comment of a config.
 *
 * Shape: see `LineTable`; the line after a final LF counts as an empty line. What stands between the words of a line is
 * blank, or text the product ignores: everything after a CR or NUL that ends the line early.
 * Units: UTF-16 code units of `text`.
 * Errors: none. A malformed line has `lineFlags.broken` and its words up to the fault; the faulty rest is one more word,
 * so nothing is lost. `lineWords` says what is wrong with it.
 * Cost: one pass, no string is made per line. A rest of a line that stood behind the same first word a moment ago is
 * compared at once instead of read byte by byte.
 * Source: tokeniser rules of H-LEX-1 to H-LEX-12, verified against 2.6.12.
 */
export function lexHaproxy(text: string): LineTable {
  const draft = createDraft(text)
  for (let at = 0; at !== -1;) at = lexLines(draft, at)
  return tableOf(draft)
}

/** Lines are read in portions: a function that is called often is optimised for good, one long loop again for each file. */
const portion = 256

/** Reads up to `portion` lines from `at` on; gives the start of the next one, or -1 after the last. */
function lexLines(draft: Draft, at: number): number {
  for (let count = 0; count < portion && at !== -1; count += 1) at = lexLine(draft, at)
  return at
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
        ring = ringOf(draft.rings, text, from, at)
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
  keepTail(ring, { number: draft.lastTail, text: draft.text.slice(from, to + 1), offsets })
}
