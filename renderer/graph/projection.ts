import type { Picture } from './picture.ts'
import { farZoom, type Viewport } from './viewport.ts'

/** From picture to screen pixels: `x * sx + tx`, `y * sy + ty`. */
export interface Projection {
  readonly sx: number
  readonly sy: number
  readonly tx: number
  readonly ty: number
}

/**
 * How the picture lies on the screen. Near, both scales are the zoom. Far out only the vertical one goes on shrinking:
 * four columns of thousands of rows would be a hair's breadth wide, so the columns keep their width around the middle.
 */
export function projectionOf(picture: Picture, viewport: Viewport, width: number): Projection {
  const { x, y, zoom } = viewport
  const sx = Math.max(zoom, Math.min(farZoom, (width - 8) / Math.max(1, picture.width)))
  return { sx, sy: zoom, tx: x - ((sx - zoom) * picture.width) / 2, ty: y }
}
