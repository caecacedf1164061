import type { ConfigSummary, TextHunk } from '#shared/rpc/payloads.ts'
import { LineIndex } from '#shared/text/line-index.ts'
import type { EditorMark, Reveal } from '#renderer/editor/props.ts'
import type { Side } from '#renderer/state/app-state.ts'

/** From this size on an editor gets parts of a text: cutting more into lines holds the window for over a tenth of a second. */
export const longTextBytes = 5_000_000
export const partLines = 20_000

/** Lines of one side that are shown. Zero-based, end exclusive. */
export interface LineWindow {
  readonly start: number
  readonly end: number
}

/** A part of a text as the engine gave it. */
export interface ShownPart {
  readonly text: string
  readonly startOffset: number
  readonly startLine: number
  readonly totalLines: number
}

export function isLongText(summary: Pick<ConfigSummary, 'files'> | null, path: string | null): boolean {
  return (summary?.files.find((file) => file.path === path)?.bytes ?? 0) > longTextBytes
}

export function lineCountOf(summary: Pick<ConfigSummary, 'files'> | null, path: string | null): number {
  return summary?.files.find((file) => file.path === path)?.lineCount ?? 0
}

/** `partLines` lines with `line` in the middle, moved inwards at the ends. */
export function windowAround(line: number, total: number): LineWindow {
  const size = Math.min(partLines, total)
  const start = Math.max(0, Math.min(total - size, line - Math.floor(size / 2)))
  return { start, end: start + size }
}

/** Line of the other side that stands beside `line`; inside a changed stretch as far down as the other side goes. */
export function lineAcross(hunks: readonly TextHunk[], line: number, from: Side): number {
  let shift = 0
  for (const hunk of hunks) {
    const [start, end, otherStart, otherEnd] = from === 'before' ? [hunk.beforeStart, hunk.beforeEnd, hunk.afterStart, hunk.afterEnd] : [hunk.afterStart, hunk.afterEnd, hunk.beforeStart, hunk.beforeEnd]
    if (line < start) break
    if (line < end) return Math.min(otherStart + (line - start), otherEnd)
    shift = otherEnd - end
  }
  return line + shift
}

/** Lines of the side before that belong beside a window of the side after. */
export function windowBefore(hunks: readonly TextHunk[], after: LineWindow, totalAfter: number, totalBefore: number): LineWindow {
  const start = Math.min(totalBefore, after.start === 0 ? 0 : lineAcross(hunks, after.start, 'after'))
  const end = after.end >= totalAfter ? totalBefore : Math.min(totalBefore, lineAcross(hunks, after.end, 'after'))
  // A stretch that is gone may be longer than any window.
  return { start, end: Math.min(Math.max(start, end), start + 2 * partLines) }
}

/** First change behind the window, or the last before it, as a line of the side after; null: there is none. */
export function neighbourChange(hunks: readonly TextHunk[], shown: LineWindow, step: 1 | -1): number | null {
  const found = step === 1 ? hunks.find((hunk) => hunk.afterStart >= shown.end) : hunks.findLast((hunk) => hunk.afterEnd <= shown.start)
  return found === undefined ? null : found.afterStart
}

export function changesInside(hunks: readonly TextHunk[], shown: LineWindow): number {
  return hunks.filter((hunk) => hunk.afterEnd >= shown.start && hunk.afterStart < shown.end).length
}

/** `lines 1–20,000 of 1,150,007`. */
export function windowWords(part: Pick<ShownPart, 'startLine' | 'totalLines'>, lines: number): string {
  const figure = (value: number): string => value.toLocaleString('en')
  return `lines ${figure(part.startLine + 1)}–${figure(part.startLine + lines)} of ${figure(part.totalLines)}`
}

export function linesIn(text: string): number {
  let count = 1
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

/** A place of the whole text inside a part; null: it lies elsewhere. */
export function revealInside(reveal: Reveal | null, part: ShownPart): Reveal | null {
  if (reveal === null || !holds(part, reveal.start)) return null
  return { ...reveal, start: reveal.start - part.startOffset, end: Math.min(part.text.length, reveal.end - part.startOffset) }
}

/** A whole line of the file, zero-based, inside a part; null: it lies elsewhere. */
export function revealLine(part: ShownPart, line: number, side: Side, serial: number): Reveal | null {
  if (line < part.startLine) return null
  let start = 0
  for (let at = part.startLine; at < line; at += 1) {
    const end = part.text.indexOf('\n', start)
    if (end === -1) return null
    start = end + 1
  }
  const end = part.text.indexOf('\n', start)
  return { side, start, end: end === -1 ? part.text.length : end, serial }
}

export function holds(part: ShownPart, offset: number): boolean {
  return offset >= part.startOffset && offset <= part.startOffset + part.text.length
}

/** Line of the file for an offset of the whole text, as far as the part knows: -1 before it, `Infinity` behind it. */
export function lineInside(part: ShownPart): (offset: number) => number {
  const index = new LineIndex(part.text)
  return (offset) => (offset < part.startOffset ? -1 : offset > part.startOffset + part.text.length ? Infinity : part.startLine + index.lineOf(offset - part.startOffset))
}

/** Findings and marks that stand in a part, at their places in it. */
export function problemsInside<T extends EditorMark>(problems: readonly T[], part: ShownPart, side: Side): readonly T[] {
  return problems
    .filter((problem) => problem.side === side && holds(part, problem.start))
    .map((problem) => ({ ...problem, start: problem.start - part.startOffset, end: Math.min(part.text.length, problem.end - part.startOffset) }))
}
