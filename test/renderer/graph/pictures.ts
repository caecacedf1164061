import { layoutGraph } from '#shared/layout/layered-layout.ts'
import { toViewGraph } from '#shared/layout/scene-builder.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'
import { toPicture, type Picture } from '#renderer/graph/picture.ts'

/** Lays a view out as the worker does. */
export function pictureOf(view: TopologyView): Picture {
  const input = toViewGraph(view)
  return toPicture(view, input, layoutGraph(input.graph, input.options))
}
