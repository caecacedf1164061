import assert from 'node:assert/strict'
import { test } from 'node:test'
import { incidentView, poolsView } from '#test/bench/pages/views.ts'
import { describeNode, describeView, shareWords } from '#renderer/graph/describe.ts'
import { findNodes } from '#renderer/graph/find.ts'
import { pickEdge, pickNode, toEdgeGrid } from '#renderer/graph/pick.ts'
import { pointAt } from '#renderer/graph/curve.ts'
import { isOnSide } from '#renderer/graph/picture.ts'
import { reachOfEdge, reachOfIds, reachOfNode } from '#renderer/graph/reach.ts'
import type { TrafficMark } from '#shared/view/traffic-marks.ts'
import { columnsFor, sortRows, tableRows, toTsv } from '#renderer/graph/table-rows.ts'
import { fitAll, isEdgeOnSide, keepPlace, openingView, revealing, visibleEdges, visibleNodes } from '#renderer/graph/visible.ts'
import { projectionOf } from '#renderer/graph/projection.ts'
import { firstStanding, walk } from '#renderer/graph/walk.ts'
import { pictureOf } from './pictures.ts'

const incident = pictureOf(incidentView())
const everything = (): boolean => true
const node = (id: string): number => incident.indexOf.get(id) ?? assert.fail(`no box ${id}`)
const edge = (id: string): number => incident.edgeIndexOf.get(id) ?? assert.fail(`no edge ${id}`)
const idAt = (index: number | undefined): string => incident.nodes[index ?? -1]?.id ?? ''

test('a hover lights what leads to a box and what it leads to, not its neighbours', () => {
  const reach = reachOfNode(incident, node('pool:api'))
  const lit = incident.nodes.filter((_, i) => reach.nodes[i] === 1).map((each) => each.id)
  assert.deepEqual(lit.sort(), [
    'listener:https-in', 'pool:api', 'pool:api/server:api-1', 'pool:api/server:api-2', 'pool:api/server:api-3', 'route:api', 'route:login',
  ])
  assert.equal(reach.edges[edge('route:login→pool:auth')], 0)
})

test('a lit edge brings its own way only', () => {
  const reach = reachOfEdge(incident, edge('route:login→pool:auth'))
  assert.equal(reach.nodes[node('group:auth')], 1)
  assert.equal(reach.nodes[node('pool:api')], 0)
  assert.equal(reach.edges[edge('listener:https-in→route:login')], 1)
})

test('ids that are not in the picture light nothing', () => {
  assert.equal(reachOfIds(incident, ['pool:gone']), null)
  assert.equal(reachOfIds(incident, ['pool:gone', 'route:api→pool:api'])?.nodes[node('pool:api')], 1)
})

test('right follows the first edge in rule order, down goes to the next rule', () => {
  const start = { node: node('listener:https-in'), by: -1 }
  const first = walk(incident, start, 'right', everything)
  assert.equal(idAt(first?.node), 'route:static')
  const order = ['route:static']
  let at = first
  for (let next = at === null ? null : walk(incident, at, 'down', everything); next !== null && order.length < 4; next = at === null ? null : walk(incident, at, 'down', everything)) {
    at = next
    order.push(idAt(next.node))
  }
  assert.deepEqual(order, ['route:static', 'route:api', 'route:login', 'route:rest'])
})

test('left goes back the way one came', () => {
  const came = { node: node('pool:api'), by: edge('route:login→pool:api') }
  assert.equal(idAt(walk(incident, came, 'left', everything)?.node), 'route:login')
})

test('walking never stands on a box of the other side', () => {
  const before = (index: number): boolean => isOnSide(incident.nodes[index]?.change ?? 'same', 'after')
  const next = walk(incident, { node: node('route:login'), by: -1 }, 'right', before)
  assert.equal(idAt(next?.node), 'pool:api')
  assert.equal(walk(incident, { node: node('group:web'), by: -1 }, 'right', everything), null)
})

test('the keyboard starts at what changed', () => {
  assert.equal(idAt(firstStanding(incident, everything)?.node), 'route:login')
})

