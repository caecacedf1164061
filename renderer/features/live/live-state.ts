import type { Failure } from '#shared/diagnostics/failure.ts'
import type { LiveSessionInfo, TimelineMark } from '#shared/rpc/live-payloads.ts'
import type { TopologyAnswer, TopologyOptions } from '#shared/rpc/payloads.ts'
import type { LiveAlert, LiveSample } from '#shared/view/live-sample.ts'
import { idle, type Remote } from '#renderer/state/remote.ts'

export const liveTabs = ['timeline', 'distribution', 'servers', 'raw'] as const
export type LiveTab = (typeof liveTabs)[number]
export const speeds = [1, 2, 5, 10, 30, 60] as const
export type Speed = (typeof speeds)[number]
export type LiveUnit = 'requests' | 'connections' | 'bytes'
export type LiveColour = 'errors' | 'latency'
export type TimelineMetric = 'share' | 'requests' | 'errors' | 'response' | 'queue'

/** `now` follows what comes; else a moment of what was kept stands on the screen, still or played. */
export type LiveCursor = { readonly kind: 'now' } | { readonly kind: 'past'; readonly atMs: number; readonly isPlaying: boolean }

/** Everything that the Live workspace shows. A sample that comes changes `newest`, and `shown` while `cursor` is `now`. */
export interface LiveState {
  readonly session: LiveSessionInfo | null
  readonly starting: { readonly state: 'idle' } | { readonly state: 'working'; readonly what: 'balancer' | 'recording' } | { readonly state: 'failed'; readonly failure: Failure }
  /** Why the session ended by itself; null: it did not. */
  readonly ended: string | null
  readonly newest: LiveSample | null
  readonly shown: LiveSample | null
  readonly cursor: LiveCursor
  readonly speed: Speed
  /** Picture of the config that runs in the moment shown, by its id. */
  readonly picture: { readonly configId: string | null; readonly answer: Remote<TopologyAnswer> }
  readonly topologyOptions: TopologyOptions
  readonly find: string
  /** Selected boxes and edges. */
  readonly ids: readonly string[]
  /** The alert that is chosen, as it was then: in another moment it may not be there. */
  readonly alert: LiveAlert | null
  /** Pool whose servers are listed; null: the one in most trouble. */
  readonly pool: string | null
  readonly tab: LiveTab
  readonly unit: LiveUnit
  readonly colour: LiveColour
  readonly onlyTrouble: boolean
  readonly isMoving: boolean
  /** Values of the timeline; null: those that the trouble is about. */
  readonly metric: TimelineMetric | null
  /** Length of the timeline in minutes; null: everything that is kept. */
  readonly minutes: number | null
  readonly marks: readonly TimelineMark[]
  readonly marksCount: number
}

export const initialLive: LiveState = {
  session: null, starting: { state: 'idle' }, ended: null, newest: null, shown: null, cursor: { kind: 'now' }, speed: 1, picture: { configId: null, answer: idle },
  topologyOptions: { grouping: 'auto', expanded: [], onlyChanged: false, query: '', limit: 1000 }, find: '', ids: [], alert: null, pool: null, tab: 'timeline', unit: 'requests', colour: 'errors',
  onlyTrouble: false, isMoving: true, metric: null, minutes: 15, marks: [], marksCount: 0,
}
