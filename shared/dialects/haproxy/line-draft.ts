import type { LineTable } from './tree.ts'
import { createRings } from './tails.ts'
import type { TailRing } from './tails.ts'

/** The line table while it grows. The lists are longer than what they hold. */
export interface Draft {
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

/** An empty table with room for a small file. */
export function createDraft(text: string): Draft {
  const lineRoom = Math.min(text.length + 2, 1024)
  const wordRoom = Math.min(text.length + 1, 8192)
  return {
    text, lines: 0, words: 0,
    lineStart: new Int32Array(lineRoom), firstWord: new Int32Array(lineRoom), commentStart: new Int32Array(lineRoom), flags: new Uint8Array(lineRoom), repeat: new Int32Array(lineRoom),
    wordStart: new Int32Array(wordRoom), wordEnd: new Int32Array(wordRoom),
    lastTail: 0, rings: createRings(),
  }
}

/** The finished table: lists of their true length, and one entry more that ends the last line. */
export function tableOf(draft: Draft): LineTable {
  const { lines, words } = draft
  growLines(draft, draft.text.length)
  draft.lineStart[lines] = draft.text.length
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
export function growLines(draft: Draft, at: number): void {
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
export function growWords(draft: Draft, words: number, at: number): void {
  const room = roomFor(words, at, draft.text.length)
  draft.wordStart = copied(draft.wordStart, room)
  draft.wordEnd = copied(draft.wordEnd, room)
}
