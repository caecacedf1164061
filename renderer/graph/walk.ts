import type { Picture } from './picture.ts'

export type Direction = 'left' | 'right' | 'up' | 'down'

/** Where the keyboard stands: a box, and the edge it came by (-1 if it came otherwise). */
export interface Standing {
  readonly node: number
  readonly by: number
}

/**
 * One arrow key. Right follows the first edge in rule order, left goes back; up and down try the edges beside the one
 * last followed, in rule order, and otherwise the next box of the column. Null: there is nothing in that direction.
 */
export function walk(picture: Picture, at: Standing, direction: Direction, allowed: (node: number) => boolean): Standing | null {
  const { node, by } = at
  if (direction === 'right' || direction === 'left') {
    const forward = direction === 'right'
    const start = forward ? picture.outStart : picture.inStart
    const list = forward ? picture.outEdges : picture.inEdges
    const ends = forward ? picture.target : picture.source
    // Going back along the edge one came by is what a person expects of the opposite arrow.
    if (by !== -1 && (forward ? picture.source[by] : picture.target[by]) === node && allowed(ends[by] as number)) return { node: ends[by] as number, by }
    for (let k = start[node] as number; k < (start[node + 1] as number); k += 1) {
      const edge = list[k] as number
      if (allowed(ends[edge] as number)) return { node: ends[edge] as number, by: edge }
    }
    return null
  }
  const step = direction === 'down' ? 1 : -1
  if (by !== -1) {
    const came = picture.target[by] === node
    const from = (came ? picture.source[by] : picture.target[by]) as number
    const start = came ? picture.outStart : picture.inStart
    const list = came ? picture.outEdges : picture.inEdges
    const ends = came ? picture.target : picture.source
    const here = list.indexOf(by, start[from] as number)
    for (let k = here + step; k >= (start[from] as number) && k < (start[from + 1] as number); k += step) {
      const edge = list[k] as number
      if (ends[edge] !== node && allowed(ends[edge] as number)) return { node: ends[edge] as number, by: edge }
    }
  }
  const column = picture.byColumn[picture.column[node] as number] as Int32Array
  for (let k = column.indexOf(node) + step; k >= 0 && k < column.length; k += step) {
    if (allowed(column[k] as number)) return { node: column[k] as number, by: -1 }
  }
  return null
}

/** Where the keyboard starts: the first changed or alerting box from left to right, otherwise the first box. */
export function firstStanding(picture: Picture, allowed: (node: number) => boolean): Standing | null {
  let first = -1
  for (const list of picture.byColumn) {
    for (const node of list) {
      if (!allowed(node)) continue
      if (first === -1) first = node
      const box = picture.nodes[node]
      if (box !== undefined && (box.change !== 'same' || box.tone === 'critical')) return { node, by: -1 }
    }
  }
  return first === -1 ? null : { node: first, by: -1 }
}
