import type { LayoutGraph } from './layout.ts'

export const columnCount = 4

/**
 * The graph as the ordering sees it: every edge joins neighbouring columns, an edge over several columns runs through
 * stand-ins (numbered from `realCount`). Edges inside one column take no part.
 *
 * `leftOf(v)` is `left[leftStart[v]]`…`left[leftStart[v + 1]]`, the neighbours one column to the left; likewise `right`.
 * `rank` is configuration order; stand-ins take the rank of the node they start from.
 */
export interface Layers {
  readonly count: number
  readonly realCount: number
  readonly column: Uint8Array
  readonly rank: Int32Array
  readonly leftStart: Int32Array
  readonly left: Int32Array
  readonly rightStart: Int32Array
  readonly right: Int32Array
  /** Nodes of each column in configuration order. */
  readonly members: readonly Int32Array[]
}

export function toLayers(graph: LayoutGraph): Layers {
  const from: number[] = []
  const to: number[] = []
  const standInColumn: number[] = []
  const standInRank: number[] = []
  for (let edge = 0; edge < graph.edgeCount; edge += 1) {
    let source = graph.source[edge] as number
    let target = graph.target[edge] as number
    if ((graph.column[source] as number) > (graph.column[target] as number)) [source, target] = [target, source]
    const first = graph.column[source] as number
    const last = graph.column[target] as number
    if (first === last) continue
    let previous = source
    for (let column = first + 1; column < last; column += 1) {
      const standIn = graph.nodeCount + standInColumn.length
      standInColumn.push(column)
      standInRank.push(source)
      from.push(previous)
      to.push(standIn)
      previous = standIn
    }
    from.push(previous)
    to.push(target)
  }
  const count = graph.nodeCount + standInColumn.length
  const column = new Uint8Array(count)
  column.set(graph.column)
  column.set(standInColumn, graph.nodeCount)
  const rank = new Int32Array(count)
  for (let node = 0; node < graph.nodeCount; node += 1) rank[node] = node
  rank.set(standInRank, graph.nodeCount)
  const right = toRows(count, from, to)
  const left = toRows(count, to, from)
  const members: Int32Array[] = []
  for (let at = 0; at < columnCount; at += 1) {
    const list: number[] = []
    for (let node = 0; node < count; node += 1) if (column[node] === at) list.push(node)
    if (standInColumn.length > 0) list.sort((a, b) => (rank[a] as number) - (rank[b] as number) || a - b)
    members.push(Int32Array.from(list))
  }
  return { count, realCount: graph.nodeCount, column, rank, leftStart: left.start, left: left.items, rightStart: right.start, right: right.items, members }
}

function toRows(count: number, keys: readonly number[], values: readonly number[]): { readonly start: Int32Array; readonly items: Int32Array } {
  const start = new Int32Array(count + 1)
  for (const key of keys) start[key + 1]! += 1
  for (let node = 0; node < count; node += 1) start[node + 1]! += start[node] as number
  const next = start.slice()
  const items = new Int32Array(keys.length)
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index] as number
    items[next[key] as number] = values[index] as number
    next[key]! += 1
  }
  return { start, items }
}
