import type { Change, Tone } from '#shared/presentation/presentation.ts'
import type { Span } from '#shared/text/span.ts'

/** Columns of the picture, left to right. */
export const topologyColumns = ['listener', 'route', 'pool', 'server'] as const
export type TopologyColumn = (typeof topologyColumns)[number]

/**
 * One box of the picture. Plain data: no functions, maps or classes, so that it travels over RPC.
 *
 * `id` is stable across configs and refreshes (`listener:…`, `route:…`, `pool:…`, `pool:…/server:…`, `group:…`).
 * `lines`: at most three short lines under the title. `tag`: the small label at the right of the title.
 */
export interface TopologyNode {
  readonly id: string
  readonly column: TopologyColumn
  readonly title: string
  readonly lines: readonly string[]
  readonly tag: string
  readonly tone: Tone
  readonly change: Change
  /** What changed, one setting each: `balance: leastconn → roundrobin`. */
  readonly changes: readonly string[]
  /** Share bar 0–1, or null for none. Servers: expected share in their pool; pools: largest share of a server. */
  readonly share: number | null
  readonly shareBefore: number | null
  /** Members of a folded group (servers of a pool), else empty. */
  readonly members: readonly string[]
  /** Pool a server belongs to, host a route belongs to: what grouping folds. Null: never folded. */
  readonly parent: string | null
  /** Product's word: `frontend`, `backend`, `server`. */
  readonly kindWord: string
  readonly before: readonly Span[]
  readonly after: readonly Span[]
  /** Longer lines for whoever opens it: rules that change requests, checks, settings. */
  readonly details?: readonly string[]
  /** Words that find it, lower case: names, addresses, hosts, paths. */
  readonly search: string
}

export interface TopologyEdge {
  readonly id: string
  readonly from: string
  readonly to: string
  /** Expected share 0–1 of what leaves `from`, where it is known; null: not known. Width follows its square root. */
  readonly share: number | null
  readonly shareBefore: number | null
  readonly label: string
  readonly change: Change
  readonly tone: Tone
  /** Position in the decision order of `from`, 0 first; arrow keys walk edges in this order. */
  readonly order: number
  readonly before: readonly Span[]
  readonly after: readonly Span[]
}

/** The topology of one config, or the union of two (removed elements stay, as ghosts). */
export interface TopologyView {
  readonly title: string
  readonly isDifference: boolean
  readonly nodes: readonly TopologyNode[]
  readonly edges: readonly TopologyEdge[]
}

export interface TopologyOptions {
  /** `auto`: servers fold into their pool and routes into their host above 150 nodes. */
  readonly grouping: 'auto' | 'grouped' | 'open'
  /** Ids of groups opened one by one. */
  readonly expanded: readonly string[]
  readonly onlyChanged: boolean
  /** Words that must be found; empty: everything. */
  readonly query: string
  /** Most nodes returned; the most important ones stay (changed, alerting, most shared), the rest is counted. */
  readonly limit: number
}

export interface TopologyAnswer {
  readonly view: TopologyView
  readonly totals: {
    readonly nodes: number
    readonly edges: number
    readonly hiddenByFilter: number
    readonly hiddenByLimit: number
    readonly folded: number
    readonly changed: number
  }
  /** Whether grouping is in force. */
  readonly grouped: boolean
}
