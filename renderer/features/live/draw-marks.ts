import type uPlot from 'uplot'
import type { TimelineMark } from '#shared/rpc/live-payloads.ts'
import { splitSentence } from './live-words.ts'

const dashes: Readonly<Record<TimelineMark['kind'], readonly number[]>> = { reload: [5, 4], config: [5, 4], alert: [2, 4], miss: [1, 3], note: [8, 3] }
const lineHeight = 14

/** Rows for words above the curves. `height`: of the whole chart in CSS pixels. */
function labelRows(marks: number, height: number): number {
  return Math.min(marks, height < 200 ? 2 : 4)
}

/** Their height in CSS pixels. */
export function labelHeight(marks: number, height: number): number {
  return labelRows(marks, height) * lineHeight
}

/** What happened: a line where it began, hatched where nothing is known, and words above the curves, where they hide none. */
export function drawMarks(plot: uPlot, marks: readonly TimelineMark[], token: (name: string) => string): void {
  const { ctx, bbox } = plot
  const ratio = bbox.width / Math.max(1, plot.over.clientWidth)
  const colours: Readonly<Record<TimelineMark['kind'], string>> = { reload: token('--brass'), config: token('--brass'), alert: token('--critical'), miss: token('--text-2'), note: token('--notice') }
  const right = bbox.left + bbox.width
  const xOf = (atMs: number): number => plot.valToPos(atMs, 'x', true)
  const room = labelRows(marks.length, plot.height) * lineHeight * ratio
  const bottom = bbox.top + bbox.height
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top - room, bbox.width, bbox.height + room)
  ctx.clip()
  ctx.lineWidth = ratio
  for (const mark of marks) if (mark.kind === 'miss') hatch(ctx, xOf(mark.atMs), mark.endMs === null ? right : xOf(mark.endMs), bbox, token('--line-strong'), ratio)
  ctx.font = `${11 * ratio}px Inter, sans-serif`
  ctx.textBaseline = 'top'
  ctx.textAlign = 'left'
  const rows: (readonly [from: number, to: number])[][] = []
  for (const mark of marks.toSorted((a, b) => rankOf(a) - rankOf(b) || b.atMs - a.atMs)) {
    const x = xOf(mark.atMs)
    const colour = mark.kind === 'alert' && mark.severity === 'warning' ? token('--warning') : colours[mark.kind]
    const text = fitted(ctx, splitSentence(mark.text)[0], Math.min(360 * ratio, right - x - 9 * ratio))
    const span = [x, x + ctx.measureText(text).width + 12 * ratio] as const
    const free = rows.findIndex((row) => row.every(([from, to]) => span[1] < from || to < span[0]))
    const row = free === -1 ? rows.length : free
    const isTold = x >= bbox.left && right - x > 70 * ratio && (row + 1) * lineHeight * ratio <= room
    const top = isTold ? bbox.top - room + row * lineHeight * ratio : bbox.top
    if (isTold) {
      rows[row] = [...(rows[row] ?? []), span]
      ctx.fillStyle = colour
      ctx.fillText(text, x + 5 * ratio, top + ratio)
    }
    ctx.strokeStyle = colour
    ctx.setLineDash(dashes[mark.kind].map((length) => length * ratio))
    ctx.beginPath()
    ctx.moveTo(x, top)
    ctx.lineTo(x, bottom)
    ctx.stroke()
  }
  ctx.restore()
}

/** What explains the rest is told first, where there is no room for everything. */
function rankOf({ kind, severity }: TimelineMark): number {
  switch (kind) {
    case 'config': return 0
    case 'alert': return severity === 'warning' ? 3 : 1
    case 'note': return 1
    case 'reload': return 2
    case 'miss': return 4
  }
}

/** As much of a text as there is room for. */
function fitted(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) return text
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (ctx.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle
    else high = middle - 1
  }
  return `${text.slice(0, low)}…`
}

function hatch(ctx: CanvasRenderingContext2D, from: number, to: number, box: uPlot.BBox, colour: string, ratio: number): void {
  ctx.save()
  ctx.beginPath()
  ctx.rect(from, box.top, Math.max(ratio, to - from), box.height)
  ctx.clip()
  ctx.strokeStyle = colour
  ctx.beginPath()
  for (let x = from - box.height; x < to; x += 8 * ratio) {
    ctx.moveTo(x, box.top + box.height)
    ctx.lineTo(x + box.height, box.top)
  }
  ctx.stroke()
  ctx.restore()
}
