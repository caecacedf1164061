import type { ElkNode } from 'elkjs/lib/elk-api.js'
import type { LayoutGraph } from '#shared/layout/layout.ts'

/** The graph as ELK layered takes it, with its defaults; columns follow from the edges. */
export function toElk(graph: LayoutGraph): ElkNode {
  return {
    id: 'root',
    layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'RIGHT' },
    children: Array.from({ length: graph.nodeCount }, (_, node) => ({ id: String(node), width: graph.width[node] as number, height: graph.height[node] as number })),
    edges: Array.from({ length: graph.edgeCount }, (_, edge) => ({ id: `e${edge}`, sources: [String(graph.source[edge])], targets: [String(graph.target[edge])] })),
  }
}
