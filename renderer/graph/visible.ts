import { isOnSide, rowsInside, type Picture } from './picture.ts'
import { projectionOf } from './projection.ts'
import type { Viewport } from './viewport.ts'
import type { TopologyMode } from './props.ts'

/** Boxes that reach into the window, column by column, at most `limit` of them. */
export function visibleNodes(picture: Picture, mode: TopologyMode, view: Viewport, width: number, height: number): number[] {
  const lies = projectionOf(picture, view, width)
  const left = -lies.tx / lies.sx
  const right = left + width / lies.sx
  const top = -view.y / view.zoom
  const bottom = top + height / view.zoom
  const found: number[] = []
  for (const list of picture.byColumn) {
    const [from, to] = rowsInside(picture, list, top, bottom)
    for (let at = from; at < to; at += 1) {
      const node = list[at] as number
      const x = picture.x[node] as number
      if (x <= right && x + (picture.w[node] as number) >= left && isOnSide(picture.nodes[node]?.change ?? 'same', mode)) found.push(node)
    }
  }
  return found
}

/** How many rows are in the window, without collecting them. */
export function countRows(picture: Picture, view: Viewport, height: number): number {
  const top = -view.y / view.zoom
  let count = 0
  for (const list of picture.byColumn) {
    const [from, to] = rowsInside(picture, list, top, top + height / view.zoom)
    count += to - from
  }
  return count
}

/** Edges with an end among the visible boxes: one that merely crosses the window says nothing there. */
export function visibleEdges(picture: Picture, mode: TopologyMode, nodes: readonly number[]): number[] {
  const inside = new Uint8Array(picture.nodes.length)
  for (const node of nodes) inside[node] = 1
  const found: number[] = []
  for (const node of nodes) {
    for (let k = picture.outStart[node] as number; k < (picture.outStart[node + 1] as number); k += 1) {
      const edge = picture.outEdges[k] as number
      if (isEdgeOnSide(picture, edge, mode)) found.push(edge)
    }
    for (let k = picture.inStart[node] as number; k < (picture.inStart[node + 1] as number); k += 1) {
      const edge = picture.inEdges[k] as number
      if (inside[picture.source[edge] as number] === 0 && isEdgeOnSide(picture, edge, mode)) found.push(edge)
    }
  }
  return found
}

export function isEdgeOnSide(picture: Picture, edge: number, mode: TopologyMode): boolean {
  return isOnSide(picture.edges[edge]?.change ?? 'same', mode)
}

/** Space around the picture that belongs to column titles, legend and edges of the window, screen pixels. */
const insets = { left: 4, right: 4, top: 4, bottom: 44 } as const

/** Everything in the window, never larger than life by more than a fifth. */
export function fitAll(picture: Picture, width: number, height: number, topInset: number): Viewport {
  // Column titles stand in the picture's own margin, which shrinks with it.
  const top = insets.top + topInset + 18
  const zoom = Math.min(1.2, (width - insets.left - insets.right) / Math.max(1, picture.width), (height - top - insets.bottom) / Math.max(1, picture.height))
  const safe = Math.max(zoom, 0.0005)
  return {
    zoom: safe,
    x: insets.left + (width - insets.left - insets.right - picture.width * safe) / 2,
    y: top + Math.max(0, (height - top - insets.bottom - picture.height * safe) * 0.4),
  }
}

/**
 * Where a new picture opens: everything, if that can be read; otherwise as wide as the window and at the first thing
 * that changed or alerts, because a whole column of thousands is only a bar of colour. If nothing did, at the first
 * listener: columns are centred on each other, so there are rules and pools beside it, while the top of a tall picture
 * is only the end of its longest column.
 */
export function openingView(picture: Picture, width: number, height: number, topInset: number): Viewport {
  const all = fitAll(picture, width, height, topInset)
  const over = insets.top + topInset
  if (all.zoom >= 0.55) return all
  const zoom = Math.max(0.35, Math.min(1, (width - insets.left - insets.right) / Math.max(1, picture.width)))
  let first = -1
  for (let i = 0; i < picture.nodes.length; i += 1) {
    const node = picture.nodes[i]
    if (node === undefined || (node.change === 'same' && node.tone !== 'critical')) continue
    if (first === -1 || (picture.y[i] as number) < (picture.y[first] as number)) first = i
  }
  const shown = (height - over - insets.bottom) / zoom
  if (first === -1) first = picture.byColumn[0]?.[0] ?? -1
  const middle = first === -1 ? shown / 2 : (picture.y[first] as number) + (picture.h[first] as number) / 2
  const top = Math.min(Math.max(0, middle - shown / 2), Math.max(0, picture.height - shown))
  return { zoom, x: insets.left + Math.max(0, (width - insets.left - insets.right - picture.width * zoom) / 2), y: over - top * zoom }
}

/** The window that shows the same things at the same place after boxes came or went: held by the box nearest to its middle. */
export function keepPlace(before: Picture, after: Picture, viewport: Viewport, width: number, height: number): Viewport {
  const x = (width / 2 - viewport.x) / viewport.zoom
  const y = (height / 2 - viewport.y) / viewport.zoom
  let best = Infinity
  let held: { readonly dx: number; readonly dy: number } | null = null
  for (const i of visibleNodes(before, 'overlay', viewport, width, height)) {
    const j = after.indexOf.get(before.nodes[i]?.id ?? '')
    if (j === undefined) continue
    const far = Math.hypot((before.x[i] as number) - x, (before.y[i] as number) - y)
    if (far >= best) continue
    best = far
    held = { dx: (after.x[j] as number) - (before.x[i] as number), dy: (after.y[j] as number) - (before.y[i] as number) }
  }
  if (held === null) return viewport
  return { zoom: viewport.zoom, x: viewport.x - held.dx * viewport.zoom, y: viewport.y - held.dy * viewport.zoom }
}

/** The smallest move that brings a box into view with some room around it; null: it is in view. */
export function revealing(picture: Picture, node: number, viewport: Viewport, width: number, height: number, topInset: number): Viewport | null {
  const { zoom } = viewport
  const lies = projectionOf(picture, viewport, width)
  const left = (picture.x[node] as number) * lies.sx + lies.tx
  const top = (picture.y[node] as number) * zoom + viewport.y
  const right = left + (picture.w[node] as number) * lies.sx
  const bottom = top + (picture.h[node] as number) * zoom
  const room = 30
  const dx = left < room ? room - left : right > width - room ? width - room - right : 0
  const over = topInset + 40
  const under = height - 60
  const dy = top < over || bottom > under ? (over + under) / 2 - (top + bottom) / 2 : 0
  return dx === 0 && dy === 0 ? null : { zoom, x: viewport.x + dx, y: viewport.y + dy }
}
