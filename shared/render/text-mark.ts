import type { Face } from '#shared/layout/measure.ts'
import type { Mark } from './drawing.ts'

type TextMark = Extract<Mark, { kind: 'text' }>

export function textMark(text: string, x: number, y: number, face: Face, size: number, colour: string, anchor: TextMark['anchor'] = 'start', spacing = 0): TextMark {
  return { kind: 'text', x, y, text, face, size, colour, anchor, spacing, whole: '' }
}
