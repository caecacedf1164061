import { frameTone } from '#shared/layout/box.ts'
import type { Tone } from '#shared/presentation/presentation.ts'
import type { TopologyNode } from '#shared/view/topology-view.ts'
import { liveTone } from './live-content.ts'
import type { LiveLook } from './live-look.ts'
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
  /** What a running balancer does; null: only the config is drawn. */
  readonly live: LiveLook | null
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

/** Colour of a box: what runs there; else what requests do that are treated differently, else what changed in it. */
export function frameOf(look: Pick<Look, 'traffic' | 'mode' | 'live'>, index: number, node: TopologyNode): Tone {
  if (look.live !== null) return liveTone(look.live.nodes[index])
  const mark = trafficOf(look, node.id)
  return mark === undefined ? frameTone(node) : mark.way === 'was' ? 'removed' : mark.tone
}

/** How strong a box is drawn: pale while something else is lit, while nothing flows there, or when it is not known what does. */
export function alphaOfBox(look: Look, index: number): number {
  if (look.reach !== null && look.reach.nodes[index] === 0) return 0.28
  if (look.live === null) return look.picture.nodes[index]?.change === 'removed' ? 0.85 : 1
  const mark = look.live.nodes[index]
  const own = mark === undefined ? 0.55 : mark.tone === 'quiet' ? 0.78 : 1
  return look.live.marks.stale ? own * 0.7 : own
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
