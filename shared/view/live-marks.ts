/** What a running balancer does at one box or edge of the picture. */
export interface LiveMark {
  /** In `LiveMarks.unit` per second; null: not known. */
  readonly rate: number | null
  /** Bounds where the flow cannot be told exactly; then it is drawn hatched. Null: exact or unknown. */
  readonly bounds: { readonly low: number; readonly high: number } | null
  /** Beside an edge or in the tag of a box: `2.9k/s`, `98 % · 1.2 s`. */
  readonly label: string
  readonly tone: 'quiet' | 'traffic' | 'busy' | 'warning' | 'critical' | 'unknown'
  /** Observed share 0–1 in its pool, and the expected one as a tick (low–high where it is a range). */
  readonly share: number | null
  readonly expected: { readonly low: number; readonly high: number } | null
  /** Small signs in the order of importance. */
  readonly badges: readonly { readonly kind: 'up' | 'down' | 'maintenance' | 'unknown' | 'alert' | 'queue' | 'sessions'; readonly text: string }[]
  /** Short lines that stand instead of the box's own while live. */
  readonly lines: readonly string[]
  /** Last values for a small curve in the box, oldest first; null: a gap. Empty: none. */
  readonly spark: readonly (number | null)[]
}

/** The traffic of one moment, for every box and edge that it is known of. */
export interface LiveMarks {
  /** `tries`: how often servers were tried, where the source counts no requests; a request that went on to another server counts at both. */
  readonly unit: 'requests' | 'tries' | 'connections' | 'bytes'
  /** What colours boxes and edges besides alerts, and from where on; missing: nothing does. */
  readonly colouring?: { readonly of: string; readonly warning: string; readonly critical: string }
  /** Highest rate of any edge: full width. */
  readonly highest: number
  /** The data are older than they should be; everything is drawn pale. */
  readonly stale: boolean
  /** By node and edge id of the view. Boxes and edges without an entry are drawn as in the config, dimmed thin. */
  readonly byId: ReadonlyMap<string, LiveMark>
}
