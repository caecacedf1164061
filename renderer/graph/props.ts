import type { Ref } from 'react'
import type { LiveMarks } from '#shared/view/live-marks.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'
import type { TrafficMarks } from '#shared/view/traffic-marks.ts'
import type { PictureLink } from './picture-link.ts'

/** Which side of a difference is drawn. Positions are the same in all three: one union layout serves them. */
export type TopologyMode = 'overlay' | 'before' | 'after'

/** `reduced`: no smooth fit, no transitions. */
export type Motion = 'full' | 'reduced'

/** Place in the list of boxes that match the query: `index` is one-based, 0 when nothing was visited yet. */
export interface FindState {
  readonly index: number
  readonly count: number
}

/** What the shell can ask of a picture that stands on the screen. */
export interface TopologyHandle {
  fit(): void
  zoomIn(): void
  zoomOut(): void
  /** Brings the box into view and gives it the keyboard; an unknown id changes nothing. */
  focusNode(id: string): void
  /** Brings an edge into view and selects it. */
  revealEdge(id: string): void
  findNext(): void
  findPrevious(): void
  /** Shows the table twin (or the picture again). */
  openTable(): void
  openPicture(): void
}

/**
 * The picture of one view.
 *
 * The view decides what exists (grouping, filter, limit are applied by the backend); the canvas decides where it stands
 * and how much of it can be read at the current zoom. Ids are those of the view: nodes and edges share one id space.
 */
export interface TopologyCanvasProps {
  readonly view: TopologyView
  readonly mode: TopologyMode
  /** Selected node and edge ids. */
  readonly selection: readonly string[]
  /** Ids of a traced path or of a selected sentence; while not empty everything else is dimmed. */
  readonly lit: readonly string[]
  /** Marks by node and edge id; default none. */
  readonly traffic?: TrafficMarks
  /** Traffic of a running balancer. New marks change how the picture looks, never where anything stands. Default: none. */
  readonly live?: LiveMarks
  /** Boxes whose words contain every word of it are marked; empty: none. */
  readonly query: string
  readonly theme: 'dark' | 'light'
  readonly motion: Motion
  /** Boxes that the filter or the limit left out, and boxes folded into groups: the counts under the picture. */
  readonly hidden: { readonly byFilter: number; readonly byLimit: number; readonly folded: number }
  readonly ariaLabel: string
  /** Pixels at the top that the shell covers with its own bar; default 0. Column titles stand below it. */
  readonly topInset?: number
  /** Pictures with the same link show the same window, light up what the pointer is over in any of them, and find boxes of every side. */
  readonly link?: PictureLink
  /** Start with the table twin instead of the picture. */
  readonly table: boolean
  readonly onSelect: (ids: readonly string[]) => void
  /** Enter or double click: go to the lines of a box or an edge. */
  readonly onOpen: (id: string) => void
  /** Enter or double click on a folded group, or a click on its triangle. */
  readonly onExpand: (groupId: string) => void
  /** Esc when nothing is selected any more: the shell may go up one level. */
  readonly onUp?: () => void
  readonly onFind?: (state: FindState) => void
  readonly onTable?: (open: boolean) => void
  /** Once per view: when it is on the screen. `paintMs`: from finished layout to painted. */
  readonly onReady?: (timing: { readonly layoutMs: number; readonly paintMs: number }) => void
  readonly ref?: Ref<TopologyHandle>
}

export interface TopologyTableProps {
  readonly view: TopologyView
  /** Marks by node and edge id. */
  readonly traffic: TrafficMarks
  /** Null: only the config is listed. */
  readonly live: LiveMarks | null
  readonly selection: readonly string[]
  readonly query: string
  readonly ariaLabel: string
  readonly onSelect: (ids: readonly string[]) => void
  readonly onOpen: (id: string) => void
}
