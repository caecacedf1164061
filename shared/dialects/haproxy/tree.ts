import type { SourceFile } from '#shared/text/source-file.ts'
import type { Span } from '#shared/text/span.ts'

/** Bit flags of a line. */
export const lineFlags = {
  /** At least one word has quotes, escapes or a variable, so its value differs from its raw text. */
  cooked: 1,
  /** Starts with `.`: `.if`, `.elif`, `.else`, `.endif`, `.notice`, … */
  conditional: 2,
  /** A quote is not closed, or an escape or variable is malformed; words up to there are kept. */
  broken: 4,
  /** First word of the line opens a section. */
  section: 8,
  /** Has a comment. */
  comment: 16,
} as const

/**
 * Lines and words of one file as offsets; strings are made on demand.
 *
 * Physical line `n` spans `lineStart[n]` to `lineStart[n + 1]` (line end included; the array has one entry more than
 * there are lines). Its raw words are `wordStart[w]`..`wordEnd[w]` (quotes included) for w in
 * `firstWord[n]` .. `firstWord[n + 1]` exclusive. `commentStart[n]` is the offset of `#`, or -1.
 *
 * Lines of one file with the same `repeat[n]` above 0 are plain and have the same text and the same words behind their first
 * word, or behind their third on lines that start with `server`. 0 says nothing.
 */
export interface LineTable {
  readonly count: number
  readonly lineStart: Int32Array
  readonly firstWord: Int32Array
  readonly wordStart: Int32Array
  readonly wordEnd: Int32Array
  readonly commentStart: Int32Array
  readonly flags: Uint8Array
  readonly repeat: Int32Array
}

/** A section: its opening line and every line up to the next opening. Lines before the first section belong to none. */
export interface Section {
  /** `frontend`, `backend`, `listen`, `defaults`, `global`, … or the unknown word as written. */
  readonly kind: string
  readonly name: string | null
  /** `defaults x from y`, `backend x from y`. */
  readonly from: string | null
  /** Line of the opening. */
  readonly line: number
  /** First line after the section. */
  readonly endLine: number
}

export interface HaproxyTree {
  readonly file: SourceFile
  readonly lines: LineTable
  readonly sections: readonly Section[]
}

/** How the raw word was written; decides whether variables expand. */
export type Quoting = 'none' | 'double' | 'single' | 'mixed'

/** A word after quotes, escapes and variables. One raw word may give none (`"${X}"` unset ends the list) or several (`"${L[*]}"`). */
export interface Word {
  readonly value: string
  readonly span: Span
  readonly quoting: Quoting
  /** Names of the environment variables that were expanded in it. */
  readonly variables: readonly string[]
}
