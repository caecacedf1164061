import { toLayers, type Layers } from './layers.ts'
import { toPositions, type LayoutOptions } from './layered-layout.ts'
import type { LayoutGraph, LayoutPositions } from './layout.ts'
import { crossingsOf, type Orders } from './order.ts'
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
  orders.forEach((order, column) => {
    const targets = Float64Array.from(order, (node) => wished[node] as number)
    const weights = Float64Array.from(order, (node) => (isKnown(previousY, node) ? 1 : 0.001))
    const placed = poolAdjacentViolators(targets, weights, offsetsOf(layers, order, column, graph.height))
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

/** Known places; for new nodes the mean of their neighbours, found outwards from what is known. */
function wishedMiddles(layers: Layers, graph: LayoutGraph, previousY: Float64Array): Float64Array {
  const wished = new Float64Array(layers.count).fill(NaN)
  let lowest = 0
  let pending: number[] = []
  for (let node = 0; node < layers.count; node += 1) {
    if (isKnown(previousY, node)) {
      wished[node] = (previousY[node] as number) + heightOf(layers, graph.height, node) / 2
      lowest = Math.max(lowest, (previousY[node] as number) + (graph.height[node] as number))
    } else pending.push(node)
  }
  while (pending.length > 0) {
    const found: (readonly [number, number])[] = []
    const rest: number[] = []
    for (const node of pending) {
      const mean = meanOfNeighbours(layers, wished, node)
      if (Number.isNaN(mean)) rest.push(node)
      else found.push([node, mean])
    }
    for (const [node, mean] of found) wished[node] = mean
    if (found.length === 0) {
      // Hangs on nothing known: below everything, in configuration order, then its neighbours follow.
      const first = rest.shift() as number
      lowest += heightOf(layers, graph.height, first) + 20
      wished[first] = lowest
    }
    pending = rest
  }
  return wished
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
