import { hasBar, tagText } from '#shared/layout/box.ts'
import { fitText, textWidth } from '#shared/layout/measure.ts'
import { toneGlyph, type Tone } from '#shared/presentation/presentation.ts'
import type { LiveMark } from '#shared/view/live-marks.ts'
import { badgeTone, stateBadge } from '#shared/view/live-style.ts'
import type { TopologyNode } from '#shared/view/topology-view.ts'
import { signOf, stateSign } from './box-content.ts'
import { drawRings, isDim } from './draw-boxes.ts'
import { drawShare } from './draw-live-boxes.ts'
import { alphaOfBox, frameOf, type Look } from './look.ts'
import { toneOfChange } from './palette.ts'
import type { Projection } from './projection.ts'

/** Servers behind a pool: those drawn and those folded. */
export function serverCount(look: Look, node: number): number {
  const { picture } = look
  let count = picture.nodes[node]?.members.length ?? 0
  for (let k = picture.outStart[node] as number; k < (picture.outStart[node + 1] as number); k += 1) {
    const target = picture.nodes[picture.target[picture.outEdges[k] as number] as number]
    if (target?.column === 'server') count += Math.max(1, target.members.length)
  }
  return count
}

/** The row of pixels drawn last in each column; parts of one drawing share it. */
export const newRows = (): number[] => [-1, -1, -1, -1]

/**
 * Boxes seen from far, in screen pixels: dense tiles with as many words as can be read at their size. Pools keep their
 * share bar and the number of their servers; plain boxes that fall on the same row of pixels are drawn once.
 */
export function drawTiles(context: CanvasRenderingContext2D, look: Look, nodes: readonly number[], lies: Projection, lastRow: number[] = newRows()): void {
  const { sx, sy, tx, ty } = lies
  const { picture, palette } = look
  context.lineWidth = 1
  context.textBaseline = 'middle'
  for (const i of nodes) {
    const node = picture.nodes[i]
    if (node === undefined) continue
    const x = Math.round((picture.x[i] as number) * sx + tx)
    const y = (picture.y[i] as number) * sy + ty
    const w = Math.max(2, (picture.w[i] as number) * sx)
    const h = Math.max(1, (picture.h[i] as number) * sy)
    const mark = look.live?.nodes[i]
    const frame = frameOf(look, i, node)
    const own = mark === undefined ? node.tone : tileState(mark)
    const tone = frame === 'neutral' && (own === 'down' || own === 'maintenance') ? own : frame
    const isPlain = tone === 'neutral' && !look.selectedNodes.has(i) && !look.found.has(i)
    const column = picture.column[i] as number
    const row = Math.round(y)
    if (h < 2 && isPlain && (look.reach === null || isDim(look, i)) && lastRow[column] === row) continue
    lastRow[column] = row
    context.globalAlpha = look.live === null ? (isDim(look, i) ? 0.25 : 1) : alphaOfBox(look, i)
    if (h < 5) {
      context.fillStyle = isPlain ? (mark?.tone === 'busy' ? palette.flow : mark?.tone === 'traffic' ? palette.flowLow : palette.lineStrong) : palette.tone[tone]
      const thick = isPlain ? Math.max(1, h - 0.5) : Math.max(2, h)
      // Removed is broken at every size, as its frame and its edges are.
      if (node.change === 'removed') for (let at = 0; at < w; at += 9) context.fillRect(x + at, y, Math.min(5, w - at), thick)
      else context.fillRect(x, y, w, thick)
    } else {
      context.beginPath()
      context.roundRect(x + 0.5, y + 0.5, w - 1, h - 1, Math.min(6, h / 4))
      context.fillStyle = palette.surface
      context.fill()
      if (!isPlain) {
        context.globalAlpha *= 0.22
        context.fillStyle = palette.tone[tone]
        context.fill()
        context.globalAlpha = look.live === null ? (isDim(look, i) ? 0.25 : 1) : alphaOfBox(look, i)
      }
      context.strokeStyle = isPlain ? palette.lineStrong : palette.tone[tone]
      if (node.change === 'removed') context.setLineDash([3, 2])
      context.stroke()
      context.setLineDash([])
      drawTileWords(context, look, i, x, y, w, h)
    }
    drawRings(context, look, i, x, y, w, h)
  }
  context.globalAlpha = 1
}

/** A server that is down or out of use is seen from far, too. */
function tileState(mark: LiveMark): Tone {
  const state = stateBadge(mark)
  return state === undefined || state.kind === 'alert' ? 'neutral' : badgeTone(state.kind, mark)
}

