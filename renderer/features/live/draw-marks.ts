import type uPlot from 'uplot'
import type { TimelineMark } from '#shared/rpc/payloads.ts'

const dashes: Readonly<Record<TimelineMark['kind'], readonly number[]>> = { reload: [5, 4], config: [5, 4], alert: [2, 4], miss: [1, 3], note: [8, 3] }
const mostLabels = 4
const lineHeight = 14

/** What happened, over the curves: a line where it began, hatched where nothing is known, words where there is room. */
export function drawMarks(plot: uPlot, marks: readonly TimelineMark[], token: (name: string) => string): void {
  const { ctx, bbox } = plot
  const ratio = bbox.width / Math.max(1, plot.over.clientWidth)
  const colours: Readonly<Record<TimelineMark['kind'], string>> = { reload: token('--brass'), config: token('--brass'), alert: token('--critical'), miss: token('--text-2'), note: token('--notice') }
  const right = bbox.left + bbox.width
  const xOf = (atMs: number): number => plot.valToPos(atMs, 'x', true)
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  ctx.lineWidth = ratio
  for (const mark of marks) if (mark.kind === 'miss') hatch(ctx, xOf(mark.atMs), mark.endMs === null ? right : xOf(mark.endMs), bbox, token('--line-strong'), ratio)
  for (const mark of marks) {
    ctx.strokeStyle = mark.kind === 'alert' && mark.severity === 'warning' ? token('--warning') : colours[mark.kind]
    ctx.setLineDash(dashes[mark.kind].map((length) => length * ratio))
    ctx.beginPath()
    ctx.moveTo(xOf(mark.atMs), bbox.top)
    ctx.lineTo(xOf(mark.atMs), bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.setLineDash([])
  ctx.font = `${11 * ratio}px Inter, sans-serif`
  ctx.textBaseline = 'top'
  ctx.textAlign = 'left'
  const ends: number[] = []
  // The newest say most: they get their words first.
  for (const mark of marks.toReversed()) {
    const x = xOf(mark.atMs) + 5 * ratio
    const room = Math.min(360 * ratio, right - x - 4 * ratio)
    if (x < bbox.left || room < 70 * ratio) continue
    const text = fitted(ctx, mark.text, room)
    const width = ctx.measureText(text).width
    const row = ends.findIndex((begin) => x + width + 8 * ratio < begin)
    const at = row === -1 ? ends.length : row
    if (at >= mostLabels || bbox.top + (at + 1) * lineHeight * ratio > bbox.top + bbox.height) continue
    ends[at] = x
    ctx.fillStyle = token('--surface')
    ctx.globalAlpha = 0.8
    ctx.fillRect(x - 2 * ratio, bbox.top + at * lineHeight * ratio, width + 4 * ratio, lineHeight * ratio)
    ctx.globalAlpha = 1
    ctx.fillStyle = mark.kind === 'alert' && mark.severity === 'warning' ? token('--warning') : colours[mark.kind]
    ctx.fillText(text, x, bbox.top + (at * lineHeight + 1) * ratio)
  }
  ctx.restore()
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
