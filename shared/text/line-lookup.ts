import { LineIndex } from './line-index.ts'
import type { SourceFile } from './source-file.ts'
import type { FilePath, Span } from './span.ts'

/** Where a span stands, for people: file, one-based line, and the text of that line without blanks around it. */
export interface LinePlace {
  readonly file: FilePath
  readonly line: number
  readonly text: string
}

/** Null when the file of the span is not known. */
export type LineLookup = (at: Span) => LinePlace | null

/** Line indexes are built on first use and kept as long as the lookup is. */
export function toLineLookup(files: readonly SourceFile[]): LineLookup {
  const texts = new Map(files.map((file) => [file.path, file.text]))
  const indexes = new Map<FilePath, LineIndex>()
  return (at) => {
    const text = texts.get(at.file)
    if (text === undefined) return null
    let index = indexes.get(at.file)
    if (index === undefined) {
      index = new LineIndex(text)
      indexes.set(at.file, index)
    }
    const line = index.lineOf(at.start)
    return { file: at.file, line: line + 1, text: index.textOfLine(line).trim() }
  }
}
