import { LineTable, lineEqual, splitLines, type LineHunk, type Lines } from './lines.ts'
import { diffSequences } from './sequence-diff.ts'
import { settleHunks } from './settle-hunks.ts'

export type { LineHunk } from './lines.ts'

/**
 * Differences between two texts, line by line.
 *
 * Shape: hunks in order, never touching; replacing the lines of each hunk in `before` gives `after` exactly, line ends
 * included. Cost: linear in the size of the texts. Errors: none. Deterministic.
 * Pure insertions and deletions are moved to where a reader expects them (whole sections instead of overlapping halves).
 */
export function diffLines(before: string, after: string): readonly LineHunk[] {
  return diffLinesWith(before, after, false)
}

/** Numbers of lines added and removed; a changed line counts once on each side. */
export function countChanges(hunks: readonly LineHunk[]): { readonly added: number; readonly removed: number } {
  let added = 0
  let removed = 0
  for (const hunk of hunks) {
    added += hunk.afterEnd - hunk.afterStart
    removed += hunk.beforeEnd - hunk.beforeStart
  }
  return { added, removed }
}

/**
 * The same, with the lines of a patch file: no empty last line, and a last line without LF differs from one with LF.
 */
export function diffTerminatedLines(before: string, after: string): readonly LineHunk[] {
  return diffLinesWith(before, after, true)
}

function diffLinesWith(before: string, after: string, terminated: boolean): readonly LineHunk[] {
  if (before === after) return []
  const linesA = splitLines(before, terminated)
  const linesB = splitLines(after, terminated)
  const { head, tail } = commonEnds(linesA, linesB)
  const table = new LineTable(linesA.count + linesB.count - 2 * (head + tail))
  const symbolsA = table.intern(linesA, head, linesA.count - tail)
  const symbolsB = table.intern(linesB, head, linesB.count - tail)
  const lonely = diffSequences(symbolsA, symbolsB, table.size)

  const hunks: LineHunk[] = []
  let a = 0
  let b = 0
  while (a < symbolsA.length || b < symbolsB.length) {
    if (lonely.before[a] === 0 && lonely.after[b] === 0) {
      a += 1
      b += 1
      continue
    }
    const fromA = a
    const fromB = b
    while (lonely.before[a] === 1) a += 1
    while (lonely.after[b] === 1) b += 1
    hunks.push({ beforeStart: head + fromA, beforeEnd: head + a, afterStart: head + fromB, afterEnd: head + b })
  }
  return settleHunks(hunks, linesA, linesB)
}

/** Numbers of whole lines shared at the start and, after those, at the end. */
function commonEnds(linesA: Lines, linesB: Lines): { readonly head: number; readonly tail: number } {
  const before = linesA.text
  const after = linesB.text
  const shorter = Math.min(before.length, after.length)
  let same = 0
  while (same < shorter && before.charCodeAt(same) === after.charCodeAt(same)) same += 1
  const most = Math.min(linesA.count, linesB.count)
  let head = Math.min(most, lineHolding(linesA, same) + 1)
  while (head > 0 && (linesA.starts[head - 1] !== linesB.starts[head - 1] || !lineEqual(linesA, head - 1, linesB, head - 1))) head -= 1
  let tail = 0
  while (tail < most - head && lineEqual(linesA, linesA.count - tail - 1, linesB, linesB.count - tail - 1)) tail += 1
  return { head, tail }
}

/** Line that holds the character at `offset`. */
function lineHolding(lines: Lines, offset: number): number {
  let low = 0
  let high = Math.max(0, lines.count - 1)
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((lines.starts[middle] as number) <= offset) low = middle
    else high = middle - 1
  }
  return low
}
