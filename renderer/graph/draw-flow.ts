import type { LiveMark } from '#shared/view/live-marks.ts'
import { flowColour, type FlowColour } from '#shared/view/live-style.ts'
import { tangent } from './curve.ts'
import type { LiveLook } from './live-look.ts'
import type { Look } from './look.ts'
import type { Palette } from './palette.ts'
import type { Projection } from './projection.ts'

export const staleAlpha = 0.45

function colourOf(palette: Palette, colour: FlowColour): string {
  switch (colour) {
    case 'none': return palette.same
    case 'low': return palette.flowLow
    case 'mid': return palette.flow
    case 'high': return palette.flowHigh
    case 'warning': case 'critical': return palette.tone[colour]
    case 'unknown': return palette.text3
  }
}

/** Where nothing flows, or nothing is known, an edge stays thin and pale behind those that carry traffic. */
type Layer = 'dim' | 'empty' | 'low' | 'flow' | 'wrong' | 'lit'
const layers: readonly Layer[] = ['dim', 'empty', 'low', 'flow', 'wrong', 'lit']
const alphas: Readonly<Record<Layer, number>> = { dim: 0.12, empty: 0.55, low: 0.95, flow: 1, wrong: 1, lit: 1 }

function layerOf(look: Look, edge: number, mark: LiveMark | undefined): Layer {
  if (look.selectedEdges.has(edge) || look.hoverEdge === edge) return 'lit'
  if (look.reach !== null) return look.reach.edges[edge] === 1 ? 'lit' : 'dim'
  if (mark === undefined) return 'empty'
  switch (mark.tone) {
    case 'critical': case 'warning': return 'wrong'
    case 'quiet': case 'unknown': return 'empty'
    case 'busy': return 'flow'
    case 'traffic': return flowColour(mark, look.live?.marks.highest ?? 0) === 'low' ? 'low' : 'flow'
  }
}

function inLayers(look: Look, live: LiveLook, edges: readonly number[]): ReadonlyMap<Layer, readonly number[]> {
  const found = new Map<Layer, number[]>(layers.map((layer) => [layer, []]))
  for (const edge of edges) found.get(layerOf(look, edge, live.edges[edge]))?.push(edge)
  return found
}

/** Many thin edges would be a grey ground: they fade as they get more, those with traffic do not. */
function alphaOf(layer: Layer, count: number, isStale: boolean): number {
  const fade = layer === 'dim' || layer === 'empty' ? Math.min(1, Math.max(0.25, 160 / count)) : layer === 'low' ? Math.min(1, Math.max(0.4, 700 / count)) : 1
  return alphas[layer] * fade * (isStale ? staleAlpha : 1)
}

/** Stripes across a curve whose amount is not known exactly. */
const hatch = [2, 2.6]

/** Curves whose width follows the rate, in screen pixels; hatched between what flows at least and at most, dotted where nothing is known. */
export function drawFlowCurves(context: CanvasRenderingContext2D, look: Look, live: LiveLook, edges: readonly number[], lies: Projection): void {
  const { picture, palette } = look
  const { sx, sy, tx, ty } = lies
  const { highest, stale } = live.marks
  for (const [layer, list] of inLayers(look, live, edges)) {
    const alpha = alphaOf(layer, list.length, stale)
    for (const e of list) {
      const mark = live.edges[e]
      const x1 = (picture.x1[e] as number) * sx + tx
      const y1 = (picture.y1[e] as number) * sy + ty
      const x2 = (picture.x2[e] as number) * sx + tx
      const y2 = (picture.y2[e] as number) * sy + ty
      const reach = tangent(x1, x2)
      const colour = colourOf(palette, flowColour(mark, highest))
      const outer = Math.max(1, (live.outer[e] as number) * sy)
      context.globalAlpha = alpha
      context.lineCap = 'butt'
      context.beginPath()
      context.moveTo(x1, y1)
      context.bezierCurveTo(x1 + reach, y1, x2 - reach, y2, x2, y2)
      if (look.selectedEdges.has(e) || look.hoverEdge === e) {
        context.setLineDash([])
        context.strokeStyle = palette.brass
        context.lineWidth = outer + 5
        context.globalAlpha = look.selectedEdges.has(e) ? 0.8 : 0.4
        context.stroke()
        context.globalAlpha = alpha
      }
      if (mark !== undefined && mark.bounds !== null) {
        context.setLineDash(hatch)
        context.strokeStyle = colour
        context.lineWidth = outer
        context.stroke()
        if (mark.bounds.low <= 0) continue
      }
      context.setLineDash(mark?.tone === 'unknown' ? [2, 4] : [])
      context.strokeStyle = colour
      context.lineWidth = Math.max(1, (live.inner[e] as number) * sy)
      context.stroke()
    }
  }
  context.setLineDash([])
  context.globalAlpha = 1
}

