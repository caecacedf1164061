import type { Palette } from './palette.ts'
import type { Picture } from './picture.ts'
import type { TopologyMode } from './props.ts'
import type { Reach } from './reach.ts'

/** Everything besides places that decides how the picture looks right now. Positions refer to `picture`. */
export interface Look {
  readonly picture: Picture
  readonly palette: Palette
  readonly mode: TopologyMode
  /** What stays bright while the rest is dimmed; null: nothing is dimmed. */
  readonly reach: Reach | null
  readonly selectedNodes: ReadonlySet<number>
  readonly selectedEdges: ReadonlySet<number>
  readonly found: ReadonlySet<number>
  readonly foundNow: number
  readonly hoverEdge: number
  /** Pixels at the top covered by the shell. */
  readonly topInset: number
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
