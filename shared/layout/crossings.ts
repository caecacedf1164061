import { columnCount, type Layers } from './layers.ts'
import { newWork, setOrders, type Orders, type Work } from './order-work.ts'

/** Sorted places of all neighbours of a column; they do not change while the column itself is reordered. */
export function fillPlaces(work: Work, column: number): void {
  const { layers, place, leftPlaces, rightPlaces } = work
  for (const node of work.orders[column] as Int32Array) {
    fillRow(layers.left, place, leftPlaces, layers.leftStart[node] as number, layers.leftStart[node + 1] as number)
    fillRow(layers.right, place, rightPlaces, layers.rightStart[node] as number, layers.rightStart[node + 1] as number)
  }
}

function fillRow(neighbours: Int32Array, place: Int32Array, into: Int32Array, from: number, to: number): void {
  if (to - from > 16) {
    for (let at = from; at < to; at += 1) into[at] = place[neighbours[at] as number] as number
    into.subarray(from, to).sort()
    return
  }
  for (let at = from; at < to; at += 1) {
    const value = place[neighbours[at] as number] as number
    let slot = at
    for (; slot > from && (into[slot - 1] as number) > value; slot -= 1) into[slot] = into[slot - 1] as number
    into[slot] = value
  }
}

/** Crossings gained (negative: lost) by exchanging `upper` with `lower`, which stands right under it. */
export function exchangeCost(work: Work, upper: number, lower: number): number {
  const { layers, leftPlaces, rightPlaces } = work
  return (
    inversionBalance(leftPlaces, layers.leftStart[upper] as number, layers.leftStart[upper + 1] as number, layers.leftStart[lower] as number, layers.leftStart[lower + 1] as number) +
    inversionBalance(rightPlaces, layers.rightStart[upper] as number, layers.rightStart[upper + 1] as number, layers.rightStart[lower] as number, layers.rightStart[lower + 1] as number)
  )
}

/** Pairs with upper < lower minus pairs with upper > lower, over two ascending runs of one array. */
function inversionBalance(places: Int32Array, fromA: number, toA: number, fromB: number, toB: number): number {
  if (fromA === toA || fromB === toB) return 0
  let balance = 0
  let below = fromB
  let notAbove = fromB
  for (let at = fromA; at < toA; at += 1) {
    const value = places[at] as number
    while (below < toB && (places[below] as number) < value) below += 1
    while (notAbove < toB && (places[notAbove] as number) <= value) notAbove += 1
    balance += toB - notAbove - (below - fromB)
  }
  return balance
}

/** All crossings between neighbouring columns: inversions counted with a binary indexed tree. */
export function countCrossings(work: Work): number {
  const { layers, place, rightPlaces } = work
  let crossings = 0
  for (let column = 0; column + 1 < columnCount; column += 1) {
    const size = (work.orders[column + 1] as Int32Array).length
    const tree = new Int32Array(size + 1)
    let placed = 0
    for (const node of work.orders[column] as Int32Array) {
      const from = layers.rightStart[node] as number
      const to = layers.rightStart[node + 1] as number
      fillRow(layers.right, place, rightPlaces, from, to)
      for (let at = from; at < to; at += 1) {
        let notBelow = 0
        for (let slot = (rightPlaces[at] as number) + 1; slot > 0; slot -= slot & -slot) notBelow += tree[slot] as number
        crossings += placed - notBelow
      }
      for (let at = from; at < to; at += 1) for (let slot = (rightPlaces[at] as number) + 1; slot <= size; slot += slot & -slot) tree[slot]! += 1
      placed += to - from
    }
  }
  return crossings
}

/** Crossings of a given order; for measuring other layouts by the same rule. */
export function crossingsOf(layers: Layers, orders: Orders): number {
  const work = newWork(layers)
  setOrders(work, orders)
  return countCrossings(work)
}
