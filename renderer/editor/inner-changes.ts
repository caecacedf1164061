import type { LineHunk } from '#shared/text/line-diff.ts'
import { diffWords } from '#shared/text/word-diff.ts'

/** Words marked inside changed lines up to here; beyond, only the changed middle of each line is marked. */
const wordsUpTo = 800

/**
 * Changed stretches inside hunks whose sides have the same number of lines: line `i` is compared with line `i`.
 *
 * Shape: six numbers each: hunk, line inside it, from and to column before, from and to column after (zero-based).
 */
export function innerChanges(hunks: readonly LineHunk[], before: LineSource, after: LineSource): Int32Array {
  const found: number[] = []
  const byWords = hunks.length <= wordsUpTo
  hunks.forEach((hunk, index) => {
    const count = hunk.beforeEnd - hunk.beforeStart
    if (count === 0 || count !== hunk.afterEnd - hunk.afterStart) return
    for (let line = 0; line < count; line += 1) {
      const a = before.textOfLine(hunk.beforeStart + line)
      const b = after.textOfLine(hunk.afterStart + line)
      if (byWords) markWords(found, index, line, a, b)
      else markMiddle(found, index, line, a, b)
    }
  })
  return Int32Array.from(found)
}

export interface LineSource {
  textOfLine(line: number): string
}

function markWords(found: number[], hunk: number, line: number, a: string, b: string): void {
  let atA = 0
  let atB = 0
  const parts = diffWords(a, b)
  for (let k = 0; k < parts.length; k += 1) {
    const part = parts[k]
    if (part === undefined) continue
    if (part.kind === 'same') {
      atA += part.text.length
      atB += part.text.length
      continue
    }
    const fromA = atA
    const fromB = atB
    if (part.kind === 'removed') atA += part.text.length
    else atB += part.text.length
    const next = parts[k + 1]
    if (part.kind === 'removed' && next?.kind === 'added') {
      atB += next.text.length
      k += 1
    }
    found.push(hunk, line, fromA, atA, fromB, atB)
  }
}

/** What is left of two lines after their common start and end. */
function markMiddle(found: number[], hunk: number, line: number, a: string, b: string): void {
  const most = Math.min(a.length, b.length)
  let head = 0
  while (head < most && a.charCodeAt(head) === b.charCodeAt(head)) head += 1
  let tail = 0
  while (tail < most - head && a.charCodeAt(a.length - 1 - tail) === b.charCodeAt(b.length - 1 - tail)) tail += 1
  found.push(hunk, line, head, a.length - tail, head, b.length - tail)
}
