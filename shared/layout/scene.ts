import type { LiveMarks } from '#shared/view/live-marks.ts'
import type { TopologyEdge, TopologyNode } from '#shared/view/topology-view.ts'
import type { TrafficMarks } from '#shared/view/traffic-marks.ts'

/** A box with its place, pixels. */
export interface SceneNode {
  readonly node: TopologyNode
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** A curve from the right edge of one box to the left edge of another; Bézier with horizontal tangents. */
export interface SceneEdge {
  readonly edge: TopologyEdge
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
  /** Stroke width in pixels, square-root scale. */
  readonly width: number
  /** Text at the curve, its sign of change included; empty for none. */
  readonly label: string
  /** Where the label's middle stands, clear of boxes and other labels; null where no room is left (the text is still in `label`). */
  readonly labelAt: { readonly x: number; readonly y: number } | null
}

export interface SceneColumn {
  readonly title: string
  readonly x: number
  readonly width: number
  /** Boxes in it, before and after folding, for "212 hidden". */
  readonly count: number
}

/** Everything that is drawn, by screen and export alike. */
export interface Scene {
  readonly title: string
  readonly nodes: readonly SceneNode[]
  readonly edges: readonly SceneEdge[]
  readonly columns: readonly SceneColumn[]
  readonly width: number
  readonly height: number
  /** Nodes left out by filter or folding. */
  readonly hiddenNodes: number
  /** Where requests that are treated differently pass. */
  readonly traffic: TrafficMarks
  /** What a running balancer does there; null: only the config is drawn. */
  readonly live: LiveMarks | null
}