test('a point on a curve picks that edge, a point in a box picks the box', () => {
  const grid = toEdgeGrid(incident)
  let picked = 0
  for (let e = 0; e < incident.edges.length; e += 1) {
    const at = pointAt(incident.x1[e] ?? 0, incident.y1[e] ?? 0, incident.x2[e] ?? 0, incident.y2[e] ?? 0, 0.5)
    const found = pickEdge(incident, grid, at.x, at.y, 6, everything)
    assert.notEqual(found, -1, incident.edges[e]?.id)
    if (found === e) picked += 1
  }
  assert.ok(picked >= incident.edges.length - 2, `${picked} of ${incident.edges.length} edges picked by their middle`)
  const pool = node('pool:web')
  assert.equal(pickNode(incident, (incident.x[pool] ?? 0) + 5, (incident.y[pool] ?? 0) + 5, everything), pool)
  assert.equal(pickNode(incident, 0, 0, everything), -1)
})

test('an edge that is not drawn on this side is not picked', () => {
  const grid = toEdgeGrid(incident)
  const gone = edge('pool:auth→group:auth')
  const at = pointAt(incident.x1[gone] ?? 0, incident.y1[gone] ?? 0, incident.x2[gone] ?? 0, incident.y2[gone] ?? 0, 0.5)
  assert.equal(pickEdge(incident, grid, at.x, at.y, 6, (e) => isEdgeOnSide(incident, e, 'after')), -1)
  assert.equal(pickEdge(incident, grid, at.x, at.y, 6, (e) => isEdgeOnSide(incident, e, 'before')), gone)
})

test('find needs every word and goes column by column', () => {
  assert.deepEqual(findNodes(incident, 'api', everything).map(idAt).slice(0, 2), ['route:api', 'route:login'])
  assert.deepEqual(findNodes(incident, 'leastconn api', everything).map(idAt), ['pool:api'])
  assert.deepEqual(findNodes(incident, '   ', everything), [])
})

test('only what reaches into the window is drawn, and edges with an end there', () => {
  const large = pictureOf(poolsView(300, 5))
  const view = openingView(large, 1280, 800, 0)
  const nodes = visibleNodes(large, 'overlay', view, 1280, 800)
  assert.ok(nodes.length > 10 && nodes.length < 400, `${nodes.length} boxes in the window`)
  const inside = new Set(nodes)
  for (const e of visibleEdges(large, 'overlay', nodes)) assert.ok(inside.has(large.source[e] ?? -1) || inside.has(large.target[e] ?? -1))
  assert.equal(new Set(visibleEdges(large, 'overlay', nodes)).size, visibleEdges(large, 'overlay', nodes).length)
})

test('a picture that fits opens whole, a tall one opens readable at what changed', () => {
  const small = openingView(incident, 1280, 800, 0)
  assert.deepEqual(small, fitAll(incident, 1280, 800, 0))
  const large = pictureOf(poolsView(300, 5))
  const opened = openingView(large, 1280, 800, 0)
  assert.ok(opened.zoom > 0.5)
  assert.ok(visibleNodes(large, 'overlay', opened, 1280, 800).some((i) => large.nodes[i]?.change !== 'same'))
})

test('far out the columns keep their width while the rows shrink', () => {
  const large = pictureOf(poolsView(300, 5))
  const fit = fitAll(large, 1280, 800, 0)
  const lies = projectionOf(large, fit, 1280)
  assert.ok(fit.zoom < 0.1)
  assert.ok(large.width * lies.sx > 600 && large.width * lies.sx <= 1280)
  assert.equal(lies.sy, fit.zoom)
})

test('a refresh keeps the box in the middle where it is on the screen', () => {
  const before = pictureOf(poolsView(40, 3))
  const after = pictureOf(poolsView(41, 3))
  const view = { zoom: 1, x: -300, y: -1500 }
  const kept = keepPlace(before, after, view, 1000, 700)
  const seen = visibleNodes(before, 'overlay', view, 1000, 700)
  const held = seen.filter((i) => {
    const j = after.indexOf.get(before.nodes[i]?.id ?? '')
    return j !== undefined && Math.abs((before.y[i] ?? 0) + view.y - ((after.y[j] ?? 0) + kept.y)) < 1
  })
  assert.ok(held.length > 0)
})

