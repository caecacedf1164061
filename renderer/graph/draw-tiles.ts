import { hasBar, tagText } from '#shared/layout/box.ts'
import { fitText, textWidth } from '#shared/layout/measure.ts'
import { toneGlyph } from '#shared/presentation/presentation.ts'
import { stateSign } from './box-content.ts'
import { drawRings, isDim } from './draw-boxes.ts'
import { frameOf, type Look } from './look.ts'
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

/**
 * Boxes seen from far, in screen pixels: dense tiles with as many words as can be read at their size. Pools keep their
 * share bar and the number of their servers; plain boxes that fall on the same row of pixels are drawn once.
 */
export function drawTiles(context: CanvasRenderingContext2D, look: Look, nodes: readonly number[], lies: Projection): void {
  const { sx, sy, tx, ty } = lies
  const { picture, palette } = look
  const lastRow = [-1, -1, -1, -1]
  context.lineWidth = 1
  context.textBaseline = 'middle'
  for (const i of nodes) {
    const node = picture.nodes[i]
    if (node === undefined) continue
    const x = Math.round((picture.x[i] as number) * sx + tx)
    const y = (picture.y[i] as number) * sy + ty
    const w = Math.max(2, (picture.w[i] as number) * sx)
    const h = Math.max(1, (picture.h[i] as number) * sy)
    const frame = frameOf(look, node)
    const tone = frame === 'neutral' && (node.tone === 'down' || node.tone === 'maintenance') ? node.tone : frame
    const isPlain = tone === 'neutral' && !look.selectedNodes.has(i) && !look.found.has(i)
    const column = picture.column[i] as number
    const row = Math.round(y)
    if (h < 2 && isPlain && (look.reach === null || isDim(look, i)) && lastRow[column] === row) continue
    lastRow[column] = row
    context.globalAlpha = isDim(look, i) ? 0.25 : 1
    if (h < 5) {
      context.fillStyle = isPlain ? palette.lineStrong : palette.tone[tone]
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
        context.globalAlpha = isDim(look, i) ? 0.25 : 1
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

/** Words as large as the tile allows, between 8 and 12 pixels; smaller than that they are left out. */
function drawTileWords(context: CanvasRenderingContext2D, look: Look, index: number, x: number, y: number, w: number, h: number): void {
  const { palette, picture } = look
  const node = picture.nodes[index]
  if (node === undefined) return
  const isPool = node.column === 'pool'
  const barHeight = hasBar(node) && h >= 9 ? (h >= 16 ? 3 : 2) : 0
  if (barHeight > 0) {
    context.fillStyle = palette.sunken
    context.fillRect(x + 3, y + h - barHeight - 1, w - 6, barHeight)
    context.fillStyle = node.change === 'same' ? palette.flow : palette.tone[toneOfChange(node.change)]
    context.fillRect(x + 3, y + h - barHeight - 1, Math.max(2, (w - 6) * Math.min(1, node.share ?? 0)), barHeight)
    if (node.shareBefore !== null && node.shareBefore !== node.share) {
      context.fillStyle = palette.text
      context.fillRect(x + 3 + (w - 8) * node.shareBefore, y + h - barHeight - 2, 2, barHeight + 1)
    }
  }
  const room = h - (h >= 16 ? barHeight : 0)
  const size = Math.min(12, Math.floor(room - 2))
  if (size < 8 || w < 34) return
  const line = node.lines[0] ?? ''
  const isTall = room >= 29 && w > 90 && line !== ''
  const font = `600 ${size}px ${palette.fontUi}`
  const middle = y + (isTall ? room * 0.34 : room / 2) + 0.5
  const changed = toneOfChange(node.change)
  const sign = stateSign(node)
  const left = x + 6 + (sign === '' || w <= 60 ? 0 : textWidth(sign === 'dot' ? '●' : sign, 'uiBold', size) + 4)
  const title = textWidth(node.title, 'uiBold', size)
  context.font = font
  // The whole label if it fits beside the title, otherwise its sign; pools tell how many servers they have.
  const servers = isPool ? serverCount(look, index) : 0
  const glyph = changed === 'same' ? '' : toneGlyph[changed]
  const wishes = servers > 0 ? [`${glyph} ${servers}`.trim()] : [tagText(node), glyph]
  const right = w <= 60 ? '' : (wishes.find((wish) => left + title + textWidth(wish, 'uiBold', size) + 18 <= x + w) ?? wishes[wishes.length - 1] ?? '')
  const rightWidth = right === '' ? 0 : textWidth(right, 'uiBold', size) + 6
  if (left > x + 6) {
    context.fillStyle = palette.tone[node.tone]
    context.fillText(sign === 'dot' ? '●' : sign, x + 6, middle)
  }
  const words = fitText(node.title, 'uiBold', size, x + w - 6 - rightWidth - left)
  if (words !== '…') {
    context.fillStyle = palette.text
    context.fillText(words, left, middle)
  }
  if (right !== '') {
    context.fillStyle = changed === 'same' ? palette.text2 : palette.tone[changed]
    context.fillText(right, x + w - rightWidth, middle)
  }
  if (isTall) {
    context.font = `10px ${palette.fontMono}`
    context.fillStyle = palette.text2
    context.fillText(fitText(line, 'mono', 10, w - 12), x + 6, y + room * 0.74)
  }
}
