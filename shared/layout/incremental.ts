import { toLayers, type Layers } from './layers.ts'
import { toPositions, type LayoutOptions } from './layered-layout.ts'
import type { LayoutGraph, LayoutPositions } from './layout.ts'
import type { Orders } from './order-work.ts'
import { crossingsOf } from './crossings.ts'
import { heightOf, offsetsOf, poolAdjacentViolators } from './place.ts'

/**
 * Layout that keeps what is there: nodes that were there before keep their order and, as far as gaps allow, their
 * place; new nodes go between them, next to their neighbours.
 *
 * `previousY`: top of each node in the layout before, pixels, same order as the nodes of `graph`; NaN for a new node.
 * Removed nodes leave their room free. Deterministic. Errors: none; with nothing known it still gives a valid layout.
 */
export function layoutIncremental(previousY: Float64Array, graph: LayoutGraph, options: LayoutOptions = {}): LayoutPositions {
  const layers = toLayers(graph)
  const wished = wishedMiddles(layers, graph, previousY)
  const orders: Orders = layers.members.map((list) => Int32Array.from(list).sort((a, b) => compareNodes(a, b, wished, previousY)))
  const middle = new Float64Array(layers.count)
  orders.forEach((whole, column) => {
    // Passing edges take no room here: they would push aside what stands.
    const order = whole.filter((node) => node < layers.realCount)
    const targets = Float64Array.from(order, (node) => wished[node] as number)
    const weights = Float64Array.from(order, (node) => (isKnown(previousY, node) ? 1 : 0.001))
    // Places were rounded to whole pixels before: a gap may be one short without anything moving for it.
    const offsets = offsetsOf(layers, order, column, graph.height).map((offset, at) => offset - at)
    const placed = poolAdjacentViolators(targets, weights, offsets)
    for (let at = 0; at < order.length; at += 1) middle[order[at] as number] = placed[at] as number
  })
  return toPositions(graph, layers, orders, middle, crossingsOf(layers, orders), options, false)
}

function isKnown(previousY: Float64Array, node: number): boolean {
  return node < previousY.length && !Number.isNaN(previousY[node])
}

function compareNodes(a: number, b: number, wished: Float64Array, previousY: Float64Array): number {
  const difference = (wished[a] as number) - (wished[b] as number)
  if (difference !== 0) return difference
  // At the same height what was there stays above what is new.
  return Number(isKnown(previousY, b)) - Number(isKnown(previousY, a)) || a - b
}

/** Known places; for new nodes the mean of their neighbours, found outwards from what is known, level by level. */
function wishedMiddles(layers: Layers, graph: LayoutGraph, previousY: Float64Array): Float64Array {
  const wished = new Float64Array(layers.count).fill(NaN)
  const isReached = new Uint8Array(layers.count)
  let lowest = 0
  let level: number[] = []
  for (let node = 0; node < layers.count; node += 1) {
    if (!isKnown(previousY, node)) continue
    wished[node] = (previousY[node] as number) + heightOf(layers, graph.height, node) / 2
    lowest = Math.max(lowest, (previousY[node] as number) + (graph.height[node] as number))
    isReached[node] = 1
    level.push(node)
  }
  let nextUnknown = 0
  for (;;) {
    const next: number[] = []
    const reach = (node: number): void => {
      if (isReached[node] === 1) return
      isReached[node] = 1
      next.push(node)
    }
    for (const node of level) {
      for (let edge = layers.leftStart[node] as number; edge < (layers.leftStart[node + 1] as number); edge += 1) reach(layers.left[edge] as number)
      for (let edge = layers.rightStart[node] as number; edge < (layers.rightStart[node + 1] as number); edge += 1) reach(layers.right[edge] as number)
    }
    if (next.length > 0) {
      const means = next.map((node) => meanOfNeighbours(layers, wished, node))
      next.forEach((node, index) => { wished[node] = means[index] as number })
      level = next
      continue
    }
    while (nextUnknown < layers.count && isReached[nextUnknown] === 1) nextUnknown += 1
    if (nextUnknown === layers.count) return wished
    // Hangs on nothing known: below everything, in configuration order; its neighbours follow.
    isReached[nextUnknown] = 1
    lowest += heightOf(layers, graph.height, nextUnknown) + 20
    wished[nextUnknown] = lowest
    level = [nextUnknown]
  }
}

function meanOfNeighbours(layers: Layers, wished: Float64Array, node: number): number {
  let sum = 0
  let count = 0
  for (let edge = layers.leftStart[node] as number; edge < (layers.leftStart[node + 1] as number); edge += 1) {
    const middle = wished[layers.left[edge] as number] as number
    if (!Number.isNaN(middle)) { sum += middle; count += 1 }
  }
  for (let edge = layers.rightStart[node] as number; edge < (layers.rightStart[node + 1] as number); edge += 1) {
    const middle = wished[layers.right[edge] as number] as number
    if (!Number.isNaN(middle)) { sum += middle; count += 1 }
  }
  return count === 0 ? NaN : sum / count
}
