import type { LayoutGraph, LayoutPositions } from '#shared/layout/layout.ts'
import type { SceneEdge, SceneNode } from '#shared/layout/scene.ts'
import type { TopologyNode, TopologyView } from '#shared/view/topology-view.ts'
import type { GraphInput, PictureColumn } from './picture.ts'
const widths = [210, 250, 240, 190]
const xs = [40, 330, 670, 990]
const titles = ['Listeners', 'Routes', 'Pools', 'Servers']
export const columnOf = (node: TopologyNode): number => (node.column === 'listener' ? 0 : node.column === 'route' ? 1 : node.column === 'pool' ? 2 : 3)
const heightOf = (node: TopologyNode): number => (node.column === 'server' ? 30 : 16 + 19 + node.lines.length * 16 + (node.column === 'pool' && node.share !== null ? 10 : 0))
export function toGraphInput(view: TopologyView): GraphInput {
  const indexOf = new Map(view.nodes.map((node, i) => [node.id, i]))
  const edges = view.edges.filter((edge) => indexOf.has(edge.from) && indexOf.has(edge.to))
  const graph: LayoutGraph = {
    nodeCount: view.nodes.length, edgeCount: edges.length,
    column: Uint8Array.from(view.nodes, columnOf), width: Float32Array.from(view.nodes, (node) => widths[columnOf(node)] as number),
    height: Float32Array.from(view.nodes, heightOf),
    source: Int32Array.from(edges, (edge) => indexOf.get(edge.from) as number), target: Int32Array.from(edges, (edge) => indexOf.get(edge.to) as number),
  }
  return { nodes: view.nodes, edges, indexOf, graph }
}
export function layoutGraph(graph: LayoutGraph): LayoutPositions {
  const x = new Float64Array(graph.nodeCount)
  const y = new Float64Array(graph.nodeCount)
  const tops = [40, 40, 40, 40]
  for (let i = 0; i < graph.nodeCount; i += 1) {
    const c = graph.column[i] as number
    x[i] = xs[c] as number
    y[i] = tops[c] as number
    tops[c] = (tops[c] as number) + (graph.height[i] as number) + (c === 3 ? 12 : 22)
  }
  const height = Math.max(...tops)
  for (let i = 0; i < graph.nodeCount; i += 1) y[i] = (y[i] as number) + (height - (tops[graph.column[i] as number] as number)) / 2
  return { x, y, width: 1220, height, crossings: 0 }
}
export function toScene(input: GraphInput, positions: LayoutPositions): { nodes: SceneNode[]; edges: SceneEdge[]; columns: PictureColumn[] } {
  const { graph } = input
  const nodes = input.nodes.map((node, i) => ({ node, x: positions.x[i] as number, y: positions.y[i] as number, width: graph.width[i] as number, height: graph.height[i] as number }))
  const edges = input.edges.map((edge) => {
    const a = nodes[input.indexOf.get(edge.from) as number] as SceneNode
    const b = nodes[input.indexOf.get(edge.to) as number] as SceneNode
    return { edge, x1: a.x + a.width, y1: a.y + a.height / 2, x2: b.x, y2: b.y + b.height / 2, width: 1.5 + 8.5 * Math.sqrt(edge.share ?? 0.02) }
  })
  const columns = titles.map((title, c) => ({ title, x: xs[c] as number, width: widths[c] as number, count: input.nodes.filter((node) => columnOf(node) === c).length }))
  return { nodes, edges, columns }
}
