import { useEffect, useRef, useState } from 'react'
import { toViewGraph } from '#shared/layout/scene-builder.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'
import { layoutInWorker } from './layout-client.ts'
import { toPicture, type Picture } from './picture.ts'

export interface Arranged {
  readonly picture: Picture
  readonly layoutMs: number
  /** Clock of `performance.now()` when the places were known. */
  readonly arrangedAt: number
  /** True when most boxes were on the screen before: places and window are kept. */
  readonly continues: boolean
}

const farLarger = 8

/** Tops of the boxes that stay, NaN for new ones; null when so few stay that a fresh picture is clearer. */
export function previousTops(before: Picture, view: TopologyView): Float64Array | null {
  let kept = 0
  const tops = Float64Array.from(view.nodes, (node) => {
    const index = before.indexOf.get(node.id)
    if (index === undefined) return NaN
    kept += 1
    return before.y[index] as number
  })
  // A handful inside a picture many times as large holds nothing in place; it would only be bent around them.
  const isRelated = kept * 2 >= Math.min(view.nodes.length, before.nodes.length) && kept * farLarger >= Math.max(view.nodes.length, before.nodes.length)
  return isRelated && kept > 0 ? tops : null
}

/** Whether two views have the same boxes of the same height and the same edges, so that every place still holds. */
function samePlaces(before: Picture, after: ReturnType<typeof toViewGraph>): boolean {
  const { graph } = after
  if (before.nodes.length !== after.nodes.length || before.edges.length !== after.edges.length) return false
  for (let i = 0; i < after.nodes.length; i += 1) {
    if (before.nodes[i]?.id !== after.nodes[i]?.id || before.h[i] !== graph.height[i] || before.w[i] !== graph.width[i]) return false
  }
  return after.edges.every((edge, e) => before.edges[e]?.from === edge.from && before.edges[e]?.to === edge.to)
}

/**
 * Lays the view out in the worker. The picture before stays until the next one is ready; a late answer is dropped.
 * `isLive`: boxes have room for what runs.
 */
export function usePicture(view: TopologyView, isLive: boolean): { readonly arranged: Arranged | null; readonly failure: string | null } {
  const [arranged, setArranged] = useState<Arranged | null>(null)
  const [failure, setFailure] = useState<string | null>(null)
  const last = useRef<Arranged | null>(null)
  useEffect(() => {
    let isCurrent = true
    const input = toViewGraph(view, isLive)
    const before = last.current?.picture ?? null
    const accept = (next: Arranged): void => {
      if (!isCurrent) return
      last.current = next
      setFailure(null)
      setArranged(next)
    }
    if (before !== null && samePlaces(before, input)) {
      accept({ picture: toPicture(view, input, { x: before.x, y: before.y, width: before.width, height: before.height, crossings: 0 }), layoutMs: 0, arrangedAt: performance.now(), continues: true })
      return
    }
    const previousY = before === null ? null : previousTops(before, view)
    layoutInWorker({ graph: input.graph, options: input.options, previousY }).then(
      ({ positions, milliseconds }) => {
        const arrangedAt = performance.now()
        if (isCurrent) accept({ picture: toPicture(view, input, positions), layoutMs: milliseconds, arrangedAt, continues: previousY !== null })
      },
      (reason: unknown) => {
        if (isCurrent) setFailure(reason instanceof Error ? reason.message : String(reason))
      },
    )
    return () => {
      isCurrent = false
    }
  }, [view, isLive])
  return { arranged, failure }
}
