import type { BoxNodeType } from './BoxNode.tsx'
import { pointAt } from './curve.ts'
import { describeNode } from './describe.ts'
import type { Picture } from './picture.ts'
import { projectionOf } from './projection.ts'
import type { TopologyMode } from './props.ts'
import type { TrafficMarks } from '#shared/view/traffic-marks.ts'
import { isEdgeOnSide, visibleNodes } from './visible.ts'
import { farZoom, type Viewport } from './viewport.ts'

const mostBoxes = 350
const mostEdges = 160

/**
 * Boxes that become elements: those in view when near, at most 350, nearest to the middle first; and always the one
 * the keyboard stands on, so that it never loses its place.
 */
export function nodesToMount(
  picture: Picture, mode: TopologyMode, viewport: Viewport, width: number, height: number, standing: number, selected: ReadonlySet<number>,
): BoxNodeType[] {
  const wanted = viewport.zoom >= farZoom && width > 0 ? nearest(picture, visibleNodes(picture, mode, viewport, width, height), viewport, width, height) : []
  if (standing >= 0 && standing < picture.nodes.length && !wanted.includes(standing)) wanted.push(standing)
  // Reading order of a screen reader: column by column, top to bottom.
  wanted.sort((a, b) => (picture.column[a] as number) - (picture.column[b] as number) || (picture.y[a] as number) - (picture.y[b] as number))
  const lies = projectionOf(picture, viewport, width)
  return wanted.flatMap((i): BoxNodeType[] => {
    const node = picture.nodes[i]
    if (node === undefined) return []
    const into = (picture.inStart[i + 1] as number) - (picture.inStart[i] as number)
    const out = (picture.outStart[i + 1] as number) - (picture.outStart[i] as number)
    // Far out the columns are drawn wider than the zoom says; the element has to lie where the tile is.
    const x = ((picture.x[i] as number) * lies.sx + lies.tx - viewport.x) / viewport.zoom
    return [{
      id: node.id, type: 'box', position: { x, y: picture.y[i] as number }, width: ((picture.w[i] as number) * lies.sx) / viewport.zoom, height: picture.h[i] as number,
      draggable: false, selectable: false, connectable: false, focusable: false,
      data: {
        label: describeNode(node, into, out), tooltip: [node.title, ...node.lines, ...node.changes].join('\n'),
        isActive: i === standing, isSelected: selected.has(i), folded: node.members.length,
      },
    }]
  })
}

function nearest(picture: Picture, nodes: number[], viewport: Viewport, width: number, height: number): number[] {
  if (nodes.length <= mostBoxes) return nodes
  const x = (width / 2 - viewport.x) / viewport.zoom
  const y = (height / 2 - viewport.y) / viewport.zoom
  const away = (i: number): number => Math.hypot((picture.x[i] as number) + (picture.w[i] as number) / 2 - x, (picture.y[i] as number) + (picture.h[i] as number) / 2 - y)
  return nodes.map((i) => ({ i, far: away(i) })).sort((a, b) => a.far - b.far).slice(0, mostBoxes).map((each) => each.i)
}

export interface EdgeButton {
  readonly id: string
  readonly edge: number
  readonly x: number
  readonly y: number
  /** It hangs on the box the keyboard stands on. */
  readonly isOwn: boolean
}

/** Edges that get a small focusable element at their middle: those of the box the keyboard stands on, and in view what changed or carries a mark. */
export function edgesToMount(picture: Picture, mode: TopologyMode, traffic: TrafficMarks, viewport: Viewport, width: number, height: number, standing: number): readonly EdgeButton[] {
  const own = standing >= 0 && standing < picture.nodes.length
    ? [...picture.outEdges.subarray(picture.outStart[standing], picture.outStart[standing + 1]), ...picture.inEdges.subarray(picture.inStart[standing], picture.inStart[standing + 1])].slice(0, mostEdges)
    : []
  const seen = new Set(own)
  const others: number[] = []
  if (viewport.zoom >= farZoom && width > 0) {
    for (const node of visibleNodes(picture, mode, viewport, width, height)) {
      for (let k = picture.outStart[node] as number; k < (picture.outStart[node + 1] as number) && others.length + own.length < mostEdges; k += 1) {
        const edge = picture.outEdges[k] as number
        const data = picture.edges[edge]
        if (data !== undefined && !seen.has(edge) && (data.change !== 'same' || traffic.has(data.id))) others.push(edge)
      }
    }
  }
  const lies = projectionOf(picture, viewport, width)
  return [...own, ...others].filter((edge) => isEdgeOnSide(picture, edge, mode)).flatMap((edge): EdgeButton[] => {
    const id = picture.edges[edge]?.id
    if (id === undefined) return []
    const middle = pointAt(picture.x1[edge] as number, picture.y1[edge] as number, picture.x2[edge] as number, picture.y2[edge] as number, 0.5)
    return [{ id, edge, x: (middle.x * lies.sx + lies.tx - viewport.x) / viewport.zoom, y: middle.y, isOwn: seen.has(edge) }]
  })
}
