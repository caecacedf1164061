// One ELK layout in a thread of its own, for sizes at which it may never end.
import { parentPort, workerData } from 'node:worker_threads'
import ELK from 'elkjs/lib/elk.bundled.js'
import { toLayoutGraph } from '#shared/layout/scene-builder.ts'
import { toElk } from './elk-graph.ts'
import { generateView } from './generate-graph.ts'

const { count } = workerData as { readonly count: number }
const input = toElk(toLayoutGraph(generateView(count).view))
const start = performance.now()
await new ELK.default().layout(input)
parentPort?.postMessage(performance.now() - start)
