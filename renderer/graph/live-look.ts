import type { LiveMark, LiveMarks } from '#shared/view/live-marks.ts'
import { flowWidths } from '#shared/view/live-style.ts'
import type { Picture } from './picture.ts'

/** Marks by position of box and edge, looked up once per update instead of once per frame. */
export interface LiveLook {
  readonly marks: LiveMarks
  readonly nodes: readonly (LiveMark | undefined)[]
  readonly edges: readonly (LiveMark | undefined)[]
  /** Width of each edge in pixels at zoom 1: what flows at least, and at most. */
  readonly inner: Float32Array
  readonly outer: Float32Array
}

export function toLiveLook(picture: Picture, marks: LiveMarks): LiveLook {
  const inner = new Float32Array(picture.edges.length)
  const outer = new Float32Array(picture.edges.length)
  const edges = picture.edges.map((edge, at) => {
    const mark = marks.byId.get(edge.id)
    const widths = flowWidths(mark, marks.highest)
    inner[at] = widths.inner
    outer[at] = widths.outer
    return mark
  })
  return { marks, nodes: picture.nodes.map((node) => marks.byId.get(node.id)), edges, inner, outer }
}