/**
 * Widths of straight lines far out, in three steps for the scale of a whole fleet: lines of one pixel beside each other,
 * this many pixels apart. Thousands of them take a tenth of the time that as many broader ones take without a graphics
 * processor (measured: 700 lines 2 ms instead of 14–60).
 */
const thin = [0]
const farLines: Readonly<Record<FlowColour, readonly number[]>> = { none: thin, unknown: thin, low: thin, mid: [-0.25, 0.25], high: [-1, 0, 1], warning: [-0.75, 0, 0.75], critical: [-0.75, 0, 0.75] }

/** Edges of one layer that are drawn at a stretch. Those of a layer share what was drawn already. */
interface FlowPart {
  readonly layer: Layer
  readonly edges: readonly number[]
  readonly alpha: number
  readonly drawn: Set<number>
}

/** So many that a part takes about a millisecond. */
const partSize = 250

/** The same as straight lines for thousands of edges, in parts from back to front; those that would cover the same pixels are drawn once. */
export function flowParts(look: Look, live: LiveLook, edges: readonly number[]): readonly FlowPart[] {
  const parts: FlowPart[] = []
  for (const [layer, list] of inLayers(look, live, edges)) {
    const drawn = new Set<number>()
    const alpha = alphaOf(layer, Math.max(1, list.length), live.marks.stale)
    for (let at = 0; at < list.length; at += partSize) parts.push({ layer, edges: list.slice(at, at + partSize), alpha, drawn })
  }
  return parts
}

export function drawFlowLines(context: CanvasRenderingContext2D, look: Look, live: LiveLook, edges: readonly number[], lies: Projection): void {
  for (const part of flowParts(look, live, edges)) drawFlowPart(context, look, live, part, lies)
}

export function drawFlowPart(context: CanvasRenderingContext2D, look: Look, live: LiveLook, { layer, edges, alpha, drawn }: FlowPart, lies: Projection): void {
  const { picture, palette } = look
  const { sx, sy, tx, ty } = lies
  const { highest } = live.marks
  const paths = new Map<string, { readonly path: Path2D; readonly colour: FlowColour; readonly isDashed: boolean; readonly isSteep: boolean }>()
  for (const e of edges) {
    const mark = live.edges[e]
    const x1 = (picture.x1[e] as number) * sx + tx
    const y1 = Math.round((picture.y1[e] as number) * sy + ty)
    const x2 = (picture.x2[e] as number) * sx + tx
    const y2 = Math.round((picture.y2[e] as number) * sy + ty)
    if (layer !== 'lit' && layer !== 'wrong') {
      const key = ((Math.round(x1) & 1023) * 16384 + (y1 & 16383)) * 16384 + (y2 & 16383)
      if (drawn.has(key)) continue
      drawn.add(key)
    }
    const colour = flowColour(mark, highest)
    const isDashed = mark !== undefined && (mark.bounds !== null || mark.tone === 'unknown')
    const isSteep = Math.abs(y2 - y1) > Math.abs(x2 - x1)
    const name = `${colour} ${isDashed} ${isSteep}`
    let group = paths.get(name)
    if (group === undefined) paths.set(name, (group = { path: new Path2D(), colour, isDashed, isSteep }))
    group.path.moveTo(x1, y1 + 0.5)
    group.path.lineTo(x2, y2 + 0.5)
  }
  context.lineCap = 'butt'
  context.globalAlpha = alpha
  context.lineWidth = 1
  for (const { path, colour, isDashed, isSteep } of paths.values()) {
    context.setLineDash(isDashed ? [3, 3] : [])
    context.strokeStyle = colourOf(palette, colour)
    for (const aside of farLines[colour]) {
      context.translate(isSteep ? aside : 0, isSteep ? 0 : aside)
      context.stroke(path)
      context.translate(isSteep ? -aside : 0, isSteep ? 0 : -aside)
    }
  }
  context.setLineDash([])
  context.globalAlpha = 1
}
