/**
 * Input of the layout as flat arrays, so that it crosses to a worker without copying objects.
 *
 * Node `i` stands in column `column[i]` (0–3) and is `width[i]` × `height[i]` pixels. Edge `e` leads from node
 * `source[e]` to node `target[e]`. The order of nodes is configuration order and is one of the starts tried.
 */
export interface LayoutGraph {
  readonly nodeCount: number
  readonly edgeCount: number
  readonly column: Uint8Array
  readonly width: Float32Array
  readonly height: Float32Array
  readonly source: Int32Array
  readonly target: Int32Array
}

/** Top left corners in pixels; same order as the nodes. Deterministic: the same graph gives the same positions. */
export interface LayoutPositions {
  readonly x: Float64Array
  readonly y: Float64Array
  readonly width: number
  readonly height: number
  readonly crossings: number
}
