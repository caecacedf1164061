import { distanceToCurve } from './curve.ts'
import { rowsInside, type Picture } from './picture.ts'

const bandCount = 512
/** An edge that crosses more bands than this is kept once in a list of long edges instead of in every band. */
const longFrom = 48

/** Curves sorted into horizontal bands, so that a pointer looks at a few dozen of them instead of all. */
export interface EdgeGrid {
  readonly bandHeight: number
  readonly bands: readonly (readonly number[])[]
  readonly long: readonly number[]
}

export function toEdgeGrid(picture: Picture): EdgeGrid {
  const bandHeight = Math.max(64, picture.height / bandCount)
  const bands: number[][] = Array.from({ length: Math.floor(picture.height / bandHeight) + 1 }, () => [])
  const long: number[] = []
  const clamp = (y: number): number => Math.min(bands.length - 1, Math.max(0, Math.floor(y / bandHeight)))
  for (let e = 0; e < picture.edges.length; e += 1) {
    const from = clamp(Math.min(picture.y1[e] as number, picture.y2[e] as number))
    const to = clamp(Math.max(picture.y1[e] as number, picture.y2[e] as number))
    if (to - from > longFrom) long.push(e)
    else for (let band = from; band <= to; band += 1) (bands[band] as number[]).push(e)
  }
  return { bandHeight, bands, long }
}

/** Nearest edge whose stroke comes within `reach` pixels of the point; -1 for none. `allowed` says what is drawn. */
export function pickEdge(picture: Picture, grid: EdgeGrid, x: number, y: number, reach: number, allowed: (edge: number) => boolean): number {
  let best = -1
  let bestDistance = reach
  const look = (e: number): void => {
    const x1 = picture.x1[e] as number
    const x2 = picture.x2[e] as number
    const half = (picture.stroke[e] as number) / 2
    if (x < Math.min(x1, x2) - reach || x > Math.max(x1, x2) + reach) return
    const y1 = picture.y1[e] as number
    const y2 = picture.y2[e] as number
    if (y < Math.min(y1, y2) - reach - half || y > Math.max(y1, y2) + reach + half || !allowed(e)) return
    const distance = Math.max(0, distanceToCurve(x, y, x1, y1, x2, y2) - half)
    if (distance < bestDistance) {
      bestDistance = distance
      best = e
    }
  }
  const first = Math.max(0, Math.floor((y - reach) / grid.bandHeight))
  const last = Math.min(grid.bands.length - 1, Math.floor((y + reach) / grid.bandHeight))
  for (let band = first; band <= last; band += 1) for (const e of grid.bands[band] as readonly number[]) look(e)
  for (const e of grid.long) look(e)
  return best
}

/** Box under a point; -1 for none. */
export function pickNode(picture: Picture, x: number, y: number, allowed: (node: number) => boolean): number {
  for (const list of picture.byColumn) {
    const [from, to] = rowsInside(picture, list, y, y)
    for (let at = from; at < to; at += 1) {
      const node = list[at] as number
      const left = picture.x[node] as number
      if (x >= left && x <= left + (picture.w[node] as number) && allowed(node)) return node
    }
  }
  return -1
}
