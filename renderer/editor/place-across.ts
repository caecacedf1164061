/** Line of the side after that stands for a line of the side before (both one-based); lines that are gone give the line at their gap. */
export function placeAcross(hunks: Int32Array, line: number): number {
  const zero = line - 1
  let shift = 0
  for (let at = 0; at < hunks.length; at += 4) {
    const beforeStart = hunks[at] as number
    const beforeEnd = hunks[at + 1] as number
    const afterStart = hunks[at + 2] as number
    const afterEnd = hunks[at + 3] as number
    if (zero < beforeStart) break
    if (zero < beforeEnd) return Math.min(afterStart + (zero - beforeStart), Math.max(afterStart, afterEnd - 1)) + 1
    shift = afterEnd - beforeEnd
  }
  return line + shift
}
