import type { LayoutGraph } from '#shared/layout/layout.ts'
import type { TopologyColumn, TopologyEdge, TopologyNode, TopologyView } from '#shared/view/topology-view.ts'
import { viewEdge, viewNode } from '#test/support/mock-view.ts'

const columns: readonly TopologyColumn[] = ['listener', 'route', 'pool', 'server']

/** Same seed, same numbers: xorshift. */
export function seeded(seed: number): (below: number) => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  return (below) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return below <= 0 ? 0 : (state >>> 0) % below
  }
}

export interface TestGraph {
  readonly view: TopologyView
  readonly pools: number
}

/**
 * Listener → route → pool → server, about 0.6 / 16.6 / 13.8 / 69 % of `count` nodes and 1.14 edges per node: 10 % of
 * the servers stand in a second pool, 20 % of the routes lead to two or three pools, 85 % of such extra edges end
 * nearby. Nodes and edges come shuffled, so that no layout profits from the order of its input.
 */
export function generateView(count: number, seed = 1): TestGraph {
  const random = seeded(seed)
  const sizes = [Math.max(1, Math.round(count * 0.006)), Math.max(2, Math.round(count * 0.166)), Math.max(2, Math.round(count * 0.138)), 0]
  sizes[3] = count - (sizes[0] as number) - (sizes[1] as number) - (sizes[2] as number)
  const [listeners, routes, pools, servers] = sizes as [number, number, number, number]
  const id = (column: number, index: number): string => `${columns[column] as string}:${index}`
  const nodes: TopologyNode[] = []
  const edges: TopologyEdge[] = []
  const near = (index: number, all: number, target: number): number => Math.min(target - 1, Math.floor((index / all) * target))
  const extra = (around: number, all: number): number => (random(100) < 85 ? Math.min(all - 1, Math.max(0, around + random(9) - 4)) : random(all))
  for (let index = 0; index < listeners; index += 1) nodes.push(viewNode('listener', id(0, index), `listener-${index}`, { lines: [`:${8000 + index}`] }))
  for (let index = 0; index < routes; index += 1) {
    nodes.push(viewNode('route', id(1, index), `route-${index}`, { tag: `rule ${index + 1}`, lines: [`host host-${index}.example`] }))
    edges.push(viewEdge(id(0, near(index, routes, listeners)), id(1, index), index))
    const pool = near(index, routes, pools)
    const targets = new Set([pool])
    if (random(100) < 20) {
      targets.add(extra(pool, pools))
      if (random(2) === 1) targets.add(extra(pool, pools))
    }
    let order = 0
    for (const target of targets) edges.push(viewEdge(id(1, index), id(2, target), order++, { share: 1 / targets.size }))
  }
  for (let index = 0; index < pools; index += 1) nodes.push(viewNode('pool', id(2, index), `pool-${index}`, { tag: 'roundrobin', lines: ['check GET /health'], share: 0.2 }))
  for (let index = 0; index < servers; index += 1) {
    nodes.push(viewNode('server', id(3, index), `server-${index}`, { tag: '20%', tone: 'ok' }))
    const pool = near(index, servers, pools)
    const owners = new Set([pool])
    if (random(100) < 10) owners.add(extra(pool, pools))
    for (const owner of owners) edges.push(viewEdge(id(2, owner), id(3, index), index, { share: 0.2 }))
  }
  return { view: { title: `${count} nodes`, isDifference: false, nodes: shuffled(nodes, random), edges: shuffled(edges, random) }, pools }
}

function shuffled<T>(list: readonly T[], random: (below: number) => number): T[] {
  const copy = [...list]
  for (let at = copy.length - 1; at > 0; at -= 1) {
    const other = random(at + 1)
    const kept = copy[at] as T
    copy[at] = copy[other] as T
    copy[other] = kept
  }
  return copy
}

/** Crossing edge pairs between neighbouring columns when nodes stand at the given heights: one rule for every layout. */
export function crossingsAt(graph: LayoutGraph, y: ArrayLike<number>): number {
  let crossings = 0
  for (let column = 0; column < 3; column += 1) {
    const edges: (readonly [number, number])[] = []
    for (let edge = 0; edge < graph.edgeCount; edge += 1) {
      const source = graph.source[edge] as number
      if (graph.column[source] === column) edges.push([y[source] as number, y[graph.target[edge] as number] as number])
    }
    edges.sort((a, b) => a[0] - b[0] || a[1] - b[1])
    const ends = [...new Set(edges.map((each) => each[1]))].sort((a, b) => a - b)
    const rank = new Map(ends.map((value, index) => [value, index + 1]))
    const tree = new Int32Array(ends.length + 2)
    let placed = 0
    let from = 0
    while (from < edges.length) {
      let to = from
      while (to < edges.length && (edges[to] as readonly [number, number])[0] === (edges[from] as readonly [number, number])[0]) to += 1
      for (let at = from; at < to; at += 1) {
        let notBelow = 0
        for (let slot = rank.get((edges[at] as readonly [number, number])[1]) as number; slot > 0; slot -= slot & -slot) notBelow += tree[slot] as number
        crossings += placed - notBelow
      }
      for (let at = from; at < to; at += 1) for (let slot = rank.get((edges[at] as readonly [number, number])[1]) as number; slot < tree.length; slot += slot & -slot) tree[slot]! += 1
      placed += to - from
      from = to
    }
  }
  return crossings
}
