/** Where the picture stands: offset in screen pixels, and zoom. */
export interface Viewport {
  readonly x: number
  readonly y: number
  readonly zoom: number
}

/** Under this zoom boxes are tiles and nothing is mounted. */
export const farZoom = 0.6

/** Above this many boxes in the window a gesture moves a cached image instead of drawing each of them. */
export const blitFrom = 1500
/** Curves up to here, straight lines beyond; and always straight when so far out that a bend cannot be seen. */
export const curvesUpTo = 1200
export const straightUnder = 0.12
