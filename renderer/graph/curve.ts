/**
 * The curve every edge follows: a cubic Bézier with horizontal tangents whose control points stand half way across.
 * x and y are both monotone along it, so a point of it can be found from x alone.
 */

/** Horizontal distance of the control points from their ends: half of the way, as in exported pictures. */
export function tangent(x1: number, x2: number): number {
  return (x2 - x1) / 2
}

const cubic = (a: number, b: number, c: number, d: number, t: number): number => {
  const u = 1 - t
  return u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d
}

export function pointAt(x1: number, y1: number, x2: number, y2: number, t: number): { readonly x: number; readonly y: number } {
  const reach = tangent(x1, x2)
  return { x: cubic(x1, x1 + reach, x2 - reach, x2, t), y: cubic(y1, y1, y2, y2, t) }
}

/** Distance of a point to the curve in pixels, from 16 chords; exact enough to choose the nearest of several curves. */
export function distanceToCurve(px: number, py: number, x1: number, y1: number, x2: number, y2: number): number {
  const reach = tangent(x1, x2)
  let best = Infinity
  let fromX = x1
  let fromY = y1
  for (let step = 1; step <= 16; step += 1) {
    const t = step / 16
    const toX = cubic(x1, x1 + reach, x2 - reach, x2, t)
    const toY = cubic(y1, y1, y2, y2, t)
    const dx = toX - fromX
    const dy = toY - fromY
    const length = dx * dx + dy * dy
    const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((px - fromX) * dx + (py - fromY) * dy) / length))
    const offX = px - fromX - along * dx
    const offY = py - fromY - along * dy
    best = Math.min(best, offX * offX + offY * offY)
    fromX = toX
    fromY = toY
  }
  return Math.sqrt(best)
}
