import { urgency, type ViewIndex } from './view-index.ts'
import type { TopologyNode, TopologyView } from './topology-view.ts'

/** Boxes of a picture before the limit: nodes or folds of nodes. */
export interface ChainBoxes {
  /** A node of each box; folds have more. */
  readonly first: Int32Array
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

const lastPlace = 999_999
const chainsAtMost = 4_000_000

/** Boxes by the box they lead from or to, as flat lists: those of box `i` stand from `start[i]` to `start[i + 1]`. */
interface Links {
  readonly start: Int32Array
  readonly list: Int32Array
}

function toLinks(count: number, keys: Int32Array, values: Int32Array): Links {
  const start = new Int32Array(count + 1)
  for (const key of keys) if (key !== -1) start[key + 1]! += 1
  for (let box = 0; box < count; box += 1) start[box + 1]! += start[box] as number
  const next = start.slice(0, count)
  const list = new Int32Array(start[count] as number)
  keys.forEach((key, at) => {
    if (key === -1) return
    list[next[key] as number] = values[at] as number
    next[key]! += 1
  })
  return { start, list }
}

/** `order`: the lowest place among the rules of its listener. Several edges between the same two boxes are several links. */
function linksOf(view: TopologyView, index: ViewIndex, { boxOf }: ChainBoxes, count: number): { readonly into: Links; readonly out: Links; readonly order: Float64Array } {
  const from = new Int32Array(view.edges.length).fill(-1)
  const to = new Int32Array(view.edges.length).fill(-1)
  const order = new Float64Array(count).fill(Infinity)
  view.edges.forEach((edge, at) => {
    const source = boxOf[index.from[at] as number] ?? -1
    const target = boxOf[index.to[at] as number] ?? -1
    if (source === -1 || target === -1 || source === target) return
    from[at] = source
    to[at] = target
    if (edge.order < (order[target] as number)) order[target] = edge.order
  })
  return { into: toLinks(count, to, from), out: toLinks(count, from, to), order }
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
  const { first, boxOf, behind } = given
  const total = first.length
  const { into, out, order } = linksOf(view, index, given, total)
  const of = (links: Links, box: number): Int32Array => links.list.subarray(links.start[box], links.start[box + 1])
  const rank = new Float64Array(total).fill(Infinity)
  view.nodes.forEach((node, at) => {
    const box = boxOf[at] as number
    if (box !== -1) rank[box] = Math.min(rank[box] as number, urgency(node))
  })

  const routes: number[] = []
  const pools: number[] = []
  const places: number[] = []
  const addChain = (route: number, pool: number, place: number): void => {
    routes.push(route)
    pools.push(pool)
    places.push(place)
  }
  for (let box = 0; box < total; box += 1) {
    const { column } = view.nodes[first[box] as number] as TopologyNode
    const outFrom = out.start[box] as number
    const outTo = out.start[box + 1] as number
    const hasWayIn = into.start[box] !== into.start[box + 1]
    if (column === 'listener') {
      if (outFrom === outTo) addChain(box, -1, 0)
    } else if (column === 'route') {
      const listener = hasWayIn ? (into.list[into.start[box] as number] as number) : -1
      const isLast = listener !== -1 && out.list[(out.start[listener + 1] as number) - 1] === box
      const place = isLast ? 0 : Math.min(lastPlace - 1, order[box] as number)
      if (outFrom === outTo) addChain(box, -1, place)
      for (let at = outFrom; at < outTo; at += 1) addChain(box, out.list[at] as number, place)
    } else if (column === 'pool' && !hasWayIn) addChain(-1, box, lastPlace)
  }

  // Urgency, place and number in one figure, exact below 2^53: such keys sort many times faster than a comparison does.
  const keys = new Float64Array(routes.length)
  for (let at = 0; at < keys.length; at += 1) {
    const route = routes[at] as number
    const pool = pools[at] as number
    let best = route === -1 ? Infinity : (rank[route] as number)
    if (pool !== -1) {
      best = Math.min(best, rank[pool] as number)
      for (let link = out.start[pool] as number; link < (out.start[pool + 1] as number); link += 1) best = Math.min(best, rank[out.list[link] as number] as number)
    }
    keys[at] = (best * (lastPlace + 1) + (places[at] as number)) * chainsAtMost + at
  }
  keys.sort()

  const boxes = new Uint8Array(total)
  let amount = 0
  let cut: Chosen['cut'] = null
  for (const key of keys) {
    if (amount >= limit) break
    const route = routes[key % chainsAtMost] as number
    const pool = pools[key % chainsAtMost] as number
    const way = [...(route === -1 ? [] : [...of(into, route), route]), ...(pool === -1 ? [] : [pool])]
    const servers = pool === -1 ? [] : [...of(out, pool)]
    const fresh = [...new Set([...way, ...servers])].filter((box) => boxes[box] === 0)
    const cost = fresh.reduce((sum, box) => sum + 1 + (behind[box] as number), 0)
    if (amount + cost <= limit) {
      for (const box of fresh) boxes[box] = 1
      amount += cost
    } else if (amount === 0) {
      // Not even the first chain fits: its servers are cut, the most urgent stay.
      const kept = new Set(way)
      const room = Math.max(0, limit - kept.size)
      const left = pool === -1 ? 0 : Math.min(room, behind[pool] as number)
      if (pool !== -1 && (behind[pool] as number) > left) cut = { box: pool, room: left }
      for (const box of [...new Set(servers)].sort((a, b) => (rank[a] as number) - (rank[b] as number) || a - b).slice(0, room - left)) kept.add(box)
      for (const box of kept) boxes[box] = 1
      amount = kept.size + left
    }
  }
  return { boxes, amount, cut }
}
