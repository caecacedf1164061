import { columnCount, type Layers } from './layers.ts'
import type { Orders } from './order-work.ts'

/** Room between two boxes of one column: `near` when they hang on the same box to the left, else `far`. Pixels. */
export interface Spacing {
  readonly near: readonly [number, number, number, number]
  readonly far: readonly [number, number, number, number]
}

/** Columns with more boxes than this stand closer together: nobody reads them one by one, and pictures stay small. */
const crowded = 120

const airy: Spacing = { near: [28, 24, 26, 12], far: [36, 32, 34, 24] }
const tight: Spacing = { near: [16, 8, 12, 5], far: [20, 14, 16, 12] }

/** Room a passing edge takes between boxes, pixels. */
const standInHeight = 12
const passingGap = 8
const rounds = 6

/**
 * Middle of each node (stand-ins included) from top to bottom, pixels, not yet moved to the top margin.
 *
 * Every node is drawn to the mean of its neighbours; within a column the order and the gaps hold. Each step solves
 * that exactly by pooling adjacent violators, in linear time; the columns take turns a fixed number of times.
 */
export function placeNodes(layers: Layers, orders: Orders, height: Float32Array): Float64Array {
  const middle = new Float64Array(layers.count)
  const offsets = orders.map((order, column) => offsetsOf(layers, order, column, height))
  orders.forEach((order, column) => {
    const own = offsets[column] as Float64Array
    const half = order.length === 0 ? 0 : (own[order.length - 1] as number) / 2
    for (let at = 0; at < order.length; at += 1) middle[order[at] as number] = (own[at] as number) - half
  })
  for (let round = 0; round < rounds; round += 1) {
    const last = round === rounds - 1
    for (let column = columnCount - 2; column >= 0; column -= 1) settleColumn(layers, orders, offsets, middle, column, 'right')
    for (let column = 1; column < columnCount; column += 1) settleColumn(layers, orders, offsets, middle, column, last && column < columnCount - 1 ? 'both' : 'left')
  }
  settleColumn(layers, orders, offsets, middle, 0, 'right')
  return middle
}

/** The least distance of each box's middle from the first one's. */
export function offsetsOf(layers: Layers, order: Int32Array, column: number, height: Float32Array): Float64Array {
  const offsets = new Float64Array(order.length)
  let real = 0
  for (const node of order) if (node < layers.realCount) real += 1
  const spacing = real > crowded ? tight : airy
  // The box above, stand-ins left out: two boxes keep their gap also when an edge passes between them.
  let boxAbove = -1
  let offsetAbove = 0
  for (let at = 0; at < order.length; at += 1) {
    const node = order[at] as number
    const isBox = node < layers.realCount
    let offset = 0
    if (at > 0) {
      const above = order[at - 1] as number
      if (!isBox || above >= layers.realCount) offset = (offsets[at - 1] as number) + (heightOf(layers, height, above) + heightOf(layers, height, node)) / 2 + passingGap
      if (isBox && boxAbove !== -1) {
        const gap = sharesOwner(layers, boxAbove, node) ? (spacing.near[column] as number) : (spacing.far[column] as number)
        offset = Math.max(offset, offsetAbove + ((height[boxAbove] as number) + (height[node] as number)) / 2 + gap)
      }
    }
    offsets[at] = offset
    if (!isBox) continue
    boxAbove = node
    offsetAbove = offset
  }
  return offsets
}

export function heightOf(layers: Layers, height: Float32Array, node: number): number {
  return node < layers.realCount ? (height[node] as number) : standInHeight
}

function sharesOwner(layers: Layers, a: number, b: number): boolean {
  const fromA = layers.leftStart[a] as number
  const fromB = layers.leftStart[b] as number
  if (fromA === layers.leftStart[a + 1] || fromB === layers.leftStart[b + 1]) return false
  return layers.left[fromA] === layers.left[fromB]
}

function settleColumn(layers: Layers, orders: Orders, offsets: readonly Float64Array[], middle: Float64Array, column: number, side: 'left' | 'right' | 'both'): void {
  const order = orders[column] as Int32Array
  const wished = new Float64Array(order.length)
  const weight = new Float64Array(order.length)
  for (let at = 0; at < order.length; at += 1) {
    const node = order[at] as number
    let sum = 0
    let count = 0
    if (side !== 'right') for (let edge = layers.leftStart[node] as number; edge < (layers.leftStart[node + 1] as number); edge += 1, count += 1) sum += middle[layers.left[edge] as number] as number
    if (side !== 'left') for (let edge = layers.rightStart[node] as number; edge < (layers.rightStart[node + 1] as number); edge += 1, count += 1) sum += middle[layers.right[edge] as number] as number
    wished[at] = count === 0 ? (middle[node] as number) : sum / count
    weight[at] = count === 0 ? 0.05 : 1 + Math.min(count, 8) / 4
  }
  const placed = poolAdjacentViolators(wished, weight, offsets[column] as Float64Array)
  for (let at = 0; at < order.length; at += 1) middle[order[at] as number] = placed[at] as number
}

/**
 * Places as near as possible (weighted least squares) to `wished`, each at least its offset after the first:
 * `placed[i] − placed[i − 1] ≥ offsets[i] − offsets[i − 1]`. Exact, linear time.
 */
export function poolAdjacentViolators(wished: Float64Array, weight: Float64Array, offsets: Float64Array): Float64Array {
  const count = wished.length
  const blockValue = new Float64Array(count)
  const blockWeight = new Float64Array(count)
  const blockEnd = new Int32Array(count)
  let blocks = 0
  for (let at = 0; at < count; at += 1) {
    let value = (wished[at] as number) - (offsets[at] as number)
    let total = weight[at] as number
    while (blocks > 0 && (blockValue[blocks - 1] as number) > value) {
      blocks -= 1
      const sum = total + (blockWeight[blocks] as number)
      value = (value * total + (blockValue[blocks] as number) * (blockWeight[blocks] as number)) / sum
      total = sum
    }
    blockValue[blocks] = value
    blockWeight[blocks] = total
    blockEnd[blocks] = at + 1
    blocks += 1
  }
  const placed = new Float64Array(count)
  let at = 0
  for (let block = 0; block < blocks; block += 1) for (; at < (blockEnd[block] as number); at += 1) placed[at] = (blockValue[block] as number) + (offsets[at] as number)
  return placed
}
