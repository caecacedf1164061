import { columnCount, toLayers, type Layers } from './layers.ts'
import type { LayoutGraph, LayoutPositions } from './layout.ts'
import type { Orders } from './order-work.ts'
import { orderLayers } from './order.ts'
import { heightOf, placeNodes } from './place.ts'

/** Room around the picture and between its columns, pixels. Gaps grow with the height of the picture. */
export const frame = { left: 40, right: 40, top: 44, bottom: 40 } as const
export const columnGaps: readonly [number, number, number] = [80, 80, 60]

export interface LayoutOptions {
  /** Least room between neighbouring columns; default `columnGaps`. */
  readonly gaps?: readonly [number, number, number]
}

/**
 * Layered layout of at most four columns, left to right.
 *
 * Shape: top left corners, same order as the nodes; boxes of one column share their left edge and never overlap.
 * `crossings` counts crossing edge pairs between neighbouring columns. Deterministic, no clock, no random number.
 * Cost: about 50 ms at 5 000 nodes. Errors: none; edges inside a column are left out of the ordering.
 */
export function layoutGraph(graph: LayoutGraph, options: LayoutOptions = {}): LayoutPositions {
  const layers = toLayers(graph)
  const { orders, crossings } = orderLayers(layers)
  const middle = placeNodes(layers, orders, graph.height)
  return toPositions(graph, layers, orders, middle, crossings, options, true)
}

/** Corners from middles; `anchored` moves the topmost box to the top margin. */
export function toPositions(
  graph: LayoutGraph, layers: Layers, orders: Orders, middle: Float64Array, crossings: number, options: LayoutOptions, anchored: boolean,
): LayoutPositions {
  let top = Infinity
  let bottom = -Infinity
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const half = heightOf(layers, graph.height, node) / 2
    top = Math.min(top, (middle[node] as number) - half)
    bottom = Math.max(bottom, (middle[node] as number) + half)
  }
  if (graph.nodeCount === 0) return { x: new Float64Array(0), y: new Float64Array(0), width: frame.left + frame.right, height: frame.top + frame.bottom, crossings: 0 }
  const shift = anchored || top < frame.top ? frame.top - top : 0
  const columns = columnPlaces(graph, bottom - top, options.gaps ?? columnGaps)
  const x = new Float64Array(graph.nodeCount)
  const y = new Float64Array(graph.nodeCount)
  for (const order of orders) {
    let floor = -Infinity
    for (const node of order) {
      if (node >= graph.nodeCount) continue
      x[node] = columns.left[graph.column[node] as number] as number
      // Whole pixels keep lines sharp; rounding must not make boxes touch.
      y[node] = Math.max(floor, Math.round((middle[node] as number) - (graph.height[node] as number) / 2 + shift))
      floor = (y[node] as number) + Math.ceil(graph.height[node] as number) + 1
    }
  }
  return { x, y, width: columns.width, height: Math.ceil(bottom + shift) + frame.bottom, crossings }
}

/** Left edges of the columns; a column without boxes takes no room. */
function columnPlaces(graph: LayoutGraph, height: number, gaps: readonly [number, number, number]): { readonly left: Float64Array; readonly width: number } {
  const widest = new Float64Array(columnCount)
  for (let node = 0; node < graph.nodeCount; node += 1) {
    const column = graph.column[node] as number
    widest[column] = Math.max(widest[column] as number, graph.width[node] as number)
  }
  const growth = Math.round(Math.min(280, Math.max(0, (height - 900) * 0.02)))
  const left = new Float64Array(columnCount)
  let x: number = frame.left
  let last = -1
  for (let column = 0; column < columnCount; column += 1) {
    if (widest[column] === 0) continue
    if (last !== -1) x += (gaps[column - 1] as number) + growth
    left[column] = x
    x += widest[column] as number
    last = column
  }
  return { left, width: Math.ceil(x) + frame.right }
}
