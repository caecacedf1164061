import { textWidth } from './measure.ts'
import type { SceneEdge, SceneNode } from './scene.ts'

export const labelSize = 10.5
const labelHeight = 14
/** Places tried along the curve, as the curve's parameter, nearest to where a reader looks first. */
const tries = [0.5, 0.35, 0.65, 0.25, 0.75] as const
const offsets = [0, -10, 10, -18, 18] as const
/** Above this many labels nobody reads them at once; the screen shows them on hover instead. */
const mostLabels = 400

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

interface Area { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number }

/** Puts each label beside its curve where it covers no box and no other label, in the order of the edges. */
export function placeLabels(edges: readonly Omit<SceneEdge, 'labelAt'>[], nodes: readonly SceneNode[]): readonly SceneEdge[] {
  const labelled = edges.reduce((count, edge) => count + (edge.label === '' ? 0 : 1), 0)
  if (labelled === 0 || labelled > mostLabels) return edges.map((edge) => ({ ...edge, labelAt: null }))
  const taken: Area[] = []
  const boxes = nodes.map((each): Area => ({ left: each.x, top: each.y, right: each.x + each.width, bottom: each.y + each.height }))
  return edges.map((edge) => {
    if (edge.label === '') return { ...edge, labelAt: null }
    const half = labelWidth(edge.label) / 2
    for (const offset of offsets) {
      for (const t of tries) {
        const point = pointOnEdge(edge, t)
        const area = { left: point.x - half, right: point.x + half, top: point.y + offset - labelHeight / 2, bottom: point.y + offset + labelHeight / 2 }
        if (taken.some((other) => overlaps(area, other)) || boxes.some((other) => overlaps(area, other))) continue
        taken.push(area)
        return { ...edge, labelAt: { x: Math.round(point.x * 10) / 10, y: Math.round((point.y + offset) * 10) / 10 } }
      }
    }
    return { ...edge, labelAt: null }
  })
}

function overlaps(a: Area, b: Area): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}
