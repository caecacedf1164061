import { boundFlows, type FlowPlace, type FlowRange } from './live-flows.ts'
import type { TopologyEdge, TopologyNode, TopologyView } from './topology-view.ts'

/** Tags of rules that may lead to pools without an edge to them. */
const openTags: ReadonlySet<string> = new Set(['to named pool', 'not modelled', 'ambiguous'])

/** What is measured of listeners and pools, per second, by node id; null: not known. */
export interface Totals {
  readonly of: (node: TopologyNode) => number | null
  /** Two totals may differ by this much although the same requests made them. */
  readonly slack: number
}

/**
 * Flows over the edges between listeners, rules and pools, by edge id; null: not known. Edges that are gone carry nothing
 * and are left out, as are those to servers, which are measured themselves.
 *
 * `hidden`: boxes that a filter or a limit left out: traffic may pass there, too.
 */
export function flowsOf(view: TopologyView, totals: Totals, hidden: number): ReadonlyMap<string, FlowRange | null> {
  const nodes = view.nodes.filter((node) => node.column !== 'server' && node.change !== 'removed')
  const at = new Map(nodes.map((node, index) => [node.id, index]))
  const edges = view.edges.filter((edge) => edge.change !== 'removed' && at.has(edge.from) && at.has(edge.to))
  const leads = new Set(edges.map((edge) => edge.from))
  const flows = boundFlows({
    places: nodes.map((node) => placeOf(node, leads.has(node.id), totals)),
    from: Int32Array.from(edges, (edge) => at.get(edge.from) as number),
    to: Int32Array.from(edges, (edge) => at.get(edge.to) as number),
    isPartial: hidden > 0, slack: totals.slack,
  })
  return new Map(edges.map((edge: TopologyEdge, index) => [edge.id, flows[index] ?? null]))
}

function placeOf(node: TopologyNode, leadsOn: boolean, totals: Totals): FlowPlace {
  if (node.column === 'listener') return { kind: 'entry', total: totals.of(node) }
  if (node.column === 'pool') return { kind: 'exit', total: totals.of(node) }
  // A folded rule may hold one that leads anywhere; then it has this tone.
  if (node.tone === 'unknown' || openTags.has(node.tag)) return { kind: 'open', total: null }
  return { kind: leadsOn ? 'through' : 'end', total: null }
}
