import type { LayoutGraph } from '#shared/layout/layout.ts'
import { layoutIncremental } from '#shared/layout/incremental.ts'
import { layoutGraph, type LayoutOptions } from '#shared/layout/layered-layout.ts'

/** `previousY`: tops of the boxes that stood on the screen before (NaN for new ones), or null for a fresh picture. */
export interface LayoutJob {
  readonly job: number
  readonly graph: LayoutGraph
  readonly options: LayoutOptions
  readonly previousY: Float64Array | null
}

addEventListener('message', (event: MessageEvent<LayoutJob>) => {
  const { job, graph, options, previousY } = event.data
  const started = performance.now()
  const positions = previousY === null ? layoutGraph(graph, options) : layoutIncremental(previousY, graph, options)
  const milliseconds = performance.now() - started
  postMessage({ job, positions, milliseconds }, { transfer: [positions.x.buffer, positions.y.buffer] })
})
