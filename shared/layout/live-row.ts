import type { Tone } from '#shared/presentation/presentation.ts'
import type { LiveMark } from '#shared/view/live-marks.ts'
import { badgeTone, stateBadge } from '#shared/view/live-style.ts'
import { fitText, textWidth } from './measure.ts'

export const badgeSize = 10
const badgeGap = 10
const signWidth = 11

/** A badge with its place, pixels from the left end of its row. */
export interface PlacedBadge {
  readonly x: number
  readonly tone: Tone
  /** Its tone has a sign, which stands before the words. */
  readonly hasSign: boolean
  readonly textX: number
  readonly text: string
}

/** As many badges as there is room for, the most important first. */
export function badgeRow(mark: LiveMark, room: number): readonly PlacedBadge[] {
  const placed: PlacedBadge[] = []
  let x = 0
  for (const badge of mark.badges) {
    const tone = badgeTone(badge.kind, mark)
    // Queue and sessions say in words what they are.
    const hasSign = badge.kind !== 'queue' && badge.kind !== 'sessions'
    const left = hasSign ? signWidth : 0
    const wide = textWidth(badge.text, 'ui', badgeSize)
    const fits = x + left + wide <= room
    const text = fits ? badge.text : placed.length === 0 ? fitText(badge.text, 'ui', badgeSize, room - left) : ''
    if (text === '' || text === '…') break
    placed.push({ x, tone, hasSign, textX: x + left, text })
    if (!fits) break
    x += left + wide + badgeGap
  }
  return placed
}

/** Words beside the share bar of a server: its rate, and what is wrong besides its state. */
export function sideWords(mark: LiveMark, room: number): string {
  const state = stateBadge(mark)
  const told = mark.badges.filter((badge) => badge !== state && badge.kind !== 'sessions' && badge.kind !== 'up')
  return fitText([...mark.lines.slice(0, 1), ...told.map((badge) => badge.text)].join(' · '), 'mono', badgeSize, room)
}

/** A small curve over a ground at 0 as lists of x and y in turn; a gap begins a new list. */
export function sparkLines(spark: LiveMark['spark'], x: number, y: number, width: number, height: number): readonly (readonly number[])[] {
  const most = spark.reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0)
  const step = width / Math.max(1, spark.length - 1)
  const lines: number[][] = []
  let line: number[] | null = null
  spark.forEach((value, at) => {
    if (value === null) {
      line = null
      return
    }
    if (line === null) lines.push((line = []))
    line.push(x + at * step, y + height - 1.5 - (most === 0 ? 0 : (value / most) * (height - 3)))
  })
  return lines
}
