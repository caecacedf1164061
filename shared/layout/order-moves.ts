import { exchangeCost, fillPlaces } from './crossings.ts'
import { columnCount } from './layers.ts'
import type { Work } from './order-work.ts'

/** How far a node is moved at most when single moves are tried. */
const reach = 24

/** Once to the right and back. Every third round looks at both sides of the inner columns at once. */
export function sweep(work: Work, round: number): void {
  const inner = round % 3 === 2 ? 'both' : null
  for (let column = 1; column < columnCount; column += 1) sortColumn(work, column, column < columnCount - 1 ? (inner ?? 'left') : 'left', true)
  for (let column = columnCount - 2; column >= 0; column -= 1) sortColumn(work, column, column > 0 ? (inner ?? 'right') : 'right', true)
}

/**
 * Sorts a column by the median place of the neighbours on one side, or on both. Nodes without neighbours keep their
 * place. Equal medians keep configuration order, or with `lastFirst` the order they had.
 */
export function sortColumn(work: Work, column: number, side: 'left' | 'right' | 'both', lastFirst: boolean): void {
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
export function improve(work: Work, column: number, passes: number, settleTies: boolean): void {
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
