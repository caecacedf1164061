import { useLayoutEffect, useMemo } from 'react'
import { toLiveLook } from './live-look.ts'
import type { LookStore } from './look.ts'
import type { Palette } from './palette.ts'
import type { Picture } from './picture.ts'
import type { TopologyMode } from './props.ts'
import type { LiveMarks } from '#shared/view/live-marks.ts'
import type { TrafficMarks } from '#shared/view/traffic-marks.ts'
import { reachOfEdge, reachOfIds, reachOfNode } from './reach.ts'
import type { Over } from './use-over.ts'

interface LookParts {
  readonly picture: Picture | null
  readonly palette: Palette | null
  readonly mode: TopologyMode
  readonly over: Over | null
  readonly lit: readonly string[]
  readonly traffic: TrafficMarks
  readonly live: LiveMarks | null
  readonly selection: readonly string[]
  readonly found: readonly number[]
  readonly foundNow: number
  readonly topInset: number
}

/** Tells the store how the picture looks whenever a part of that changes; gives what is selected in it. */
export function useLook(store: LookStore, parts: LookParts): { readonly nodes: ReadonlySet<number>; readonly edges: ReadonlySet<number> } {
  const { picture, palette, mode, over, lit, traffic, live, selection, found, foundNow, topInset } = parts
  const selected = useMemo(() => {
    const nodes = new Set<number>()
    const edges = new Set<number>()
    for (const id of selection) {
      const node = picture?.indexOf.get(id)
      if (node !== undefined) nodes.add(node)
      const edge = picture?.edgeIndexOf.get(id)
      if (edge !== undefined) edges.add(edge)
    }
    return { nodes, edges }
  }, [selection, picture])
  const foundSet = useMemo(() => new Set(found), [found])
  const liveLook = useMemo(() => (picture === null || live === null ? null : toLiveLook(picture, live)), [picture, live])
  useLayoutEffect(() => {
    if (picture === null || palette === null) return
    const reach = over !== null ? (over.kind === 'box' ? reachOfNode(picture, over.index) : reachOfEdge(picture, over.index)) : lit.length > 0 ? reachOfIds(picture, lit) : null
    store.set({
      picture, palette, mode, reach, traffic, live: liveLook, selectedNodes: selected.nodes, selectedEdges: selected.edges, found: foundSet,
      foundNow, hoverEdge: over?.kind === 'edge' ? over.index : -1, topInset,
    })
  }, [picture, palette, mode, over, lit, traffic, liveLook, selected, foundSet, foundNow, store, topInset])
  return selected
}
