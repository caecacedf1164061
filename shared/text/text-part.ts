import type { LineIndex } from './line-index.ts'

/** Whole lines cut out of a text. Units: UTF-16 offsets and zero-based lines of the whole text. */
export interface TextPart {
  readonly text: string
  readonly startOffset: number
  readonly startLine: number
  readonly totalLines: number
}

/**
 * `lines` lines of `text` with the asked place in the middle; at the ends of the text as many lines, moved inwards.
 *
 * The part ends without the line end of its last line, so an editor shows exactly `lines` lines. A place outside the text
 * counts as its nearest end.
 */
export function toTextPart(index: LineIndex, around: { readonly offset: number } | { readonly line: number }, lines: number): TextPart {
  const { text, starts, lineCount } = index
  const asked = 'offset' in around ? index.lineOf(Math.max(0, around.offset)) : around.line
  const wanted = Math.max(1, Math.min(lines, lineCount))
  const startLine = Math.max(0, Math.min(lineCount - wanted, asked - Math.floor(wanted / 2)))
  const startOffset = starts[startLine] as number
  const endLine = startLine + wanted
  const end = endLine >= lineCount ? text.length : (starts[endLine] as number) - 1
  return { text: text.slice(startOffset, end), startOffset, startLine, totalLines: lineCount }
}
