import type { Span } from './span.ts'

/** One-based position, the form people and editors use. `column` counts UTF-16 code units. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface Range {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/**
 * Line starts of one text, built once, for turning offsets into lines.
 *
 * A line ends after LF; CR belongs to the line it stands in. The last line may be empty.
 */
export class LineIndex {
  readonly text: string
  readonly starts: Int32Array

  constructor(text: string) {
    this.text = text
    let count = 1
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
    const starts = new Int32Array(count)
    let line = 1
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts[line++] = at + 1
    this.starts = starts
  }

  get lineCount(): number {
    return this.starts.length
  }

  /** Zero-based line that holds `offset`; offsets past the end belong to the last line. */
  lineOf(offset: number): number {
    let low = 0
    let high = this.starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }

  positionOf(offset: number): Position {
    const line = this.lineOf(offset)
    return { line: line + 1, column: offset - (this.starts[line] as number) + 1 }
  }

  rangeOf(span: Pick<Span, 'start' | 'end'>): Range {
    const from = this.positionOf(span.start)
    const to = this.positionOf(Math.max(span.start, span.end))
    return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
  }

  /** Text of zero-based `line` without its line end. */
  textOfLine(line: number): string {
    const start = this.starts[line] as number
    const next = line + 1 < this.starts.length ? (this.starts[line + 1] as number) - 1 : this.text.length
    const end = next > start && this.text.charCodeAt(next - 1) === 13 ? next - 1 : next
    return this.text.slice(start, end)
  }
}
