// G3: what was there before stays where it is. A graph is edited (1 % of the servers replaced, one pool added, one route
// re-pointed); shifts are measured over what both versions have.   --n 1000,5000   --edit 1 (percent)
import ELK from 'elkjs/lib/elk.bundled.js'
import { layoutIncremental } from '#shared/layout/incremental.ts'
import { layoutGraph } from '#shared/layout/layered-layout.ts'
import { buildScene, sceneOfSide, toViewGraph } from '#shared/layout/scene-builder.ts'
import type { TopologyEdge, TopologyNode, TopologyView } from '#shared/view/topology-view.ts'
import { viewEdge, viewNode } from '#test/support/mock-view.ts'
import { toElk } from './elk-graph.ts'
import { generateView, seeded } from './generate-graph.ts'
import { describe, figure, load, median, readFlags, timed, verdict } from './measure.ts'

const flags = readFlags()
const elk = new ELK.default()

/** The edited graph, and the union of both with the removed elements marked. */
function edit(view: TopologyView, percent: number): { readonly after: TopologyView; readonly union: TopologyView } {
  const random = seeded(7)
  const servers = view.nodes.filter((node) => node.column === 'server')
  const gone = new Set<string>()
  while (gone.size < Math.max(1, Math.round((servers.length * percent) / 100))) gone.add((servers[random(servers.length)] as TopologyNode).id)
  const routes = view.nodes.filter((node) => node.column === 'route')
  const pools = view.nodes.filter((node) => node.column === 'pool')
  const moved = (routes[random(routes.length)] as TopologyNode).id
  const added: TopologyNode[] = [viewNode('pool', 'pool:added', 'added', { change: 'added', lines: ['check GET /health'], share: 0.2 })]
  const addedEdges: TopologyEdge[] = [viewEdge(moved, 'pool:added', 0, { change: 'added' })]
  for (const id of gone) {
    added.push({ ...(servers.find((each) => each.id === id) as TopologyNode), id: `${id}-new`, change: 'added' })
    for (const edge of view.edges) if (edge.to === id) addedEdges.push({ ...edge, id: `${edge.id}-new`, to: `${id}-new`, change: 'added' })
  }
  addedEdges.push(viewEdge('pool:added', (added[1] as TopologyNode).id, 0, { change: 'added' }), viewEdge(moved, (pools[0] as TopologyNode).id, 1, { change: 'added' }))
  const isGoneEdge = (edge: TopologyEdge): boolean => gone.has(edge.to) || edge.from === moved
  return {
    after: { ...view, nodes: [...view.nodes.filter((node) => !gone.has(node.id)), ...added], edges: [...view.edges.filter((edge) => !isGoneEdge(edge)), ...addedEdges] },
    union: {
      ...view, isDifference: true,
      nodes: [...view.nodes.map((node) => (gone.has(node.id) ? { ...node, change: 'removed' as const } : node)), ...added],
      edges: [...view.edges.map((edge) => (isGoneEdge(edge) ? { ...edge, change: 'removed' as const } : edge)), ...addedEdges],
    },
  }
}

type Heights = ReadonlyMap<string, number>

function compare(name: string, before: Heights, after: Heights, columns: ReadonlyMap<string, string>): { readonly greatest: number; readonly flips: number } {
  const shifts: number[] = []
  const lists = new Map<string, (readonly [number, number])[]>()
  for (const [id, y] of before) {
    const now = after.get(id)
    if (now === undefined) continue
    shifts.push(Math.abs(now - y))
    const column = columns.get(id) as string
    const list = lists.get(column) ?? []
    list.push([y, now])
    lists.set(column, list)
  }
  shifts.sort((a, b) => a - b)
  let flips = 0
  for (const list of lists.values()) {
    list.sort((a, b) => a[0] - b[0])
    for (let at = 1; at < list.length; at += 1) if ((list[at] as readonly [number, number])[1] < (list[at - 1] as readonly [number, number])[1]) flips += 1
  }
  const greatest = shifts[shifts.length - 1] ?? 0
  console.log(`  ${name.padEnd(28)} shift median ${figure(median(shifts))} px, 95th ${figure(shifts[Math.floor(shifts.length * 0.95)] ?? 0)} px, greatest ${figure(greatest)} px; neighbours out of order ${flips}`)
  return { greatest, flips }
}

for (const count of flags.numbers('n', [1000, 5000])) {
  const { view } = generateView(count)
  const { after, union } = edit(view, flags.number('edit', 1))
  const columns = new Map(view.nodes.map((node) => [node.id, node.column]))
  const own = (of: TopologyView): Heights => {
    const graph = toViewGraph(of)
    const positions = layoutGraph(graph.graph, graph.options)
    return new Map(of.nodes.map((node, index) => [node.id, positions.y[index] as number]))
  }
  const before = own(view)
  console.log(`\n${count} nodes; ${load()}`)

  // One layout for both sides: each side shows those of its boxes.
  const scene = buildScene(union)
  const side = (which: 'before' | 'after'): Heights => new Map(sceneOfSide(scene, which).nodes.map((each) => [each.node.id, each.y]))
  const unionResult = compare('own, union of both sides', side('before'), side('after'), columns)

  const afterGraph = toViewGraph(after)
  const previous = Float64Array.from(after.nodes, (node) => before.get(node.id) ?? NaN)
  const times: number[] = []
  let positions = layoutIncremental(previous, afterGraph.graph, afterGraph.options)
  for (let repetition = 0; repetition < 7; repetition += 1) times.push(await timed(() => { positions = layoutIncremental(previous, afterGraph.graph, afterGraph.options) }))
  const incremental = compare('own, incremental', before, new Map(after.nodes.map((node, index) => [node.id, positions.y[index] as number])), columns)
  console.log(`  incremental layout takes ${describe(times)}`)
  compare('own, from scratch', before, own(after), columns)
  if (count <= 5000) {
    const heights = async (of: TopologyView): Promise<Heights> => {
      const result = await elk.layout(toElk(toViewGraph(of).graph))
      return new Map((result.children ?? []).map((child) => [(of.nodes[Number(child.id)] as TopologyNode).id, child.y ?? 0]))
    }
    compare('elkjs, from scratch', await heights(view), await heights(after), columns)
  }
  verdict('G3', `greatest shift in a difference ${figure(unionResult.greatest)} px (gate 0), order changes when incremental ${incremental.flips} (gate 0)`, unionResult.greatest === 0 && incremental.flips === 0)
}
