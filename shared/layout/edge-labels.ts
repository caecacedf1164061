import { textWidth } from './measure.ts'
import type { SceneEdge, SceneNode } from './scene.ts'

export const labelSize = 10.5
const labelHeight = 14
/** Places tried along the curve, as the curve's parameter, nearest to where a reader looks first. */
const tries = [0.5, 0.35, 0.65, 0.25, 0.75] as const
/** Sides tried at each place: above, below, then on the curve itself. */
const sides = [-1, 1, 0] as const
/** Above this many labels nobody reads them at once; the screen shows them on hover instead. */
const mostLabels = 400
const mostBoxes = 3000

export function labelWidth(label: string): number {
  return textWidth(label, 'uiBold', labelSize) + 8
}

/** Gap between two columns that holds the label, pixels. */
export function labelRoom(label: string): number {
  return label === '' ? 0 : Math.min(220, Math.ceil(labelWidth(label)) + 24)
}

/** Point of the curve at parameter `t`. */
export function pointOnEdge(edge: Pick<SceneEdge, 'x1' | 'y1' | 'x2' | 'y2'>, t: number): { readonly x: number; readonly y: number } {
  const bend = (edge.x1 + edge.x2) / 2
  const s = 1 - t
  return {
    x: s * s * s * edge.x1 + 3 * s * s * t * bend + 3 * s * t * t * bend + t * t * t * edge.x2,
    y: s * s * s * edge.y1 + 3 * s * s * t * edge.y1 + 3 * s * t * t * edge.y2 + t * t * t * edge.y2,
  }
}

/** Middle of a label that stands clear of the curve on one side, measured across its direction at `t`. */
function besideEdge(edge: Pick<SceneEdge, 'x1' | 'y1' | 'x2' | 'y2' | 'width'>, t: number, side: -1 | 0 | 1, half: number): { readonly x: number; readonly y: number } {
  const point = pointOnEdge(edge, t)
  if (side === 0) return point
  const before = pointOnEdge(edge, t - 0.02)
  const after = pointOnEdge(edge, t + 0.02)
  const length = Math.hypot(after.x - before.x, after.y - before.y) || 1
  const acrossX = -(after.y - before.y) / length
  const acrossY = (after.x - before.x) / length
  const distance = side * (Math.abs(acrossX) * half + (Math.abs(acrossY) * labelHeight) / 2 + edge.width / 2 + 1)
  return { x: point.x + acrossX * distance, y: point.y + acrossY * distance }
}

interface Area { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

/** Above this many edges only boxes and labels are kept clear, not the other curves. */
const mostWatchedEdges = 500

/**
 * Puts each label beside its curve where it covers no box, no other label and as few other curves as possible, in the
 * order of the edges.
 */
export function placeLabels(edges: readonly Omit<SceneEdge, 'labelAt'>[], nodes: readonly SceneNode[]): readonly SceneEdge[] {
  const labelled = edges.reduce((count, edge) => count + (edge.label === '' ? 0 : 1), 0)
  if (labelled === 0 || labelled > mostLabels || nodes.length > mostBoxes) return edges.map((edge) => ({ ...edge, labelAt: null }))
  const taken: Area[] = []
  const boxes = nodes.map((each): Area => ({ left: each.x, top: each.y, right: each.x + each.width, bottom: each.y + each.height }))
  const curves = edges.length > mostWatchedEdges ? [] : edges.map(pointsAlong)
  return edges.map((edge, own) => {
    if (edge.label === '') return { ...edge, labelAt: null }
    const half = labelWidth(edge.label) / 2
    let best: { readonly x: number; readonly y: number; readonly area: Area } | null = null
    let fewest = Infinity
    for (const side of sides) {
      for (const t of tries) {
        const { x, y } = besideEdge(edge, t, side, half)
        const area = { left: x - half, right: x + half, top: y - labelHeight / 2, bottom: y + labelHeight / 2 }
        if (taken.some((other) => overlaps(area, other)) || boxes.some((other) => overlaps(area, other))) continue
        // Lying on its own curve is worse than nothing else being in the way, better than hiding a second one.
        const covered = countCovered(curves, own, area) * 2 + (side === 0 ? 1 : 0)
        if (covered < fewest) {
          fewest = covered
          best = { x, y, area }
        }
        if (fewest === 0) break
      }
      if (fewest === 0) break
    }
    if (best === null) return { ...edge, labelAt: null }
    taken.push(best.area)
    return { ...edge, labelAt: { x: Math.round(best.x * 10) / 10, y: Math.round(best.y * 10) / 10 } }
  })
}

/**
 * The same for thousands of edges: at the middle of the curve, which stands in the gap between two columns where no box
 * is, unless the words of another edge are there. From top to bottom, so that neighbours keep their places.
 */
export function placeInGaps(edges: readonly Omit<SceneEdge, 'labelAt'>[]): readonly SceneEdge[] {
  const places = edges.map((edge): SceneEdge['labelAt'] => {
    const x = Math.round(((edge.x1 + edge.x2) / 2) * 10) / 10
    const fits = edge.label !== '' && edge.x2 - edge.x1 >= labelWidth(edge.label)
    return fits ? { x, y: Math.round(((edge.y1 + edge.y2) / 2 - edge.width / 2 - labelHeight / 2 - 1) * 10) / 10 } : null
  })
  const order = edges.map((_, index) => index).filter((index) => places[index] !== null).sort((a, b) => (places[a]?.x ?? 0) - (places[b]?.x ?? 0) || (places[a]?.y ?? 0) - (places[b]?.y ?? 0) || a - b)
  let last: { readonly x: number; readonly y: number } | null = null
  for (const index of order) {
    const place = places[index] ?? null
    if (place === null) continue
    if (last !== null && last.x === place.x && place.y - last.y < labelHeight) places[index] = null
    else last = place
  }
  return edges.map((edge, index) => ({ ...edge, labelAt: places[index] ?? null }))
}

/** Points of a curve close enough together that none passes through a label unseen: x and y in turn. */
function pointsAlong(edge: Omit<SceneEdge, 'labelAt'>): Float64Array {
  const steps = Math.min(80, Math.max(12, Math.ceil((Math.abs(edge.x2 - edge.x1) + Math.abs(edge.y2 - edge.y1)) / 8)))
  const points = new Float64Array(2 * (steps + 1))
  for (let step = 0; step <= steps; step += 1) {
    const { x, y } = pointOnEdge(edge, step / steps)
    points[2 * step] = x
    points[2 * step + 1] = y
  }
  return points
}

function countCovered(curves: readonly Float64Array[], own: number, area: Area): number {
  let covered = 0
  for (let index = 0; index < curves.length; index += 1) {
    if (index === own) continue
    const points = curves[index] as Float64Array
    for (let at = 0; at < points.length; at += 2) {
      const x = points[at] as number
      const y = points[at + 1] as number
      if (x < area.left || x > area.right || y < area.top - 2 || y > area.bottom + 2) continue
      covered += 1
      break
    }
  }
  return covered
}

function overlaps(a: Area, b: Area): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
