import { frame } from '#shared/layout/layered-layout.ts'
import { textWidth } from '#shared/layout/measure.ts'
import type { Look } from './look.ts'
import type { Projection } from './projection.ts'

const size = 10.5
const spacing = 0.9

export const titlesHeight = 34

/** Top of the row of titles: above the picture, or at the top of the window once the picture reaches under it. */
export function titlesTop(look: Look, lies: Projection): number {
  return Math.max(look.topInset, Math.round(lies.ty + frame.top * lies.sy - 42))
}

/** Titles of the columns with their counts; one line of all of them where they would run together. */
export function drawTitles(context: CanvasRenderingContext2D, look: Look, lies: Projection, width: number, isStuck: boolean): void {
  const { picture, palette } = look
  if (picture.columns.length === 0) return
  const words = picture.columns.map((column) => `${column.title.toUpperCase()}  ${column.count}`)
  const wide = words.map((word) => textWidth(word, 'ui', size) + word.length * spacing)
  const places = picture.columns.map((column) => column.x * lies.sx + lies.tx)
  const runTogether = places.some((x, at) => at > 0 && x < (places[at - 1] as number) + (wide[at - 1] as number) + 12)
  if (isStuck) {
    const fade = context.createLinearGradient(0, 0, 0, titlesHeight)
    fade.addColorStop(0, palette.bg)
    fade.addColorStop(0.65, palette.bg)
    fade.addColorStop(1, `${palette.bg}00`)
    context.fillStyle = fade
    context.fillRect(0, 0, width, titlesHeight)
  }
  context.font = `${size}px ${palette.fontUi}`
  context.fillStyle = palette.text3
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  context.letterSpacing = `${spacing}px`
  const middle = titlesHeight / 2
  if (runTogether) context.fillText(words.join('  ·  '), Math.max(14, Math.min(places[0] as number, width - 14 - wide.reduce((sum, each) => sum + each + 24, 0))), middle)
  else words.forEach((word, at) => context.fillText(word, places[at] as number, middle))
  context.letterSpacing = '0px'
}
