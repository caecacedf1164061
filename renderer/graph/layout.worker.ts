import type { LayoutGraph } from '#shared/layout/layout.ts'
import { layoutGraph } from './provisional.ts'

/** What the worker is sent: arrays are moved, not copied, so the sender reads them no more. */
export interface LayoutJob {
  readonly job: number
  readonly graph: LayoutGraph
}

addEventListener('message', (event: MessageEvent<LayoutJob>) => {
  const { job, graph } = event.data
  const started = performance.now()
  const positions = layoutGraph(graph)
  const milliseconds = performance.now() - started
  postMessage({ job, positions, milliseconds }, { transfer: [positions.x.buffer, positions.y.buffer] })
})
