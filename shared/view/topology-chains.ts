import { urgency, type ViewIndex } from './view-index.ts'
import type { TopologyNode, TopologyView } from './topology-view.ts'

/** Boxes of a picture before the limit: nodes or folds of nodes. */
export interface ChainBoxes {
  /** Nodes of each box; one unless it is a fold. */
  readonly members: readonly (readonly number[])[]
  /** Node → its box; -1: the filter left it out. */
  readonly boxOf: Int32Array
  /** Boxes that stand behind a box and are not in the view (servers left out of an outline). */
  readonly behind: Int32Array
}

export interface Chosen {
  /** 1: the box is shown. */
  readonly boxes: Uint8Array
  /** Boxes shown, those behind them included. */
  readonly amount: number
  /** A pool whose servers alone are more than the limit: it shows only this many of those behind it. */
  readonly cut: { readonly box: number; readonly room: number } | null
}

/** Boxes that belong together: shown all or not at all. `place`: in the order of the rules, 0 first. */
interface Chain {
  readonly route: number
  readonly pool: number
  readonly place: number
}

const lastPlace = 999_999
const chainsAtMost = 4_000_000

/** Numbers as lists by box, each once. */
function linksOf(view: TopologyView, index: ViewIndex, { boxOf }: ChainBoxes, boxes: number): { readonly into: readonly (readonly number[])[]; readonly out: readonly (readonly number[])[]; readonly order: Float64Array } {
  const into: number[][] = Array.from({ length: boxes }, () => [])
  const out: number[][] = Array.from({ length: boxes }, () => [])
  const order = new Float64Array(boxes).fill(Infinity)
  view.edges.forEach((edge, at) => {
    const source = index.from[at] as number
    const target = index.to[at] as number
    if (source === -1 || target === -1) return
    const from = boxOf[source] as number
    const to = boxOf[target] as number
    if (from === -1 || to === -1 || from === to) return
    if (edge.order < (order[to] as number)) order[to] = edge.order
    const row = into[to] as number[]
    // Edges of one box follow each other, so the last entry tells of a repetition; a rare later one does no harm.
    if (row[row.length - 1] === from) return
    row.push(from)
    ;(out[from] as number[]).push(to)
  })
  return { into, out, order }
}

/**
 * Which boxes a picture of at most `limit` boxes shows.
 *
 * A box says nothing alone, so whole chains are taken: listener, rule, pool, its servers. First what changed, then what
 * alerts, then each listener's last rule (what takes everything else) and its rules in their order, listeners by turns;
 * pools that no rule leads to come last. A chain that does not fit is passed over for smaller ones behind it.
 * Cost: linear in nodes and edges, n log n in chains.
 */
export function chooseChains(view: TopologyView, index: ViewIndex, given: ChainBoxes, limit: number): Chosen {
  const { members, behind } = given
  const total = members.length
  const { into, out, order } = linksOf(view, index, given, total)
  const columnOf = (box: number): TopologyNode['column'] => (view.nodes[(members[box] as readonly number[])[0] as number] as TopologyNode).column
  const rank = Float64Array.from(members, (nodes) => nodes.reduce((best, node) => Math.min(best, urgency(view.nodes[node] as TopologyNode)), Infinity))

  const chains: Chain[] = []
  for (let box = 0; box < total; box += 1) {
    const column = columnOf(box)
    if (column === 'listener') {
      const routes = out[box] as readonly number[]
      if (routes.length === 0) chains.push({ route: box, pool: -1, place: 0 })
    } else if (column === 'route') {
      const pools = out[box] as readonly number[]
      const listener = (into[box] as readonly number[])[0]
      const siblings = listener === undefined ? [] : (out[listener] as readonly number[])
      const place = siblings[siblings.length - 1] === box ? 0 : Math.min(lastPlace - 1, order[box] as number)
      if (pools.length === 0) chains.push({ route: box, pool: -1, place })
      for (const pool of pools) chains.push({ route: box, pool, place })
    } else if (column === 'pool' && (into[box] as readonly number[]).length === 0) chains.push({ route: -1, pool: box, place: lastPlace })
  }

  const rankOf = ({ route, pool }: Chain): number => {
    let best = route === -1 ? Infinity : (rank[route] as number)
    if (pool === -1) return best
    best = Math.min(best, rank[pool] as number)
    for (const server of out[pool] as readonly number[]) best = Math.min(best, rank[server] as number)
    return best
  }
  // Urgency, place and number in one figure, exact below 2^53: such keys sort many times faster than a comparison does.
  const keys = Float64Array.from(chains, (chain, at) => (rankOf(chain) * (lastPlace + 1) + chain.place) * chainsAtMost + at).sort()

  const boxes = new Uint8Array(total)
  let amount = 0
  let cut: Chosen['cut'] = null
  const take = (box: number): void => {
    if (boxes[box] === 1) return
    boxes[box] = 1
    amount += 1 + (behind[box] as number)
  }
  for (const key of keys) {
    if (amount >= limit) break
    const { route, pool } = chains[key % chainsAtMost] as Chain
    const way = [...(route === -1 ? [] : [...(into[route] as readonly number[]), route]), ...(pool === -1 ? [] : [pool])]
    const servers = pool === -1 ? [] : (out[pool] as readonly number[])
    let cost = 0
    for (const box of way) if (boxes[box] === 0) cost += 1 + (behind[box] as number)
    for (const box of servers) if (boxes[box] === 0) cost += 1
    if (amount + cost <= limit) {
      for (const box of way) take(box)
      for (const box of servers) take(box)
    } else if (amount === 0) {
      // Not even the first chain fits: its servers are cut, the most urgent stay.
      for (const box of way) {
        boxes[box] = 1
        amount += 1
      }
      const room = Math.max(0, limit - amount)
      const left = pool === -1 ? 0 : Math.min(room, behind[pool] as number)
      if (pool !== -1 && (behind[pool] as number) > left) cut = { box: pool, room: left }
      amount += left
      for (const box of [...servers].sort((a, b) => (rank[a] as number) - (rank[b] as number) || a - b).slice(0, room - left)) take(box)
    }
  }
  return { boxes, amount, cut }
}