test('a box in view needs no move, one outside is brought in', () => {
  const large = pictureOf(poolsView(300, 5))
  const view = openingView(large, 1280, 800, 0)
  const last = large.byColumn[2]?.at(-1) ?? -1
  const moved = revealing(large, last, view, 1280, 800, 0) ?? assert.fail('the last pool is in view already')
  assert.ok(visibleNodes(large, 'overlay', moved, 1280, 800).includes(last))
  assert.equal(revealing(large, last, moved, 1280, 800, 0), null)
})

test('the table twin has one row per box and says where it leads, in rule order', () => {
  const view = incidentView()
  const rows = tableRows(view)
  assert.equal(rows.length, view.nodes.length)
  const listener = rows.find((row) => row.id === 'listener:https-in')
  assert.equal(listener?.cells.to, 'static assets, api, ~ login, everything else')
  assert.equal(rows.find((row) => row.id === 'pool:api')?.cells.share, '33 → 98%')
})

test('the table twin says where requests that change pass, in a column of its own that is there only then', () => {
  const view = incidentView()
  const edge = view.edges.find((each) => each.from === 'listener:https-in') ?? assert.fail('no edge')
  const traffic = new Map<string, TrafficMark>([['pool:api', { way: 'now', tone: 'critical' }], [edge.id, { way: 'was', tone: 'critical' }]])
  const rows = tableRows(view, traffic)
  assert.equal(rows.find((row) => row.id === 'pool:api')?.cells.traffic, 'now')
  assert.match(rows.find((row) => row.id === 'listener:https-in')?.cells.to ?? '', / \(requests before\)/)
  assert(columnsFor(traffic).some((column) => column.key === 'traffic'))
  assert(!columnsFor(new Map()).some((column) => column.key === 'traffic'))
  assert.match(toTsv(rows, columnsFor(traffic)), /^Kind\tName\tChange\tChanged requests\t/)
})

test('names sort with their numbers as numbers, shares as shares', () => {
  const view = poolsView(12, 1)
  const rows = tableRows(view).filter((row) => row.cells.kind === 'backend')
  assert.deepEqual(sortRows(rows, 'name', false).map((row) => row.cells.name).slice(0, 3), ['service-0', 'service-1', 'service-2'])
  assert.equal(sortRows(rows, 'name', true)[0]?.cells.name, 'service-11')
  assert.equal(sortRows(tableRows(incidentView()), 'share', true)[0]?.id, 'pool:api')
})

test('copied rows are tab separated, cells never break a row', () => {
  const view = incidentView()
  const first = view.nodes[0] ?? assert.fail('no box')
  const text = toTsv(tableRows({ ...view, nodes: [{ ...first, title: 'a\tb\nc' }], edges: [] }))
  assert.deepEqual(text.split('\n').map((line) => line.split('\t').length), [8, 8, 1])
  assert.match(text, /\ta b c\t/)
})

test('a box is spoken with its kind, change, lines and edges', () => {
  const pool = incidentView().nodes.find((each) => each.id === 'pool:api') ?? assert.fail('no pool')
  assert.equal(describeNode(pool, 2, 3), 'backend api, changed, weights, 3 servers · leastconn → roundrobin, balance: leastconn → roundrobin, share 33 → 98%, 2 in, 3 out')
  assert.equal(describeView(incidentView()), '2 listeners, 4 routes, 4 pools, 7 servers; 7 of them changed.')
})

test('shares are whole percents and never round a little down to nothing', () => {
  const rows: readonly (readonly [number | null, number | null, string])[] = [
    [null, 0.98, '98%'], [0.333, 0.98, '33 → 98%'], [0.5, 0.5, '50%'], [0.2, null, '20% before'], [null, null, ''], [0.5, 0.001, '50 → <1%'], [null, 0, '0%'],
  ]
  for (const [before, after, expected] of rows) assert.equal(shareWords(before, after), expected)
})
