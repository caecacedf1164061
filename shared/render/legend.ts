import type { Tone } from '#shared/presentation/presentation.ts'
import { textWidth } from '#shared/layout/measure.ts'
import type { Scene } from '#shared/layout/scene.ts'
import { frameTone, stateTone } from '#shared/layout/box.ts'
import type { Mark } from './drawing.ts'
import { toneMarks } from './glyph-marks.ts'
import { textMark } from './text-mark.ts'
import { toneColour, type Theme } from './theme.ts'

export const legendHeight = 52
const side = 40
const size = 11
const gap = 20

const meanings: readonly (readonly [tone: Tone, text: string])[] = [
  ['added', 'added'], ['removed', 'removed (dashed)'], ['changed', 'changed'], ['same', 'same'],
  ['critical', 'traffic at risk'], ['warning', 'to check'], ['notice', 'note'],
  ['ok', 'up'], ['down', 'down'], ['maintenance', 'maintenance'], ['unknown', 'not known (hatched)'],
]

/** Signs that occur in the picture; a difference always explains added, removed, changed and same, and where changed requests pass. */
function entriesOf(scene: Scene): readonly (readonly [Tone, string])[] {
  const used = new Set<Tone>()
  const add = (each: Parameters<typeof frameTone>[0] & Parameters<typeof stateTone>[0]): void => {
    used.add(frameTone(each))
    const state = stateTone(each)
    if (state !== null) used.add(state)
  }
  for (const each of scene.nodes) add(each.node)
  for (const each of scene.edges) add(each.edge)
  const isDifference = used.has('added') || used.has('removed') || used.has('changed')
  const signs = meanings.filter(([tone]) => used.has(tone) || (isDifference && (tone === 'added' || tone === 'removed' || tone === 'changed' || tone === 'same')))
  const passing = [...scene.traffic.values()]
  const now: readonly (readonly [Tone, string])[] = passing.some((mark) => mark.way !== 'was') ? [[passing.some((mark) => mark.tone === 'critical') ? 'critical' : 'warning', 'changed requests now']] : []
  return [...signs, ...now, ...(passing.some((mark) => mark.way === 'was') ? [['removed', 'changed requests before'] as const] : [])]
}

const widthText = 'width = expected share where traffic splits'

function splits(scene: Scene): boolean {
  return scene.edges.some((each) => each.width !== 3)
}

export function legendWidth(scene: Scene): number {
  let width = 2 * side + 24
  for (const [, text] of entriesOf(scene)) width += 16 + textWidth(text, 'ui', size) + gap
  return width + (splits(scene) ? 60 + textWidth(widthText, 'ui', size) + gap : 0)
}

/** One row under the picture: what each sign means, and what the width of a curve means. */
export function drawLegend(scene: Scene, theme: Theme, top: number, marks: Mark[]): void {
  const entries = entriesOf(scene)
  const hasWidths = splits(scene)
  if (entries.length === 0 && !hasWidths) return
  const y = top + 16
  marks.push({ kind: 'rect', x: side, y: y - 13, width: legendWidth(scene) - 2 * side, height: 27, radius: 5, fill: theme.surface, stroke: { colour: theme.line, width: 1, dash: [] }, opacity: 1 })
  let x = side + 12
  for (const [tone, text] of entries) {
    marks.push(...toneMarks(theme, tone, x + 5, y + 0.5))
    marks.push(textMark(text, x + 16, y + 4.2, 'ui', size, tone === 'same' ? theme.text2 : toneColour(theme, tone)))
    x += 16 + textWidth(text, 'ui', size) + gap
  }
  if (!hasWidths) return
  const line = (from: number, to: number, width: number): Mark => ({ kind: 'polygon', points: [from, y + 0.5, to, y + 0.5], closed: false, fill: null, stroke: { colour: theme.same, width, dash: [] } })
  marks.push(line(x + 2, x + 12, 1.5), line(x + 19, x + 27, 5), line(x + 37, x + 43, 10))
  marks.push(textMark(widthText, x + 56, y + 4.2, 'ui', size, theme.text2))
}
