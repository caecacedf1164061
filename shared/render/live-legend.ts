import type { Tone } from '#shared/presentation/presentation.ts'
import { textWidth } from '#shared/layout/measure.ts'
import type { LiveMarks } from '#shared/view/live-marks.ts'
import { badgeTone, legendSteps, unitWords } from '#shared/view/live-style.ts'
import type { Mark } from './drawing.ts'
import { toneMarks } from './glyph-marks.ts'
import { textMark } from './text-mark.ts'
import { toneColour, type Theme } from './theme.ts'

const side = 40
const size = 11
const gap = 20
const swatch = 18

const words: readonly (readonly [tone: Tone, text: string])[] = [
  ['critical', 'critical'], ['warning', 'warning'], ['ok', 'up'], ['down', 'down'], ['maintenance', 'out of use'], ['unknown', 'not known (dotted)'],
]

interface Entry {
  readonly text: string
  readonly width: number
  readonly draw: (x: number, y: number, theme: Theme, marks: Mark[]) => void
}

function entriesOf(live: LiveMarks): readonly Entry[] {
  const used = new Set<Tone>()
  let hasBounds = false
  let hasExpected = false
  for (const mark of live.byId.values()) {
    if (mark.tone === 'critical' || mark.tone === 'warning' || mark.tone === 'unknown') used.add(mark.tone)
    for (const badge of mark.badges) if (badge.kind !== 'queue' && badge.kind !== 'sessions') used.add(badgeTone(badge.kind, mark))
    hasBounds ||= mark.bounds !== null
    hasExpected ||= mark.expected !== null
  }
  const line = (stroke: number, dash: readonly number[] = []): Entry['draw'] => (x, y, theme, marks) => {
    marks.push({ kind: 'curve', x1: x, y1: y, x2: x + swatch - 4, y2: y, stroke: { colour: theme.flowMid, width: stroke, dash, flat: true }, opacity: 1 })
  }
  return [
    { text: `width = ${unitWords[live.unit]}:`, width: 0, draw: () => undefined },
    ...legendSteps(live).map((step): Entry => ({ text: step.text, width: swatch, draw: line(step.width) })),
    ...(live.colouring === undefined ? [] : [{ text: `${live.colouring.of}: warning from ${live.colouring.warning}, critical from ${live.colouring.critical}`, width: 0, draw: () => undefined }]),
    ...(hasBounds ? [{ text: 'between two bounds', width: swatch, draw: line(8, [2, 2.6]) }] : []),
    ...words.filter(([tone]) => used.has(tone)).map(([tone, text]): Entry => ({ text, width: 16, draw: (x, y, theme, marks) => { marks.push(...toneMarks(theme, tone, x + 5, y)) } })),
    ...(hasExpected ? [{ text: 'expected share', width: 8, draw: (x: number, y: number, theme: Theme, marks: Mark[]) => { marks.push({ kind: 'rect', x: x + 1, y: y - 5, width: 2, height: 10, radius: 0, fill: theme.text, stroke: null, opacity: 1 }) } }] : []),
    ...(live.stale ? [{ text: 'old data, drawn pale', width: 0, draw: () => undefined }] : []),
  ]
}

export function liveLegendWidth(live: LiveMarks): number {
  return entriesOf(live).reduce((sum, { width, text }) => sum + width + textWidth(text, 'ui', size) + gap, 2 * side + 24 - gap)
}

/** One row under the picture: the scale in numbers, and what signs and stripes mean. */
export function drawLiveLegend(live: LiveMarks, theme: Theme, top: number, marks: Mark[]): void {
  const y = top + 16
  marks.push({ kind: 'rect', x: side, y: y - 13, width: liveLegendWidth(live) - 2 * side, height: 27, radius: 5, fill: theme.surface, stroke: { colour: theme.line, width: 1, dash: [] }, opacity: 1 })
  let x = side + 12
  for (const { text, width, draw } of entriesOf(live)) {
    draw(x, y + 0.5, theme, marks)
    marks.push(textMark(text, x + width, y + 4.2, 'ui', size, text === 'critical' || text === 'warning' ? toneColour(theme, text) : theme.text2))
    x += width + textWidth(text, 'ui', size) + gap
  }
}
