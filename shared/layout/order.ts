import { countCrossings, exchangeCost, fillPlaces } from './crossings.ts'
import { columnCount, type Layers } from './layers.ts'
import { depthFirst, smoothed } from './order-starts.ts'
import { copyOf, newWork, setOrders, type Orders, type Work } from './order-work.ts'

/** How far a node is moved at most when single moves are tried. */
const reach = 24

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

/** Once to the right and back. Every third round looks at both sides of the inner columns at once. */
function sweep(work: Work, round: number): void {
  const inner = round % 3 === 2 ? 'both' : null
  for (let column = 1; column < columnCount; column += 1) sortColumn(work, column, column < columnCount - 1 ? (inner ?? 'left') : 'left', true)
  for (let column = columnCount - 2; column >= 0; column -= 1) sortColumn(work, column, column > 0 ? (inner ?? 'right') : 'right', true)
}

/**
 * Sorts a column by the median place of the neighbours on one side, or on both. Nodes without neighbours keep their
 * place. Equal medians keep configuration order, or with `lastFirst` the order they had.
 */
function sortColumn(work: Work, column: number, side: 'left' | 'right' | 'both', lastFirst: boolean): void {
  const { layers, place } = work
  const order = work.orders[column] as Int32Array
  const keyed: number[] = []
  const slots: number[] = []
  const medians = new Float64Array(order.length)
  const scratch: number[] = []
  const leftScale = side === 'both' ? scaleOf(work, column - 1) : 1
  const rightScale = side === 'both' ? scaleOf(work, column + 1) : 1
  for (let at = 0; at < order.length; at += 1) {
    const node = order[at] as number
    scratch.length = 0
    if (side !== 'right') for (let edge = layers.leftStart[node] as number; edge < (layers.leftStart[node + 1] as number); edge += 1) scratch.push((place[layers.left[edge] as number] as number) * leftScale)
    if (side !== 'left') for (let edge = layers.rightStart[node] as number; edge < (layers.rightStart[node + 1] as number); edge += 1) scratch.push((place[layers.right[edge] as number] as number) * rightScale)
    if (scratch.length === 0) continue
    keyed.push(at)
    slots.push(at)
    medians[at] = medianOf(scratch)
  }
  const tie = lastFirst ? (at: number): number => at : (at: number): number => layers.rank[order[at] as number] as number
  keyed.sort((a, b) => (medians[a] as number) - (medians[b] as number) || tie(a) - tie(b) || a - b)
  const sorted = order.slice()
  for (let index = 0; index < keyed.length; index += 1) sorted[slots[index] as number] = order[keyed[index] as number] as number
  order.set(sorted)
  for (let at = 0; at < order.length; at += 1) place[order[at] as number] = at
}

/** Brings places of columns of different length to one scale. */
function scaleOf(work: Work, column: number): number {
  return 1 / Math.max(1, work.orders[column]?.length ?? 1)
}

/** Weighted median: between the two middle values it leans to the side where the values lie closer together. */
function medianOf(values: number[]): number {
  const count = values.length
  if (count === 1) return values[0] as number
  if (count === 2) return ((values[0] as number) + (values[1] as number)) / 2
  values.sort((a, b) => a - b)
  const middle = count >> 1
  if (count % 2 === 1) return values[middle] as number
  const low = values[middle - 1] as number
  const high = values[middle] as number
  const spreadLow = low - (values[0] as number)
  const spreadHigh = (values[count - 1] as number) - high
  return spreadLow + spreadHigh === 0 ? (low + high) / 2 : (low * spreadHigh + high * spreadLow) / (spreadLow + spreadHigh)
}

/**
 * Moves single nodes of a column to the best place within `reach`. With `settleTies`, only neighbours are exchanged,
 * also when it costs nothing and puts them into configuration order.
 */
function improve(work: Work, column: number, passes: number, settleTies: boolean): void {
  const { layers, place } = work
  const order = work.orders[column] as Int32Array
  fillPlaces(work, column)
  const distance = settleTies ? 1 : reach
  for (let pass = 0; pass < passes; pass += 1) {
    let moved = false
    for (let start = 0; start < order.length; start += 1) {
      const node = order[start] as number
      if (settleTies) {
        const other = order[start + 1]
        if (other === undefined) break
        const cost = exchangeCost(work, node, other)
        if (cost < 0 || (cost === 0 && (layers.rank[other] as number) < (layers.rank[node] as number))) {
          order[start] = other
          order[start + 1] = node
          moved = true
        }
        continue
      }
      let best = start
      let bestCost = 0
      let cost = 0
      for (let at = start - 1; at >= 0 && start - at <= distance; at -= 1) {
        cost += exchangeCost(work, order[at] as number, node)
        if (cost < bestCost) {
          bestCost = cost
          best = at
        }
      }
      cost = 0
      for (let at = start + 1; at < order.length && at - start <= distance; at += 1) {
        cost += exchangeCost(work, node, order[at] as number)
        if (cost < bestCost) {
          bestCost = cost
          best = at
        }
      }
      if (best === start) continue
      moved = true
      if (best < start) order.copyWithin(best + 1, best, start)
      else order.copyWithin(start, start + 1, best + 1)
      order[best] = node
    }
    if (!moved) break
  }
  for (let at = 0; at < order.length; at += 1) place[order[at] as number] = at
}
