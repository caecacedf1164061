import type { Picture } from './picture.ts'

/** Everything up- and downstream of one box: what a hover lights up. Nodes and edges as bytes, 1 for lit. */
export interface Reach {
  readonly nodes: Uint8Array
  readonly edges: Uint8Array
}

const nothing = (picture: Picture): Reach => ({ nodes: new Uint8Array(picture.nodes.length), edges: new Uint8Array(picture.edges.length) })

function follow(picture: Picture, from: number, reach: Reach, start: Int32Array, list: Int32Array, ends: Int32Array): void {
  const pending = [from]
  const seen = new Uint8Array(picture.nodes.length)
  seen[from] = 1
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    reach.nodes[node] = 1
    for (let k = start[node] as number; k < (start[node + 1] as number); k += 1) {
      const edge = list[k] as number
      reach.edges[edge] = 1
      const next = ends[edge] as number
      if (seen[next] === 0) {
        seen[next] = 1
        pending.push(next)
      }
    }
  }
}

/** Upstream only follows edges backwards, downstream only forwards: siblings stay dark. */
export function reachOfNode(picture: Picture, node: number): Reach {
  const reach = nothing(picture)
  follow(picture, node, reach, picture.outStart, picture.outEdges, picture.target)
  follow(picture, node, reach, picture.inStart, picture.inEdges, picture.source)
  return reach
}

/** The edge itself, what leads to it and what it leads to. */
export function reachOfEdge(picture: Picture, edge: number): Reach {
  const reach = nothing(picture)
  follow(picture, picture.target[edge] as number, reach, picture.outStart, picture.outEdges, picture.target)
  follow(picture, picture.source[edge] as number, reach, picture.inStart, picture.inEdges, picture.source)
  reach.edges[edge] = 1
  return reach
}

/** Lights exactly the named ids, and the ends of named edges. Null when none of them is in the picture. */
export function reachOfIds(picture: Picture, ids: readonly string[]): Reach | null {
  const reach = nothing(picture)
  let found = false
  for (const id of ids) {
    const node = picture.indexOf.get(id)
    if (node !== undefined) {
      reach.nodes[node] = 1
      found = true
    }
    const edge = picture.edgeIndexOf.get(id)
    if (edge !== undefined) {
      reach.edges[edge] = 1
      reach.nodes[picture.source[edge] as number] = 1
      reach.nodes[picture.target[edge] as number] = 1
      found = true
    }
  }
  return found ? reach : null
}
