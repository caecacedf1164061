import type { LiveMarks } from '#shared/view/live-marks.ts'
import { mostWidth } from '#shared/view/live-style.ts'
import { topologyColumns, type TopologyEdge, type TopologyNode, type TopologyView } from '#shared/view/topology-view.ts'
import { noTraffic } from '#shared/view/traffic-marks.ts'
import { boxHeight, boxWidths, edgeLabel, wishedWidth } from './box.ts'
import { spreadEnds } from './edge-ends.ts'
import { labelRoom, placeInGaps, placeLabels } from './edge-labels.ts'
import { columnGaps, layoutGraph, type LayoutOptions } from './layered-layout.ts'
import type { LayoutGraph, LayoutPositions } from './layout.ts'
import type { Scene, SceneColumn, SceneEdge, SceneNode } from './scene.ts'

const columnTitles = { listener: 'Listeners', route: 'Routes', pool: 'Pools', server: 'Servers' } as const

/** A view in the form the layout takes. `edges` are those whose two ends are in the view, in the order of the graph. */
export interface ViewGraph {
  readonly graph: LayoutGraph
  readonly nodes: readonly TopologyNode[]
  readonly edges: readonly TopologyEdge[]
  readonly indexOf: ReadonlyMap<string, number>
  readonly options: LayoutOptions
  /** Words at each edge; while traffic is drawn, words of the greatest width that has a place there. */
  readonly labels: readonly string[]
  /** Boxes have room for what runs, and edges for their rates. */
  readonly isLive: boolean
}

/** The longest words at an edge that keep their place while rates change; wider ones are shown when asked for. */
const liveSlots = { pool: '88k–888k/s', server: '88 % · 8.8 s' } as const

/** Least width of the boxes of each column while traffic is drawn. */
const liveWidths = { listener: 230, route: 250, pool: 280, server: 230 } as const

function labelsOf(edges: readonly TopologyEdge[], isLive: boolean, columnOf: (id: string) => TopologyNode['column'] | undefined): readonly string[] {
  if (!isLive) return edges.map(edgeLabel)
  return edges.map((edge) => {
    const column = columnOf(edge.to)
    return column === 'pool' || column === 'server' ? liveSlots[column] : ''
  })
}

export function toViewGraph(view: TopologyView, isLive = false): ViewGraph {
  const indexOf = new Map<string, number>()
  view.nodes.forEach((node, index) => indexOf.set(node.id, index))
  const edges = view.edges.filter((edge) => indexOf.has(edge.from) && indexOf.has(edge.to))
  const columnWidth = widthsOf(view.nodes, isLive)
  const nodeCount = view.nodes.length
  const column = new Uint8Array(nodeCount)
  const width = new Float32Array(nodeCount)
  const height = new Float32Array(nodeCount)
  view.nodes.forEach((node, index) => {
    const at = topologyColumns.indexOf(node.column)
    column[index] = at
    width[index] = columnWidth[at] as number
    height[index] = boxHeight(node, isLive)
  })
  const source = Int32Array.from(edges, (edge) => indexOf.get(edge.from) as number)
  const target = Int32Array.from(edges, (edge) => indexOf.get(edge.to) as number)
  const gaps = [...columnGaps] as [number, number, number]
  const labels = labelsOf(edges, isLive, (id) => view.nodes[indexOf.get(id) ?? -1]?.column)
  labels.forEach((label, index) => {
    const room = labelRoom(label)
    const from = Math.min(column[source[index] as number] as number, 2)
    gaps[from] = Math.max(gaps[from] as number, room)
  })
  return {
    graph: { nodeCount, edgeCount: edges.length, column, width, height, source, target }, nodes: view.nodes, edges, indexOf,
    options: { gaps }, labels, isLive,
  }
}

export function toLayoutGraph(view: TopologyView): LayoutGraph {
  return toViewGraph(view).graph
}

/** Positions of a view of any size, as flat arrays. */
export function layoutView(view: TopologyView): { readonly graph: LayoutGraph; readonly positions: LayoutPositions } {
  const { graph, options } = toViewGraph(view)
  return { graph, positions: layoutGraph(graph, options) }
}

/**
 * Lays out a view and gives everything that is drawn.
 *
 * A difference is laid out once, as the union of both sides, so what both sides have stands in the same place on each
 * (`sceneOfSide`). `hiddenNodes`: boxes left out by filter or folding, for the count beside the title. Deterministic.
 */