/** Words as large as the tile allows, between 8 and 12 pixels; smaller than that they are left out. */
function drawTileWords(context: CanvasRenderingContext2D, look: Look, index: number, x: number, y: number, w: number, h: number): void {
  const { palette, picture } = look
  const node = picture.nodes[index]
  if (node === undefined) return
  const live = look.live?.nodes[index]
  const barHeight = (look.live === null ? hasBar(node) : live !== undefined && (live.share !== null || live.expected !== null)) && h >= 9 ? (h >= 16 ? 3 : 2) : 0
  if (barHeight > 0) {
    if (live === undefined) drawConfigBar(context, look, node, x + 3, y + h - barHeight - 1, w - 6, barHeight)
    else drawShare(context, palette, live, x + 3, y + h - barHeight - 2, w - 6, barHeight)
  }
  const room = h - (h >= 16 ? barHeight : 0)
  const size = Math.min(12, Math.floor(room - 2))
  if (size < 8 || w < 34) return
  const line = live?.lines[0] ?? node.lines[0] ?? ''
  const isTall = room >= 29 && w > 90 && line !== ''
  const font = `600 ${size}px ${palette.fontUi}`
  const middle = y + (isTall ? room * 0.34 : room / 2) + 0.5
  const changed = toneOfChange(node.change)
  const state = live === undefined ? undefined : stateBadge(live)
  const stateTone = live === undefined || state === undefined ? node.tone : badgeTone(state.kind, live)
  const sign = look.live === null ? stateSign(node) : state === undefined ? '' : signOf(stateTone)
  const left = x + 6 + (sign === '' || w <= 60 ? 0 : textWidth(sign === 'dot' ? '●' : sign, 'uiBold', size) + 4)
  const title = textWidth(node.title, 'uiBold', size)
  context.font = font
  // The whole label if it fits beside the title, otherwise its sign; pools tell how many servers they have.
  const servers = node.column === 'pool' ? serverCount(look, index) : 0
  const glyph = changed === 'same' ? '' : toneGlyph[changed]
  const up = live?.badges.find((badge) => badge.text.endsWith(' up'))?.text ?? ''
  const wishes = live !== undefined ? [...(up === '' || up === live.label ? [] : [`${live.label} · ${up}`]), live.label, shareOrRate(live), ''] : servers > 0 ? [`${glyph} ${servers}`.trim()] : [tagText(node), glyph]
  const right = w <= 60 ? '' : (wishes.find((wish) => left + title + textWidth(wish, 'uiBold', size) + 18 <= x + w) ?? wishes[wishes.length - 1] ?? '')
  const rightWidth = right === '' ? 0 : textWidth(right, 'uiBold', size) + 6
  if (left > x + 6) {
    context.fillStyle = palette.tone[stateTone]
    context.fillText(sign === 'dot' ? '●' : sign, x + 6, middle)
  }
  const words = fitText(node.title, 'uiBold', size, x + w - 6 - rightWidth - left)
  if (words !== '…') {
    context.fillStyle = palette.text
    context.fillText(words, left, middle)
  }
  if (right !== '') {
    context.fillStyle = live !== undefined ? (live.tone === 'critical' || live.tone === 'warning' ? palette.tone[live.tone] : palette.text2) : changed === 'same' ? palette.text2 : palette.tone[changed]
    context.fillText(right, x + w - rightWidth, middle)
  }
  if (isTall) {
    context.font = `10px ${palette.fontMono}`
    context.fillStyle = palette.text2
    context.fillText(fitText(line, 'mono', 10, w - 12), x + 6, y + room * 0.74)
  }
}

/** The part of a label that must not be missing where there is little room. */
function shareOrRate({ label }: LiveMark): string {
  return label.split(' · ', 1)[0] ?? ''
}

/** Share of the largest server as the config has it, with a tick where it was before. */
function drawConfigBar(context: CanvasRenderingContext2D, { palette }: Look, node: TopologyNode, x: number, y: number, width: number, height: number): void {
  context.fillStyle = palette.sunken
  context.fillRect(x, y, width, height)
  context.fillStyle = node.change === 'same' ? palette.flow : palette.tone[toneOfChange(node.change)]
  context.fillRect(x, y, Math.max(2, width * Math.min(1, node.share ?? 0)), height)
  if (node.shareBefore === null || node.shareBefore === node.share) return
  context.fillStyle = palette.text
  context.fillRect(x + (width - 2) * node.shareBefore, y - 1, 2, height + 1)
}
