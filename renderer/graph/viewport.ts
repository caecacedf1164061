/** Where the picture stands: offset in screen pixels, and zoom. */
export interface Viewport {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** Under this zoom boxes are tiles and nothing is mounted. */
export const farZoom = 0.6
