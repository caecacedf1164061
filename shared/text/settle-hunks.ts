import { lineEqual, type LineHunk, type Lines } from './lines.ts'

/** How far a block is moved at most; configs repeat whole sections, so a section's length is enough. */
const longestSlide = 200

/**
 * Moves pure insertions and deletions, which can often stand in several places, to where a person would put them:
 * the block starts at a section (least indented line), best after an empty line. The texts described stay the same.
 *
 * Neighbouring hunks never touch afterwards.
 */
export function settleHunks(hunks: readonly LineHunk[], before: Lines, after: Lines): readonly LineHunk[] {
  const settled: LineHunk[] = []
  for (let index = 0; index < hunks.length; index += 1) {
    const hunk = hunks[index] as LineHunk
    const isInsertion = hunk.beforeStart === hunk.beforeEnd
    const isDeletion = hunk.afterStart === hunk.afterEnd
    if (!isInsertion && !isDeletion) {
      settled.push(hunk)
      continue
    }
    const lines = isInsertion ? after : before
    const start = isInsertion ? hunk.afterStart : hunk.beforeStart
    const end = isInsertion ? hunk.afterEnd : hunk.beforeEnd
    const last = settled[settled.length - 1]
    const next = hunks[index + 1]
    const floor = last === undefined ? 0 : (isInsertion ? last.afterEnd : last.beforeEnd) + 1
    const ceiling = next === undefined ? lines.count : (isInsertion ? next.afterStart : next.beforeStart) - 1
    const shift = bestShift(lines, start, end, floor, ceiling)
    settled.push(shift === 0 ? hunk : {
      beforeStart: hunk.beforeStart + shift, beforeEnd: hunk.beforeEnd + shift, afterStart: hunk.afterStart + shift, afterEnd: hunk.afterEnd + shift,
    })
  }
  return settled
}

function bestShift(lines: Lines, start: number, end: number, floor: number, ceiling: number): number {
  let best = 0
  let bestCost = costAt(lines, start)
  let up = 0
  while (up < longestSlide && start - up > floor && lineEqual(lines, start - up - 1, lines, end - up - 1)) {
    up += 1
    const cost = costAt(lines, start - up)
    if (cost < bestCost) {
      best = -up
      bestCost = cost
    }
  }
  let down = 0
  while (down < longestSlide && end + down < ceiling && lineEqual(lines, start + down, lines, end + down)) {
    down += 1
    const cost = costAt(lines, start + down)
    // Lower is where the search put it first; between equals the lower place reads as "added after".
    if (cost <= bestCost) {
      best = down
      bestCost = cost
    }
  }
  return best
}

/** How unnatural it is for a block to start at `line`: deep indentation, an empty first line, no gap before it. */
function costAt(lines: Lines, line: number): number {
  const indentation = indentationOf(lines, line)
  if (indentation === -1) return 1000
  const followsGap = line === 0 || indentationOf(lines, line - 1) === -1
  return indentation * 2 + (followsGap ? 0 : 1)
}

/** Blanks at the start of a line; −1 for an empty line and past the end. */
function indentationOf(lines: Lines, line: number): number {
  if (line >= lines.count) return -1
  const text = lines.text
  const to = (lines.starts[line + 1] as number) - lines.trim
  let at = lines.starts[line] as number
  let blanks = 0
  for (; at < to; at += 1) {
    const code = text.charCodeAt(at)
    if (code !== 32 && code !== 9) break
    blanks += code === 9 ? 8 : 1
  }
  return at === to || text.charCodeAt(at) === 10 || text.charCodeAt(at) === 13 ? -1 : blanks
}
