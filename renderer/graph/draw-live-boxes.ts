import { box } from '#shared/layout/box.ts'
import { badgeSize, sparkLines } from '#shared/layout/live-row.ts'
import type { LiveMark } from '#shared/view/live-marks.ts'
import { signOf } from './box-content.ts'
import { staleAlpha } from './draw-flow.ts'
import type { LiveContent } from './live-content.ts'
import type { LiveLook } from './live-look.ts'
import type { Look } from './look.ts'
import type { Palette } from './palette.ts'

/** What boxes show of traffic besides their words, in picture coordinates: share bars with ticks, badges, small curves. */
export function drawLiveParts(context: CanvasRenderingContext2D, look: Look, live: LiveLook, nodes: readonly number[], contentOf: (node: number) => LiveContent, alphaOf: (node: number) => number): void {
  const { picture, palette } = look
  const pale = live.marks.stale ? staleAlpha : 1
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  for (const i of nodes) {
    const mark = live.nodes[i]
    if (mark === undefined) continue
    const { parts, badges, side } = contentOf(i)
    const left = (picture.x[i] as number) + box.padding
    const top = picture.y[i] as number
    const width = (picture.w[i] as number) - 2 * box.padding
    context.globalAlpha = alphaOf(i) * pale
    if (parts.bar !== null) drawShare(context, palette, mark, left, top + parts.bar, width * parts.barPart, box.barHeight)
    if (parts.spark !== null && mark.spark.length > 1) {
      const wide = width * parts.spark.part
      drawSpark(context, palette, mark, left + width - wide, top + parts.spark.top, wide, parts.spark.height)
    }
    if (parts.badges === null) continue
    const middle = top + parts.badges + 7.5
    if (side !== '') {
      context.font = `${badgeSize}px ${palette.fontMono}`
      context.textAlign = 'right'
      context.fillStyle = mark.tone === 'critical' || mark.tone === 'warning' ? palette.tone[mark.tone] : palette.text2
      context.fillText(side, left + width, middle)
      context.textAlign = 'left'
    }
    if (badges.length === 0) continue
    context.font = `${badgeSize}px ${palette.fontUi}`
    for (const badge of badges) {
      const colour = badge.tone === 'neutral' || badge.tone === 'ok' ? palette.text2 : palette.tone[badge.tone]
      if (badge.hasSign) {
        const sign = signOf(badge.tone)
        context.fillStyle = palette.tone[badge.tone]
        if (sign === 'dot') {
          context.beginPath()
          context.arc(left + badge.x + 4, middle, 3.5, 0, 2 * Math.PI)
          context.fill()
        } else context.fillText(sign, left + badge.x, middle + 0.5)
      }
      context.fillStyle = colour
      context.fillText(badge.text, left + badge.textX, middle + 0.5)
    }
  }
  context.globalAlpha = 1
}

/** Observed share as a bar, the expected one as a tick across it, or as a frame from low to high. */
export function drawShare(context: CanvasRenderingContext2D, palette: Palette, mark: LiveMark, x: number, y: number, width: number, height: number): void {
  if (mark.share === null && mark.expected === null) return
  context.fillStyle = palette.sunken
  context.beginPath()
  context.roundRect(x, y, width, height, height / 2)
  context.fill()
  // On a light box the sunken ground alone would not show where the bar ends.
  context.strokeStyle = palette.line
  context.lineWidth = 0.5
  context.stroke()
  if (mark.share !== null && mark.share > 0) {
    context.fillStyle = mark.tone === 'critical' || mark.tone === 'warning' ? palette.tone[mark.tone] : palette.flow
    context.beginPath()
    context.roundRect(x, y, Math.max(2, width * Math.min(1, mark.share)), height, height / 2)
    context.fill()
  }
  if (mark.expected === null) return
  const low = x + (width - 2) * Math.min(1, Math.max(0, mark.expected.low))
  const high = x + (width - 2) * Math.min(1, Math.max(0, mark.expected.high))
  context.fillStyle = palette.text
  context.fillRect(low, y - 1.5, 2, height + 3)
  if (high - low < 3) return
  context.fillRect(high, y - 1.5, 2, height + 3)
  context.fillRect(low, y + height + 0.5, high - low, 1)
}

/** The last values from left to right over a ground line at 0; gaps stay gaps. */
function drawSpark(context: CanvasRenderingContext2D, palette: Palette, mark: LiveMark, x: number, y: number, width: number, height: number): void {
  context.lineWidth = 1
  context.strokeStyle = palette.line
  context.beginPath()
  context.moveTo(x, y + height - 0.5)
  context.lineTo(x + width, y + height - 0.5)
  context.stroke()
  context.strokeStyle = mark.tone === 'critical' || mark.tone === 'warning' ? palette.tone[mark.tone] : palette.flow
  context.lineWidth = 1.4
  context.lineJoin = 'round'
  context.beginPath()
  for (const line of sparkLines(mark.spark, x, y, width, height)) {
    for (let at = 0; at < line.length; at += 2) {
      if (at === 0) context.moveTo(line[0] as number, line[1] as number)
      else context.lineTo(line[at] as number, line[at + 1] as number)
    }
  }
  context.stroke()
}
