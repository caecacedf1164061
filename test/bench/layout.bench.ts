// G1, G2: the own layout against ELK layered (and Graphviz dot where it is installed), same process, by turns.
//   --n 1000,5000   sizes        --repetitions 5        --big 20000 (0: leave out)        --timeout 90 (seconds, ELK at the big size)
import { execFileSync, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import ELK from 'elkjs/lib/elk.bundled.js'
import { layoutGraph } from '#shared/layout/layered-layout.ts'
import type { LayoutGraph } from '#shared/layout/layout.ts'
import { toLayoutGraph } from '#shared/layout/scene-builder.ts'
import { toElk } from './elk-graph.ts'
import { crossingsAt, generateView } from './generate-graph.ts'
import { describe, figure, interleave, load, median, readFlags, timed, verdict } from './measure.ts'

const flags = readFlags()
const elk = new ELK.default()

async function elkHeights(graph: LayoutGraph): Promise<Float64Array> {
  const result = await elk.layout(toElk(graph))
  const y = new Float64Array(graph.nodeCount)
  for (const child of result.children ?? []) y[Number(child.id)] = (child.y ?? 0) + (child.height ?? 0) / 2
  return y
}

const hasDot = spawnSync('dot', ['-V']).status === 0

function dotHeights(graph: LayoutGraph): Float64Array {
  const lines = ['digraph { rankdir=LR; node [shape=box fixedsize=true];']
  for (let column = 0; column < 4; column += 1) {
    const members = Array.from({ length: graph.nodeCount }, (_, node) => node).filter((node) => graph.column[node] === column)
    lines.push(`{ rank=same; ${members.map((node) => `${node} [width=${(graph.width[node] as number) / 72} height=${(graph.height[node] as number) / 72}]`).join('; ')} }`)
  }
  for (let edge = 0; edge < graph.edgeCount; edge += 1) lines.push(`${graph.source[edge]} -> ${graph.target[edge]};`)
  const out = execFileSync('dot', ['-Tplain'], { input: `${lines.join('\n')}\n}`, maxBuffer: 1 << 28 }).toString()
  const y = new Float64Array(graph.nodeCount)
  for (const line of out.split('\n')) {
    const parts = line.split(' ')
    if (parts[0] === 'node') y[Number(parts[1])] = Number(parts[3])
  }
  return y
}

const middles = (graph: LayoutGraph, y: Float64Array): Float64Array => y.map((top, node) => top + (graph.height[node] as number) / 2)

for (const count of flags.numbers('n', [1000, 5000])) {
  const graph = toLayoutGraph(generateView(count).view)
  console.log(`\n${count} nodes, ${graph.edgeCount} edges`)
  // Both compile their hot paths first.
  for (let warm = 0; warm < 3; warm += 1) layoutGraph(graph)
  if (count <= 1000) await elkHeights(graph)
  let own = 0
  let elkCrossings = 0
  let dotCrossings = Infinity
  const runs = [
    { name: 'own', run: () => { own = crossingsAt(graph, middles(graph, layoutGraph(graph).y)) } },
    { name: 'elkjs', run: async () => { elkCrossings = crossingsAt(graph, await elkHeights(graph)) } },
    ...(hasDot ? [{ name: 'dot', run: () => { dotCrossings = crossingsAt(graph, dotHeights(graph)) } }] : []),
  ]
  const samples = await interleave(flags.number('repetitions', 5), runs)
  for (const sample of samples) console.log(`  ${sample.name.padEnd(6)} ${describe(sample.times)}`)
  const [ownTime, elkTime] = samples.map((sample) => median(sample.times)) as [number, number]
  const fastest = samples.map((sample) => Math.min(...sample.times)) as [number, number]
  console.log(`  crossings: own ${own}, elkjs ${elkCrossings}${hasDot ? `, dot ${dotCrossings}` : ' (dot is not installed)'}; ${load()}`)
  const bound = count <= 1000 ? 0.8 : 1.1
  verdict('G1 time', `1/${figure(elkTime / ownTime)} of ELK by medians, 1/${figure(fastest[1] / fastest[0])} by best runs (gate 1/15)`, ownTime <= elkTime / 15)
  verdict('G1 crossings', `${figure(own / elkCrossings)} of ELK (gate ${bound})${hasDot ? `, ${figure(own / dotCrossings)} of dot` : ''}`, own <= elkCrossings * bound && (count > 1000 || own <= dotCrossings))
}

const big = flags.number('big', 20_000)
if (big > 0) {
  const graph = toLayoutGraph(generateView(big).view)
  console.log(`\n${big} nodes, ${graph.edgeCount} edges`)
  const times: number[] = []
  const prints = new Set<string>()
  let crossings = 0
  for (let repetition = 0; repetition < 10; repetition += 1) {
    times.push(await timed(() => {
      const positions = layoutGraph(graph)
      crossings = positions.crossings
      prints.add(Buffer.from(positions.y.buffer).toString('base64'))
    }))
  }
  console.log(`  own    ${describe(times)}, ${crossings} crossings, ${prints.size} different result(s) in ${times.length} runs`)
  const limit = flags.number('timeout', 90)
  const elkTime = await elkInThread(big, limit)
  console.log(`  elkjs  ${elkTime === null ? `no result within ${limit} s` : `${figure(elkTime)} ms (one run)`}; ${load()}`)
  const ratio = (elkTime ?? limit * 1000) / median(times)
  verdict('G2', `${elkTime === null ? 'more than ' : ''}${figure(ratio)} times faster than ELK (gate 30), ${prints.size === 1 ? 'the same in every run' : 'not the same in every run'}`, ratio >= 30 && prints.size === 1)
}

/** ELK at a size where it may not finish: in a thread that can be ended. Null: out of time or crashed. */
async function elkInThread(count: number, seconds: number): Promise<number | null> {
  const worker = new Worker(fileURLToPath(new URL('./elk-thread.ts', import.meta.url)), { workerData: { count }, resourceLimits: { maxOldGenerationSizeMb: 6000, stackSizeMb: 4 } })
  const result = await new Promise<number | null>((resolve) => {
    const timer = setTimeout(() => resolve(null), seconds * 1000)
    worker.on('message', (milliseconds: number) => { clearTimeout(timer); resolve(milliseconds) })
    worker.on('error', (error) => { clearTimeout(timer); console.log(`  elkjs  stopped: ${error.message.slice(0, 120)}`); resolve(null) })
  })
  await worker.terminate()
  return result
}
