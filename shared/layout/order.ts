import { countCrossings } from './crossings.ts'
import { columnCount, type Layers } from './layers.ts'
import { improve, sortColumn, sweep } from './order-moves.ts'
import { depthFirst, smoothed } from './order-starts.ts'
import { copyOf, newWork, setOrders, type Orders, type Work } from './order-work.ts'

/**
 * Order of nodes in each column with few crossings.
 *
 * Deterministic and without a clock: the same graph gives the same order on every machine; the amount of work follows
 * from the number of nodes alone. Method: several starts (configuration order, depth first, smoothed), median sweeps
 * (Gansner et al. 1993) followed by single moves within `reach`, best kept; at the end, neighbours are put into
 * configuration order wherever that costs no crossing.
 *
 * In pictures a person can read, rules stay in the order in which they are evaluated: that order is taken whenever it
 * costs few more crossings than the free one (`isNearlyAsGood`).
 */
export function orderLayers(layers: Layers): { readonly orders: Orders; readonly crossings: number } {
  const free = orderFreely(layers)
  const readable = layers.realCount <= 600
  const inRuleOrder = readable ? orderByRules(layers) : null
  const best = inRuleOrder !== null && isNearlyAsGood(inRuleOrder.crossings, free.crossings, layers.right.length) ? inRuleOrder : free
  return best
}

function isNearlyAsGood(crossings: number, best: number, edges: number): boolean {
  return crossings <= best * 1.5 + 4 + edges * 0.2
}

function orderFreely(layers: Layers): { readonly orders: Orders; readonly crossings: number } {
  const { rounds, smoothings } = effortFor(layers.count)
  const work = newWork(layers)
  let best: Orders = []
  let fewest = Infinity
  for (let start = 0; start < 2 + smoothings.length; start += 1) {
    if (start === 0) setOrders(work, layers.members.map((list) => list.slice()))
    else if (start === 1) setOrders(work, depthFirst(layers))
    else setOrders(work, smoothed(layers, best, smoothings[start - 2] as number))
    for (let round = 0; round < rounds; round += 1) {
      const before = fewest
      sweep(work, round)
      for (let column = 0; column < columnCount; column += 1) improve(work, column, 1, false)
      const crossings = countCrossings(work)
      if (crossings < fewest) {
        fewest = crossings
        best = copyOf(work.orders)
      }
      if (fewest === 0) break
      if (round > 1 && fewest >= before * 0.999) break
    }
    if (fewest === 0) break
  }
  setOrders(work, best)
  return settle(work, fewest, [0, 1, 2, 3])
}

/** Work by size alone: sweeps for each start, and steps of smoothing for each start after the first two. */
function effortFor(count: number): { readonly rounds: number; readonly smoothings: readonly number[] } {
  if (count <= 400) return { rounds: 12, smoothings: [30, 100, 300, 1000] }
  if (count <= 1500) return { rounds: 12, smoothings: [100] }
  if (count <= 8000) return { rounds: 10, smoothings: [100] }
  if (count <= 30_000) return { rounds: 8, smoothings: [300] }
  return { rounds: 2, smoothings: [30] }
}

/** Listeners and rules stand as configured, rules under their listener; only pools and servers are free. */
function orderByRules(layers: Layers): { readonly orders: Orders; readonly crossings: number } {
  const work = newWork(layers)
  const orders = layers.members.map((list) => list.slice())
  setOrders(work, orders)
  const owner = new Float64Array(layers.count)
  for (const node of layers.members[1] as Int32Array) {
    let first = layers.count
    for (let at = layers.leftStart[node] as number; at < (layers.leftStart[node + 1] as number); at += 1) first = Math.min(first, work.place[layers.left[at] as number] as number)
    owner[node] = first
  }
  orders[1] = Int32Array.from(orders[1] as Int32Array).sort((a, b) => (owner[a] as number) - (owner[b] as number) || (layers.rank[a] as number) - (layers.rank[b] as number) || a - b)
  setOrders(work, orders)
  let best = copyOf(work.orders)
  let fewest = countCrossings(work)
  for (let round = 0; round < 10; round += 1) {
    sortColumn(work, 2, 'left', false)
    sortColumn(work, 3, 'left', false)
    improve(work, 2, 2, false)
    improve(work, 3, 2, false)
    if (round % 2 === 1) sortColumn(work, 2, 'both', false)
    improve(work, 2, 2, false)
    const crossings = countCrossings(work)
    if (crossings < fewest) {
      fewest = crossings
      best = copyOf(work.orders)
    }
  }
  setOrders(work, best)
  return settle(work, fewest, [2, 3])
}

/** Configuration order wherever it costs nothing, in the given columns. */
function settle(work: Work, crossings: number, columns: readonly number[]): { readonly orders: Orders; readonly crossings: number } {
  for (const column of columns) improve(work, column, 8, true)
  const settled = countCrossings(work)
  return { orders: copyOf(work.orders), crossings: Math.min(settled, crossings) }
}
