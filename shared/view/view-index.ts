import type { TopologyEdge, TopologyNode, TopologyView } from './topology-view.ts'

export function isChanged(node: TopologyNode): boolean {
  return node.change !== 'same'
}

const columnRank = { listener: 0, pool: 0.1, route: 0.2, server: 0.3 } as const

/** Lower is more urgent, a whole number: changed, then alerting. */
export function urgency(node: TopologyNode): number {
  return (isChanged(node) ? 0 : 10) + (node.tone === 'critical' ? 0 : node.tone === 'warning' || node.tone === 'unknown' ? 2 : 4)
}

/** Lower is more important: changed, alerting, then the largest share. */
export function importance(node: TopologyNode): number {
  return urgency(node) + (1 - (node.share ?? 0)) + columnRank[node.column]
}

/** A view as flat arrays: ends of edges as positions of nodes (-1: no such node), and edges by the node they leave or enter. */
export interface ViewIndex {
  readonly from: Int32Array
  readonly to: Int32Array
  readonly firstOut: Int32Array
  readonly out: Int32Array
  readonly firstInto: Int32Array
  readonly into: Int32Array
  /** Changed nodes. */
  readonly changed: number
}

function byNode(ends: Int32Array, nodes: number): { readonly first: Int32Array; readonly list: Int32Array } {
  const first = new Int32Array(nodes + 1)
  for (const node of ends) if (node !== -1) first[node + 1] = (first[node + 1] as number) + 1
  for (let node = 0; node < nodes; node += 1) first[node + 1] = (first[node + 1] as number) + (first[node] as number)
  const next = first.slice(0, nodes)
  const list = new Int32Array(first[nodes] as number)
  ends.forEach((node, edge) => {
    if (node === -1) return
    list[next[node] as number] = edge
    next[node] = (next[node] as number) + 1
  })
  return { first, list }
}

const indexes = new WeakMap<TopologyView, ViewIndex>()

/** Built once per view, since views do not change and a screen asks again with every click. */
export function viewIndex(view: TopologyView): ViewIndex {
  const known = indexes.get(view)
  if (known !== undefined) return known
  const position = new Map<string, number>()
  let changed = 0
  view.nodes.forEach((node, at) => {
    position.set(node.id, at)
    if (isChanged(node)) changed += 1
  })
  const end = (pick: (edge: TopologyEdge) => string): Int32Array => Int32Array.from(view.edges, (edge) => position.get(pick(edge)) ?? -1)
  const from = end((edge) => edge.from)
  const to = end((edge) => edge.to)
  const out = byNode(from, view.nodes.length)
  const into = byNode(to, view.nodes.length)
  const index: ViewIndex = { from, to, firstOut: out.first, out: out.list, firstInto: into.first, into: into.list, changed }
  indexes.set(view, index)
  return index
}
