import type { Tone } from '#shared/presentation/presentation.ts'
import type { Mark, Stroke } from './drawing.ts'
import { toneColour, type Theme } from './theme.ts'

/**
 * The sign of a tone as shapes, about 9 pixels wide around (x, y), so that no font needs to have it:
 * + added, − removed, ~ changed, ▲ alert, ● up, ✕ down, ◐ maintenance, ? unknown, i note.
 */
export function toneMarks(theme: Theme, tone: Tone, x: number, y: number): readonly Mark[] {
  const colour = toneColour(theme, tone)
  const line: Stroke = { colour, width: 1.8, dash: [] }
  switch (tone) {
    case 'added': return [segment(x - 4, y, x + 4, y, line), segment(x, y - 4, x, y + 4, line)]
    case 'removed': return [segment(x - 4, y, x + 4, y, line)]
    case 'changed': return [open([x - 4.5, y + 1, x - 2.6, y - 1.2, x - 0.6, y - 1.2, x + 0.6, y + 1.2, x + 2.6, y + 1.2, x + 4.5, y - 1], line)]
    case 'critical': case 'warning':
      return [{ kind: 'polygon', points: [x, y - 4.6, x + 4.8, y + 3.8, x - 4.8, y + 3.8], closed: true, fill: colour, stroke: null }]
    case 'ok': return [{ kind: 'circle', x, y, radius: 4, fill: colour, stroke: null }]
    case 'down': return [segment(x - 3.4, y - 3.4, x + 3.4, y + 3.4, { ...line, width: 2 }), segment(x - 3.4, y + 3.4, x + 3.4, y - 3.4, { ...line, width: 2 })]
    case 'maintenance': return [
      { kind: 'circle', x, y, radius: 3.8, fill: null, stroke: { colour, width: 1.4, dash: [] } },
      { kind: 'polygon', points: halfDisc(x, y, 3.8), closed: true, fill: colour, stroke: null },
    ]
    case 'unknown': return [letter('?', x, y, colour)]
    case 'notice': return [letter('i', x, y, colour)]
    case 'same': return [segment(x - 5, y, x + 5, y, { ...line, width: 2.5 })]
    case 'neutral': return []
  }
}

function segment(x1: number, y1: number, x2: number, y2: number, stroke: Stroke): Mark {
  return open([x1, y1, x2, y2], stroke)
}

function open(points: readonly number[], stroke: Stroke): Mark {
  return { kind: 'polygon', points, closed: false, fill: null, stroke }
}

function letter(text: string, x: number, y: number, colour: string): Mark {
  return { kind: 'text', x, y: y + 4.2, text, face: 'uiBold', size: 12, colour, anchor: 'middle', spacing: 0, whole: '' }
}

/** Left half of a disc as a polygon; twelve steps are round at this size. */
function halfDisc(x: number, y: number, radius: number): readonly number[] {
  const points: number[] = []
  for (let step = 0; step <= 12; step += 1) {
    const angle = Math.PI / 2 + (Math.PI * step) / 12
    points.push(round(x + radius * Math.cos(angle)), round(y + radius * Math.sin(angle)))
  }
  return points
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
