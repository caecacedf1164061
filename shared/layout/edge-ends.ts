import type { LayoutGraph, LayoutPositions } from './layout.ts'

export interface EdgeEnds {
  readonly x1: Float64Array
  readonly y1: Float64Array
  readonly x2: Float64Array
  readonly y2: Float64Array
}

/** Free pixels above and below the ends at a box's side, and between two of them. */
const margin = 8
const between = 3

/**
 * Where each edge leaves and meets its boxes. Edges at one side stand beside each other in the order of their other
 * ends, so that thick ones do not hide thin ones; if the box is too low for them they move closer together.
 */
export function spreadEnds(graph: LayoutGraph, positions: LayoutPositions, widths: Float64Array): EdgeEnds {
  const ends: EdgeEnds = {
    x1: new Float64Array(graph.edgeCount), y1: new Float64Array(graph.edgeCount), x2: new Float64Array(graph.edgeCount), y2: new Float64Array(graph.edgeCount),
  }
  spreadSide(graph, positions, widths, graph.source, graph.target, ends.y1)
  spreadSide(graph, positions, widths, graph.target, graph.source, ends.y2)
  for (let edge = 0; edge < graph.edgeCount; edge += 1) {
    const source = graph.source[edge] as number
    ends.x1[edge] = (positions.x[source] as number) + (graph.width[source] as number)
    ends.x2[edge] = positions.x[graph.target[edge] as number] as number
  }
  return ends
}

function spreadSide(graph: LayoutGraph, positions: LayoutPositions, widths: Float64Array, own: Int32Array, other: Int32Array, y: Float64Array): void {
  const middleOf = (node: number): number => (positions.y[node] as number) + (graph.height[node] as number) / 2
  const edges = Int32Array.from({ length: graph.edgeCount }, (_, edge) => edge)
    .sort((a, b) => (own[a] as number) - (own[b] as number) || middleOf(other[a] as number) - middleOf(other[b] as number) || a - b)
  let from = 0
  while (from < edges.length) {
    const node = own[edges[from] as number] as number
    let to = from
    let total = 0
    while (to < edges.length && own[edges[to] as number] === node) {
      total += widths[edges[to] as number] as number
      to += 1
    }
    const count = to - from
    const room = Math.max(0, (graph.height[node] as number) - 2 * margin)
    const wished = total + between * (count - 1)
    const scale = wished > room ? room / wished : 1
    let at = middleOf(node) - (wished * scale) / 2
    for (let index = from; index < to; index += 1) {
      const edge = edges[index] as number
      const width = widths[edge] as number
      y[edge] = Math.round((at + (width * scale) / 2) * 10) / 10
      at += (width + between) * scale
    }
    from = to
  }
}
