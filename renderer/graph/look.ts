import { frameTone } from '#shared/layout/box.ts'
import type { Tone } from '#shared/presentation/presentation.ts'
import type { TopologyNode } from '#shared/view/topology-view.ts'
import type { Palette } from './palette.ts'
import type { Picture } from './picture.ts'
import type { TopologyMode } from './props.ts'
import type { TrafficMark, TrafficMarks } from '#shared/view/traffic-marks.ts'
import type { Reach } from './reach.ts'

/** Everything besides places that decides how the picture looks right now. Positions refer to `picture`. */
export interface Look {
  readonly picture: Picture
  readonly palette: Palette
  readonly mode: TopologyMode
  /** What stays bright while the rest is dimmed; null: nothing is dimmed. */
  readonly reach: Reach | null
  readonly traffic: TrafficMarks
  readonly selectedNodes: ReadonlySet<number>
  readonly selectedEdges: ReadonlySet<number>
  readonly found: ReadonlySet<number>
  readonly foundNow: number
  readonly hoverEdge: number
  /** Pixels at the top covered by the shell. */
  readonly topInset: number
}

/** The mark of a box or edge on the side that is drawn; undefined: none. */
export function trafficOf(look: Pick<Look, 'traffic' | 'mode'>, id: string): TrafficMark | undefined {
  if (look.traffic.size === 0) return undefined
  const mark = look.traffic.get(id)
  if (mark === undefined || look.mode === 'overlay' || mark.way === 'both') return mark
  return (mark.way === 'was') === (look.mode === 'before') ? mark : undefined
}

/** Colour of a box: what requests do that are treated differently, else what changed in it. */
export function frameOf(look: Pick<Look, 'traffic' | 'mode'>, node: TopologyNode): Tone {
  const mark = trafficOf(look, node.id)
  return mark === undefined ? frameTone(node) : mark.way === 'was' ? 'removed' : mark.tone
}

/** One look, shared by everything that draws; whoever draws subscribes. */
export interface LookStore {
  get(): Look | null
  set(look: Look): void
  subscribe(listener: () => void): () => void
}

export function createLookStore(): LookStore {
  let current: Look | null = null
  const listeners = new Set<() => void>()
  return {
    get: () => current,
    set(look) {
      current = look
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
