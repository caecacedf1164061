import { LineIndex } from '#shared/text/line-index.ts'

/** Offsets of the file as loaded ↔ lines and columns of the editor, which counts from one and hides the byte order mark. */
export interface TextPlaces {
  toPosition(offset: number): { readonly lineNumber: number; readonly column: number }
  toOffset(lineNumber: number, column: number): number
}

export function createTextPlaces(text: string): TextPlaces {
  // Built when the first place is asked for: a large text is shown before anybody asks.
  let known: LineIndex | null = null
  const lines = (): LineIndex => (known ??= new LineIndex(text))
  const mark = text.charCodeAt(0) === 0xfeff ? 1 : 0
  return {
    toPosition(offset) {
      const { line, column } = lines().positionOf(Math.max(0, Math.min(offset, text.length)))
      return { lineNumber: line, column: line === 1 ? Math.max(1, column - mark) : column }
    },
    toOffset(lineNumber, column) {
      const index = lines()
      const line = Math.max(0, Math.min(index.lineCount - 1, lineNumber - 1))
      return Math.min(text.length, (index.starts[line] as number) + column - 1 + (line === 0 ? mark : 0))
    },
  }
}

/**
 * The text as the editor may show it: a CR without LF is not a line end for a balancer but would be one for the editor,
 * and then every line number below it would be wrong. Same length, so offsets hold.
 */
export function toEditorText(text: string): string {
  return text.includes('\r') ? text.replace(/\r(?!\n)/g, '␍') : text
}

/** How the editor numbers the lines of a part that begins at zero-based `firstLine` of its file. */
export function lineNumbersFrom(firstLine: number | undefined): 'on' | ((line: number) => string) {
  return firstLine === undefined || firstLine === 0 ? 'on' : (line) => String(line + firstLine)
}
