import { box } from '#shared/layout/box.ts'
import { barTop, boxFonts, type BoxContent } from './box-content.ts'
import { alphaOfBox, frameOf, type Look } from './look.ts'
import { toneOfChange } from './palette.ts'

/** Whether a box is dimmed because something else is lit. */
export function isDim(look: Look, node: number): boolean {
  return look.reach !== null && look.reach.nodes[node] === 0
}

/** Boxes with their words, in picture coordinates; the caller has set the transform. */
export function drawBoxes(context: CanvasRenderingContext2D, look: Look, nodes: readonly number[], contentOf: (node: number) => BoxContent): void {
  const { picture, palette } = look
  // One pass per font: setting the font of a context costs more than drawing a word.
  for (const i of nodes) drawFrame(context, look, i)
  context.textBaseline = 'middle'
  context.textAlign = 'left'
  context.font = boxFonts.title(palette.fontUi)
  for (const i of nodes) {
    const node = picture.nodes[i]
    if (node === undefined) continue
    const content = contentOf(i)
    const x = picture.x[i] as number
    const middle = (picture.y[i] as number) + content.top + box.titleHeight / 2
    context.globalAlpha = alphaOfBox(look, i)
    if (content.sign !== '') {
      context.fillStyle = palette.tone[content.signTone]
      if (content.sign === 'dot') {
        context.beginPath()
        context.arc(x + box.padding + 4, middle, 4, 0, 2 * Math.PI)
        context.fill()
      } else context.fillText(content.sign, x + box.padding - 1, middle + 0.5)
    }
    context.fillStyle = palette.text
    context.fillText(content.title, x + content.titleLeft, middle + 0.5)
  }
  context.font = boxFonts.line(palette.fontMono)
  context.fillStyle = palette.text2
  for (const i of nodes) {
    const content = contentOf(i)
    if (content.lines.length === 0) continue
    context.globalAlpha = alphaOfBox(look, i)
    const top = (picture.y[i] as number) + content.top + box.titleHeight
    content.lines.forEach((line, at) => context.fillText(line, (picture.x[i] as number) + box.padding, top + box.lineHeight * (at + 0.5)))
  }
  context.font = boxFonts.tag(palette.fontUi)
  context.lineWidth = 1
  for (const i of nodes) {
    const content = contentOf(i)
    const node = picture.nodes[i]
    if (node === undefined || content.tag === '') continue
    const left = (picture.x[i] as number) + content.tagLeft
    const top = (picture.y[i] as number) + content.top + (box.titleHeight - box.tagHeight) / 2
    const tone = content.tagTone
    context.globalAlpha = alphaOfBox(look, i)
    context.beginPath()
    context.roundRect(left + 0.5, top + 0.5, content.tagWidth - 1, box.tagHeight - 1, box.tagHeight / 2)
    context.strokeStyle = tone === 'neutral' ? palette.lineStrong : palette.tone[tone]
    context.stroke()
    context.fillStyle = tone === 'neutral' ? palette.text2 : palette.tone[tone]
    context.fillText(content.tag, left + box.tagPadding, top + box.tagHeight / 2 + 0.5)
  }
  context.globalAlpha = 1
}

function drawFrame(context: CanvasRenderingContext2D, look: Look, i: number): void {
  const { picture, palette } = look
  const node = picture.nodes[i]
  if (node === undefined) return
  const x = picture.x[i] as number
  const y = picture.y[i] as number
  const w = picture.w[i] as number
  const h = picture.h[i] as number
  context.globalAlpha = alphaOfBox(look, i)
  context.lineWidth = 1
  if (node.members.length > 0) {
    // A second edge behind the box: there is more inside.
    context.strokeStyle = palette.lineStrong
    context.beginPath()
    context.roundRect(x + 3.5, y + 3.5, w - 1, h - 1, box.radius)
    context.fillStyle = palette.surface
    context.fill()
    context.stroke()
  }
  context.beginPath()
  context.roundRect(x + 0.5, y + 0.5, w - 1, h - 1, box.radius)
  context.fillStyle = palette.surface
  context.fill()
  const tone = frameOf(look, i, node)
  context.strokeStyle = tone === 'neutral' ? palette.lineStrong : palette.tone[tone]
  if (node.change === 'removed') context.setLineDash([4, 3])
  else if (look.live !== null && tone === 'unknown') context.setLineDash([1.5, 2.5])
  context.stroke()
  context.setLineDash([])
  const bar = look.live === null ? barTop(node) : null
  if (bar !== null) drawBar(context, look, i, x + box.padding, y + bar, w - 2 * box.padding)
  drawRings(context, look, i, x, y, w, h)
}

/** Share of the largest server of a pool, with a tick where it was before. */
function drawBar(context: CanvasRenderingContext2D, look: Look, i: number, x: number, y: number, width: number): void {
  const node = look.picture.nodes[i]
  if (node === undefined) return
  const { palette } = look
  context.fillStyle = palette.sunken
  context.beginPath()
  context.roundRect(x, y, width, box.barHeight, 3)
  context.fill()
  if (node.share !== null) {
    context.fillStyle = node.change === 'same' ? palette.flow : palette.tone[toneOfChange(node.change)]
    context.beginPath()
    context.roundRect(x, y, Math.max(3, width * Math.min(1, node.share)), box.barHeight, 3)
    context.fill()
  }
  if (node.shareBefore !== null && node.shareBefore !== node.share) {
    context.fillStyle = palette.text
    context.fillRect(x + (width - 2) * Math.min(1, node.shareBefore), y, 2, box.barHeight)
  }
}

/** Rings of selection (full) and of find (dashed, full for the one visited), outside the box. */
export function drawRings(context: CanvasRenderingContext2D, look: Look, node: number, x: number, y: number, w: number, h: number): void {
  const isSelected = look.selectedNodes.has(node)
  if (!isSelected && !look.found.has(node)) return
  context.globalAlpha = 1
  context.strokeStyle = look.palette.brass
  context.lineWidth = 2
  if (!isSelected && look.foundNow !== node) context.setLineDash([3, 3])
  context.beginPath()
  context.roundRect(x - 1, y - 1, w + 2, h + 2, Math.min(h / 2, box.radius) + 1)
  context.stroke()
  context.setLineDash([])
}
