import { tangent } from './curve.ts'
import { trafficOf, type Look } from './look.ts'
import { toneOfChange } from './palette.ts'
import type { Projection } from './projection.ts'

/** Colour of a curve: what requests do that are treated differently, then what changed, otherwise plain. */
function strokeOf(look: Look, edge: number): string {
  const data = look.picture.edges[edge]
  if (data === undefined) return look.palette.same
  const mark = trafficOf(look, data.id)
  if (mark !== undefined) return look.palette.tone[mark.way === 'was' ? 'removed' : mark.tone]
  const tone = toneOfChange(data.change)
  if (tone !== 'same') return look.palette.tone[tone]
  return data.tone === 'critical' || data.tone === 'warning' ? look.palette.tone[data.tone] : look.palette.same
}

/** Dashed: gone from the config, or left by the requests that passed here. */
function isDashed(look: Look, edge: number): boolean {
  const data = look.picture.edges[edge]
  return data !== undefined && (data.change === 'removed' || trafficOf(look, data.id)?.way === 'was')
}

/** Layers from back to front: dimmed, plain, changed, lit or chosen. */
function layerOf(look: Look, edge: number): 0 | 1 | 2 | 3 {
  if (look.selectedEdges.has(edge) || look.hoverEdge === edge) return 3
  if (look.reach !== null) return look.reach.edges[edge] === 1 ? 3 : 0
  const data = look.picture.edges[edge]
  return data === undefined || (data.change === 'same' && trafficOf(look, data.id) === undefined) ? 1 : 2
}

function inLayers(look: Look, edges: readonly number[]): readonly (readonly number[])[] {
  const layers: number[][] = [[], [], [], []]
  for (const edge of edges) (layers[layerOf(look, edge)] as number[]).push(edge)
  return layers
}

/** Plain edges fade as they get many, so that what changed stays visible and nothing turns into a hairball. */
function alphaOf(layer: number, count: number): number {
  if (layer === 0) return Math.max(0.05, Math.min(0.16, 60 / count))
  if (layer === 1) return Math.max(0.16, Math.min(0.95, 260 / count))
  return layer === 2 ? Math.max(0.5, Math.min(1, 900 / count)) : 1
}

/**
 * Curves in screen pixels, one stroke each: a single path of overlapping curves is slower (performance notes, 2.2).
 * Widths shrink with the zoom, but never under about one pixel.
 */
export function drawCurves(context: CanvasRenderingContext2D, look: Look, edges: readonly number[], lies: Projection): void {
  const { picture } = look
  const { sx, sy, tx, ty } = lies
  context.lineCap = 'round'
  inLayers(look, edges).forEach((layer, index) => {
    const alpha = alphaOf(index, layer.length)
    context.globalAlpha = alpha
    for (const e of layer) {
      const x1 = (picture.x1[e] as number) * sx + tx
      const y1 = (picture.y1[e] as number) * sy + ty
      const x2 = (picture.x2[e] as number) * sx + tx
      const y2 = (picture.y2[e] as number) * sy + ty
      const reach = tangent(x1, x2)
      const width = Math.max(1.1, (picture.stroke[e] as number) * sy)
      context.beginPath()
      context.moveTo(x1, y1)
      context.bezierCurveTo(x1 + reach, y1, x2 - reach, y2, x2, y2)
      if (look.selectedEdges.has(e) || look.hoverEdge === e) {
        context.setLineDash([])
        context.strokeStyle = look.palette.brass
        context.lineWidth = width + 5
        context.globalAlpha = look.selectedEdges.has(e) ? 0.8 : 0.4
        context.stroke()
        context.globalAlpha = alpha
      }
      context.setLineDash(isDashed(look, e) ? [Math.max(2, width * 0.6), width + 4] : [])
      context.strokeStyle = strokeOf(look, e)
      context.lineWidth = width
      context.stroke()
    }
  })
  context.setLineDash([])
  context.globalAlpha = 1
}

/**
 * Straight lines for thousands of edges, in screen pixels. Edges that would cover the same pixels are drawn once; one
 * path per layer and colour is enough because they are all one pixel wide.
 */
export function drawLines(context: CanvasRenderingContext2D, look: Look, edges: readonly number[], lies: Projection): void {
  const { picture } = look
  const { sx, sy, tx, ty } = lies
  context.setLineDash([])
  context.lineCap = 'butt'
  inLayers(look, edges).forEach((layer, index) => {
    if (layer.length === 0) return
    const drawn = new Set<number>()
    const paths = new Map<string, { readonly path: Path2D; readonly isRemoved: boolean; readonly colour: string }>()
    for (const e of layer) {
      const x1 = (picture.x1[e] as number) * sx + tx
      const y1 = Math.round((picture.y1[e] as number) * sy + ty)
      const x2 = (picture.x2[e] as number) * sx + tx
      const y2 = Math.round((picture.y2[e] as number) * sy + ty)
      const key = ((Math.round(x1) & 1023) * 16384 + (y1 & 16383)) * 16384 + (y2 & 16383)
      if (index < 2 && drawn.has(key)) continue
      drawn.add(key)
      const colour = strokeOf(look, e)
      const isRemoved = isDashed(look, e)
      const name = isRemoved ? `${colour} removed` : colour
      let group = paths.get(name)
      if (group === undefined) paths.set(name, (group = { path: new Path2D(), isRemoved, colour }))
      group.path.moveTo(x1, y1 + 0.5)
      group.path.lineTo(x2, y2 + 0.5)
    }
    context.globalAlpha = alphaOf(index, drawn.size)
    context.lineWidth = index === 3 ? 1.5 : 1
    for (const { path, isRemoved, colour } of paths.values()) {
      context.setLineDash(isRemoved && drawn.size < 3000 ? [5, 4] : [])
      context.strokeStyle = colour
      context.stroke(path)
    }
  })
  context.setLineDash([])
  context.globalAlpha = 1
}
