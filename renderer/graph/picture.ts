import type { LayoutPositions } from '#shared/layout/layout.ts'
import type { Scene, SceneColumn, SceneEdge } from '#shared/layout/scene.ts'
import { toScene, type ViewGraph } from '#shared/layout/scene-builder.ts'
import type { TopologyEdge, TopologyNode, TopologyView } from '#shared/view/topology-view.ts'

/**
 * A laid out view as flat arrays, the form in which the canvas draws, culls and picks twenty thousand boxes a frame.
 *
 * Shape: node `i` and edge `e` are positions in `nodes` and `edges`. `outEdges.slice(outStart[i], outStart[i + 1])` are
 * the edges that leave node `i` in rule order; `inEdges` likewise those that lead to it. `byColumn` lists the nodes of
 * each column from top to bottom.
 * Units: pixels at zoom 1.
 */
export interface Picture {
  readonly view: TopologyView
  readonly nodes: readonly TopologyNode[]
  readonly edges: readonly TopologyEdge[]
  readonly indexOf: ReadonlyMap<string, number>
  readonly edgeIndexOf: ReadonlyMap<string, number>
  readonly column: Uint8Array
  readonly x: Float64Array
  readonly y: Float64Array
  readonly w: Float32Array
  readonly h: Float32Array
  readonly source: Int32Array
  readonly target: Int32Array
  readonly x1: Float64Array
  readonly y1: Float64Array
  readonly x2: Float64Array
  readonly y2: Float64Array
  readonly stroke: Float32Array
  /** Words at each edge with their place, as the scene builder found it. */
  readonly labels: readonly Pick<SceneEdge, 'label' | 'labelAt'>[]
  readonly outStart: Int32Array
  readonly outEdges: Int32Array
  readonly inStart: Int32Array
  readonly inEdges: Int32Array
  readonly byColumn: readonly Int32Array[]
  readonly columns: readonly SceneColumn[]
  readonly width: number
  readonly height: number
}

/** Places of a view whose layout is known: boxes, curves and columns as the scene builder gives them. */
export function toPicture(view: TopologyView, input: ViewGraph, positions: LayoutPositions): Picture {
  const scene: Scene = toScene(view.title, input, positions)
  const { nodes, edges } = scene
  const edgeCount = edges.length
  const source = new Int32Array(edgeCount)
  const target = new Int32Array(edgeCount)
  const x1 = new Float64Array(edgeCount)
  const y1 = new Float64Array(edgeCount)
  const x2 = new Float64Array(edgeCount)
  const y2 = new Float64Array(edgeCount)
  const stroke = new Float32Array(edgeCount)
  const edgeIndexOf = new Map<string, number>()
  edges.forEach((edge, e) => {
    source[e] = input.graph.source[e] as number
    target[e] = input.graph.target[e] as number
    x1[e] = edge.x1
    y1[e] = edge.y1
    x2[e] = edge.x2
    y2[e] = edge.y2
    stroke[e] = edge.width
    edgeIndexOf.set(edge.edge.id, e)
  })
  const order = Int32Array.from(edges, (edge) => edge.edge.order)
  const leaving = adjacency(nodes.length, source, (a, b) => (order[a] as number) - (order[b] as number) || a - b)
  const arriving = adjacency(nodes.length, target, (a, b) => (y1[a] as number) - (y1[b] as number) || a - b)
  const y = positions.y
  const byColumn = [0, 1, 2, 3].map((column) => {
    const members: number[] = []
    for (let i = 0; i < nodes.length; i += 1) if (input.graph.column[i] === column) members.push(i)
    return Int32Array.from(members.sort((a, b) => (y[a] as number) - (y[b] as number) || a - b))
  })
  return {
    view, nodes: input.nodes, edges: input.edges, indexOf: input.indexOf, edgeIndexOf,
    column: input.graph.column, x: positions.x, y, w: input.graph.width, h: input.graph.height, source, target, x1, y1, x2, y2, stroke, labels: edges,
    outStart: leaving.start, outEdges: leaving.list, inStart: arriving.start, inEdges: arriving.list, byColumn, columns: scene.columns,
    width: positions.width, height: positions.height,
  }
}

/** Edges grouped by the node they hang on, each group in the given order. */
function adjacency(nodeCount: number, ends: Int32Array, compare: (a: number, b: number) => number): { start: Int32Array; list: Int32Array } {
  const start = new Int32Array(nodeCount + 1)
  for (const end of ends) start[end + 1] = (start[end + 1] as number) + 1
  for (let i = 0; i < nodeCount; i += 1) start[i + 1] = (start[i + 1] as number) + (start[i] as number)
  const fill = start.slice()
  const list = new Int32Array(ends.length)
  for (let e = 0; e < ends.length; e += 1) {
    const at = fill[ends[e] as number] as number
    list[at] = e
    fill[ends[e] as number] = at + 1
  }
  for (let i = 0; i < nodeCount; i += 1) {
    if ((start[i + 1] as number) - (start[i] as number) > 1) list.subarray(start[i], start[i + 1]).sort(compare)
  }
  return { start, list }
}

/** Positions in `list` (sorted by top edge) whose boxes reach into `top`–`bottom`: `[from, to)`. */
export function rowsInside(picture: Picture, list: Int32Array, top: number, bottom: number): readonly [number, number] {
  const { y, h } = picture
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    const node = list[middle] as number
    if ((y[node] as number) + (h[node] as number) < top) low = middle + 1
    else high = middle
  }
  const from = low
  high = list.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((y[list[middle] as number] as number) <= bottom) low = middle + 1
    else high = middle
  }
  return [from, low]
}

/** Whether a box or curve exists on the side that is drawn. */
export function isOnSide(change: TopologyNode['change'], mode: 'overlay' | 'before' | 'after'): boolean {
  if (mode === 'before') return change !== 'added'
  if (mode === 'after') return change !== 'removed'
  return true
}
