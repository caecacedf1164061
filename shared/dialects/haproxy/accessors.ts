import type { Span } from '#shared/text/span.ts'
import type { HaproxyTree } from './tree.ts'

/** Text of zero-based `line` without its line end. */
export function lineText(tree: HaproxyTree, line: number): string {
  const { text } = tree.file
  const start = tree.lines.lineStart[line] ?? text.length
  return text.slice(start, contentEnd(tree, line))
}

/** Offset of the line end (CR LF or LF), or the end of the file. */
export function contentEnd(tree: HaproxyTree, line: number): number {
  const { text } = tree.file
  const start = tree.lines.lineStart[line] ?? text.length
  let end = tree.lines.lineStart[line + 1] ?? text.length
  if (end > start && text.charCodeAt(end - 1) === 10) end -= 1
  if (end > start && text.charCodeAt(end - 1) === 13) end -= 1
  return end
}

/** From the first word of the line to the end of its last word, or of its comment; empty at the line start for a blank line. */
export function lineSpan(tree: HaproxyTree, line: number): Span {
  const { lines, file } = tree
  const first = lines.firstWord[line] ?? 0
  const next = lines.firstWord[line + 1] ?? first
  const comment = lines.commentStart[line] ?? -1
  const start = first < next ? (lines.wordStart[first] as number) : comment !== -1 ? comment : (lines.lineStart[line] ?? file.text.length)
  const end = comment !== -1 ? contentEnd(tree, line) : first < next ? (lines.wordEnd[next - 1] as number) : start
  return { file: file.path, start, end }
}

/** From the first word of the line to its last, without the comment. */
export function statementSpan(tree: HaproxyTree, line: number): Span {
  const { lines, file } = tree
  const first = lines.firstWord[line] ?? 0
  const next = lines.firstWord[line + 1] ?? first
  if (first === next) return lineSpan(tree, line)
  return { file: file.path, start: lines.wordStart[first] as number, end: lines.wordEnd[next - 1] as number }
}

/** The word as written, quotes included. `word` counts over the whole file. */
export function rawWord(tree: HaproxyTree, word: number): string {
  return tree.file.text.slice(tree.lines.wordStart[word], tree.lines.wordEnd[word])
}

/** First word of the line as written; empty for a line without words. */
export function keyword(tree: HaproxyTree, line: number): string {
  const first = tree.lines.firstWord[line] ?? 0
  return first < (tree.lines.firstWord[line + 1] ?? 0) ? rawWord(tree, first) : ''
}

export function wordSpan(tree: HaproxyTree, word: number): Span {
  return { file: tree.file.path, start: tree.lines.wordStart[word] ?? 0, end: tree.lines.wordEnd[word] ?? 0 }
}

/** Comment of the line without `#`; null: none. */
export function commentText(tree: HaproxyTree, line: number): string | null {
  const start = tree.lines.commentStart[line] ?? -1
  return start === -1 ? null : tree.file.text.slice(start + 1, contentEnd(tree, line))
}

/** Every token in order: words, blanks, comments, line ends. Joined they equal the text. */
export function* haproxyTokens(tree: HaproxyTree): Iterable<string> {
  const { text } = tree.file
  const { lines } = tree
  let at = 0
  for (let line = 0; line < lines.count; line += 1) {
    for (let word = lines.firstWord[line] as number; word < (lines.firstWord[line + 1] as number); word += 1) {
      const start = lines.wordStart[word] as number
      const end = lines.wordEnd[word] as number
      if (start > at) yield text.slice(at, start)
      yield text.slice(start, end)
      at = end
    }
    const comment = lines.commentStart[line] as number
    const end = contentEnd(tree, line)
    const next = lines.lineStart[line + 1] as number
    if (comment !== -1) {
      if (comment > at) yield text.slice(at, comment)
      if (end > comment) yield text.slice(comment, end)
      at = Math.max(end, comment)
    } else if (end > at) {
      yield text.slice(at, end)
      at = end
    }
    if (next > at) yield text.slice(at, next)
    at = next
  }
}
