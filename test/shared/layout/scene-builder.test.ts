import assert from 'node:assert/strict'
import { test } from 'node:test'
import { crossingsAt, generateView } from '#test/bench/generate-graph.ts'
import { mockView, viewEdge, viewNode } from '#test/support/mock-view.ts'
import { layoutGraph } from '#shared/layout/layered-layout.ts'
import { buildScene, layoutView, sceneOfSide, toLayoutGraph } from '#shared/layout/scene-builder.ts'
import type { Scene } from '#shared/layout/scene.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'

const topToBottom = (scene: Scene, column: string): string[] =>
  scene.nodes.filter((each) => each.node.column === column).sort((a, b) => a.y - b.y).map((each) => each.node.id)

test('rules stand in the order in which they are evaluated, servers of a pool in the order of the config', () => {
  const scene = buildScene(mockView)
  assert.deepEqual(topToBottom(scene, 'route'), ['route:static', 'route:api', 'route:login', 'route:default'])
  assert.deepEqual(topToBottom(scene, 'server').filter((id) => id.startsWith('pool:api/')), ['pool:api/server:api-1', 'pool:api/server:api-2', 'pool:api/server:api-3'])
})

test('rules of two listeners stay under their listener', () => {
  const nodes = [viewNode('listener', 'l:a', 'a'), viewNode('listener', 'l:b', 'b'), ...['b1', 'a1', 'a2', 'b2'].map((name) => viewNode('route', `r:${name}`, name)), viewNode('pool', 'p', 'p')]
  const edges = [viewEdge('l:b', 'r:b1', 0), viewEdge('l:a', 'r:a1', 0), viewEdge('l:a', 'r:a2', 1), viewEdge('l:b', 'r:b2', 1), ...['a1', 'a2', 'b1', 'b2'].map((name) => viewEdge(`r:${name}`, 'p', 0))]
  assert.deepEqual(topToBottom(buildScene({ title: '', isDifference: false, nodes, edges }), 'route'), ['r:a1', 'r:a2', 'r:b1', 'r:b2'])
})

test('a tree is drawn without crossings, whatever the order of its parts', () => {
  const { view } = generateView(150, 3)
  const seen = new Set<string>()
  const tree = { ...view, edges: view.edges.filter((edge) => !seen.has(edge.to) && seen.add(edge.to)) }
  assert.equal(layoutView(tree).positions.crossings, 0)
})

test('at 1 000 boxes there are fewer crossings than in the order in which the graph was made', () => {
  const { view } = generateView(1000)
  const graph = toLayoutGraph(view)
  const planted = crossingsAt(graph, view.nodes.map((node) => Number(node.id.split(':')[1])))
  assert.ok(layoutGraph(graph).crossings <= planted)
})

test('20 000 boxes are laid out, each clear of the one above', () => {
  const { graph, positions } = layoutView(generateView(20_000).view)
  for (let column = 0; column < 4; column += 1) {
    const members = Array.from({ length: graph.nodeCount }, (_, node) => node).filter((node) => graph.column[node] === column).sort((a, b) => (positions.y[a] as number) - (positions.y[b] as number))
    for (let at = 1; at < members.length; at += 1) {
      const above = members[at - 1] as number
      assert.ok((positions.y[above] as number) + (graph.height[above] as number) < (positions.y[members[at] as number] as number))
    }
  }
})

test('both sides of a difference show what they share in the same place', () => {
  const scene = buildScene(mockView)
  const before = sceneOfSide(scene, 'before')
  const after = sceneOfSide(scene, 'after')
  const places = new Map(before.nodes.map((each) => [each.node.id, each]))
  let shared = 0
  for (const each of after.nodes) {
    const other = places.get(each.node.id)
    if (other === undefined) continue
    shared += 1
    assert.deepEqual([each.x, each.y], [other.x, other.y])
  }
  assert.equal(shared, 15)
  assert.ok(!before.nodes.some((each) => each.node.change === 'added') && !after.nodes.some((each) => each.node.change === 'removed'))
  assert.ok(!after.edges.some((each) => each.edge.change === 'removed'))
})

test('columns stand where the design puts them', () => {
  const { columns } = buildScene(mockView)
  assert.deepEqual(columns.map(({ title, count }) => [title, count]), [['Listeners', 1], ['Routes', 4], ['Pools', 5], ['Servers', 8]])
  assert.equal(columns[0]?.x, 40)
  assert.equal(columns[1]?.x, 330)
})

test('edges end at their boxes and labels cover no box', () => {
  const scene = buildScene(mockView)
  const byId = new Map(scene.nodes.map((each) => [each.node.id, each]))
  for (const each of scene.edges) {
    const from = byId.get(each.edge.from)
    const to = byId.get(each.edge.to)
    assert.ok(from !== undefined && to !== undefined)
    assert.equal(each.x1, from.x + from.width)
    assert.equal(each.x2, to.x)
    assert.ok(each.y1 > from.y && each.y1 < from.y + from.height && each.y2 > to.y && each.y2 < to.y + to.height)
    assert.ok(each.width >= 1.5 && each.width <= 10)
    if (each.labelAt === null) continue
    for (const box of scene.nodes) {
      assert.ok(each.labelAt.x < box.x || each.labelAt.x > box.x + box.width || each.labelAt.y < box.y || each.labelAt.y > box.y + box.height)
    }
  }
  assert.ok(scene.edges.filter((each) => each.labelAt !== null).length >= 4)
})

test('a larger share is drawn wider, on a square-root scale', () => {
  const scene = buildScene(mockView)
  const widthOf = (id: string): number => scene.edges.find((each) => each.edge.id === id)?.width ?? NaN
  assert.equal(widthOf('pool:api→pool:api/server:api-2'), 2.4)
  assert.equal(widthOf('pool:assets→pool:assets/server:asset-1'), 7.5)
})

test('a view without boxes, and edges to boxes that are not in the view, are fine', () => {
  const empty: TopologyView = { title: 'empty', isDifference: false, nodes: [], edges: [] }
  assert.equal(buildScene(empty).nodes.length, 0)
  const dangling: TopologyView = { ...empty, nodes: [viewNode('pool', 'p', 'p')], edges: [viewEdge('p', 'gone', 0), viewEdge('gone', 'p', 0)] }
  assert.equal(buildScene(dangling).edges.length, 0)
})

test('a long name widens its column up to a limit', () => {
  const scene = buildScene({ ...mockView, nodes: mockView.nodes.map((node) => ({ ...node, title: node.id === 'pool:web' ? 'a-pool-with-a-very-long-name-that-needs-more-room' : node.title })) })
  const pools = scene.columns.find((column) => column.title === 'Pools')
  assert.ok(pools !== undefined && pools.width > 240 && pools.width <= 420)
})
