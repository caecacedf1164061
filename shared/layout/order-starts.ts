import type { Layers } from './layers.ts'
import type { Orders } from './order-work.ts'

/** Columns as met walking depth first from the left, children in configuration order. */
export function depthFirst(layers: Layers): Orders {
  const seen = new Uint8Array(layers.count)
  const lists: number[][] = [[], [], [], []]
  const stack: number[] = []
  for (const column of layers.members) {
    for (const root of column) {
      stack.push(root)
      while (stack.length > 0) {
        const node = stack.pop() as number
        if (seen[node] === 1) continue
        seen[node] = 1
        lists[layers.column[node] as number]!.push(node)
        for (let at = (layers.leftStart[node + 1] as number) - 1; at >= (layers.leftStart[node] as number); at -= 1) if (seen[layers.left[at] as number] === 0) stack.push(layers.left[at] as number)
        for (let at = (layers.rightStart[node + 1] as number) - 1; at >= (layers.rightStart[node] as number); at -= 1) if (seen[layers.right[at] as number] === 0) stack.push(layers.right[at] as number)
      }
    }
  }
  return lists.map((list) => Int32Array.from(list))
}

/**
 * Order by the slowest way in which values along the edges even out (the Fiedler vector of the graph, by power
 * iteration from `best`): what hangs together far and wide ends up close together, which sweeps alone cannot find.
 */
export function smoothed(layers: Layers, best: Orders, steps: number): Orders {
  const { count, leftStart, left, rightStart, right } = layers
  let value = new Float64Array(count)
  for (const order of best) for (let at = 0; at < order.length; at += 1) value[order[at] as number] = (at + 0.5) / order.length - 0.5
  let next = new Float64Array(count)
  let degrees = 0
  for (let node = 0; node < count; node += 1) degrees += degreeOf(layers, node)
  for (let step = 0; step < steps; step += 1) {
    let mean = 0
    for (let node = 0; node < count; node += 1) mean += (value[node] as number) * degreeOf(layers, node)
    mean /= Math.max(1, degrees)
    let greatest = 0
    for (let node = 0; node < count; node += 1) {
      let sum = 0
      for (let at = leftStart[node] as number; at < (leftStart[node + 1] as number); at += 1) sum += (value[left[at] as number] as number) - mean
      for (let at = rightStart[node] as number; at < (rightStart[node + 1] as number); at += 1) sum += (value[right[at] as number] as number) - mean
      const degree = degreeOf(layers, node)
      const own = (value[node] as number) - mean
      const moved = degree === 0 ? own : (own + sum / degree) / 2
      next[node] = moved
      greatest = Math.max(greatest, Math.abs(moved))
    }
    if (greatest > 0) for (let node = 0; node < count; node += 1) next[node]! /= greatest
    const kept = value
    value = next
    next = kept
  }
  return best.map((order) => {
    const place = new Float64Array(count)
    order.forEach((node, at) => { place[node] = at })
    return Int32Array.from(order).sort((a, b) => (value[a] as number) - (value[b] as number) || (place[a] as number) - (place[b] as number))
  })
}

function degreeOf(layers: Layers, node: number): number {
  return (layers.leftStart[node + 1] as number) - (layers.leftStart[node] as number) + (layers.rightStart[node + 1] as number) - (layers.rightStart[node] as number)
}