export function buildScene(view: TopologyView, hiddenNodes = 0, traffic = noTraffic, live: LiveMarks | null = null): Scene {
  const input = toViewGraph(view, live !== null)
  return { ...toScene(view.title, input, layoutGraph(input.graph, input.options), hiddenNodes), traffic, live }
}

/** Above this many edges with rates their words are placed row by row. */
const mostPlacedSingly = 400

/** Beside the curve as it is with most traffic, so that words stay clear of it whatever flows. */
function placeRates(edges: readonly Omit<SceneEdge, 'labelAt'>[], nodes: readonly SceneNode[]): readonly SceneEdge[] {
  const widest = edges.map((edge) => ({ ...edge, width: mostWidth }))
  const placed = edges.length > mostPlacedSingly ? placeInGaps(widest) : placeLabels(widest, nodes)
  return placed.map((edge, index) => ({ ...edge, width: (edges[index] as SceneEdge).width }))
}

/** Boxes, curves and columns for positions that are known. */
export function toScene(title: string, input: ViewGraph, positions: LayoutPositions, hiddenNodes = 0): Scene {
  const { graph } = input
  const nodes: SceneNode[] = input.nodes.map((node, index) => ({
    node, x: positions.x[index] as number, y: positions.y[index] as number, width: graph.width[index] as number, height: graph.height[index] as number,
  }))
  const widths = edgeWidths(input.edges, graph)
  const ends = spreadEnds(graph, positions, widths)
  const edges: Omit<SceneEdge, 'labelAt'>[] = input.edges.map((edge, index) => ({
    edge, x1: ends.x1[index] as number, y1: ends.y1[index] as number, x2: ends.x2[index] as number, y2: ends.y2[index] as number,
    width: widths[index] as number, label: input.labels[index] as string,
  }))
  return { title, nodes, edges: input.isLive ? placeRates(edges, nodes) : placeLabels(edges, nodes), columns: columnsOf(nodes), width: positions.width, height: positions.height, hiddenNodes, traffic: noTraffic, live: null }
}

/** One side of a laid out difference; what is left stays where it is. */
export function sceneOfSide(scene: Scene, side: 'before' | 'after'): Scene {
  const gone = side === 'before' ? 'added' : 'removed'
  const nodes = scene.nodes.filter((each) => each.node.change !== gone)
  return { ...scene, nodes, edges: scene.edges.filter((each) => each.edge.change !== gone), columns: columnsOf(nodes) }
}

function widthsOf(nodes: readonly TopologyNode[], isLive: boolean): readonly number[] {
  const widths = topologyColumns.map((column) => (isLive ? liveWidths[column] : boxWidths[column][0] as number))
  for (const node of nodes) {
    const at = topologyColumns.indexOf(node.column)
    const [, most] = boxWidths[node.column]
    if ((widths[at] as number) < most) widths[at] = Math.min(most, Math.max(widths[at] as number, Math.ceil(wishedWidth(node))))
  }
  return widths
}

/**
 * Pixels: 1.5 to 10 on a square-root scale where what leaves a box is split; an edge that carries all of it, or of
 * which nothing is known, has one plain width.
 */
function edgeWidths(edges: readonly TopologyEdge[], graph: LayoutGraph): Float64Array {
  const leaving = new Int32Array(graph.nodeCount)
  edges.forEach((edge, index) => {
    if (edge.share !== null || edge.shareBefore !== null) leaving[graph.source[index] as number]! += 1
  })
  return Float64Array.from(edges, (edge, index) => {
    const share = edge.share ?? edge.shareBefore
    if (share === null || leaving[graph.source[index] as number] === 1) return 3
    return Math.round((1.5 + 8.5 * Math.sqrt(Math.min(1, Math.max(0, share)))) * 10) / 10
  })
}

function columnsOf(nodes: readonly SceneNode[]): readonly SceneColumn[] {
  return topologyColumns.flatMap((column): SceneColumn[] => {
    const inside = nodes.filter((each) => each.node.column === column)
    const first = inside[0]
    if (first === undefined) return []
    return [{ title: columnTitles[column], x: first.x, width: first.width, count: inside.length }]
  })
}
