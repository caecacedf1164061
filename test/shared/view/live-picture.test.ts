import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LiveSession, type LiveMoment } from '#shared/live/live-session.ts'
import type { LiveRow, LiveSnapshot, ServerState } from '#shared/live/snapshot.ts'
import type { LiveMark } from '#shared/view/live-marks.ts'
import { toLiveMarks, type LivePictureOptions } from '#shared/view/live-picture.ts'
import { toLiveSample, workRate } from '#shared/view/live-sample.ts'
import { momentOf as sampleMoment } from '#shared/view/sample-moment.ts'
import { focusTopology } from '#shared/view/topology-focus.ts'
import { toTopologyView } from '#shared/view/topology.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { captured, capturedPoll } from '#test/shared/live/fixtures.ts'

const shop = compileConfig(`defaults
 mode http
frontend https-in
 bind :443
 acl is_api hdr(host) -i api.shop.example
 http-request redirect location / if { path /old }
 use_backend api if is_api
 default_backend web
frontend admin-in
 bind :8443
 default_backend web
backend api
 balance roundrobin
 server api-1 10.0.0.1:80 check
 server api-2 10.0.0.2:80 check
backend web
 balance roundrobin
 server web-1 10.0.1.1:80
 server web-2 10.0.1.2:80
backend spare
 server s 10.0.2.1:80
`, new Map()).model
const shopView = toTopologyView(shop, null, 'shop')

const plain: LivePictureOptions = { unit: 'requests', colour: 'errors', stale: false, hidden: 0 }
const upState: ServerState = {
  text: 'UP', health: 'up', admin: 'ready', byAgent: false, inherited: false, weight: 1, initialWeight: 1, throttlePercent: null, backup: false,
  address: null, hostName: null, serviceRecord: null, check: null, checkDetail: null,
}

interface RowPlan {
  readonly perSecond: number
  readonly errors?: number
  readonly queued?: number
  readonly responseMs?: number
  readonly state?: Partial<ServerState>
}

/** Rates by `https-in` for a listener, `/web` for a pool, `/web/web-1` for a server. */
type Plan = Readonly<Record<string, RowPlan>>

/** `tries`: HTTP of a source that counts no requests. */
type Counting = 'http' | 'tcp' | 'tries'

function pollAt(second: number, plan: Plan, counting: Counting = 'http'): LiveSnapshot {
  const rows = Object.entries(plan).map(([key, { perSecond, errors = 0, queued = 0, responseMs, state }]): LiveRow => {
    const [listener = '', pool = '', server = ''] = key.split('/')
    const total = perSecond * second
    const common = {
      protocol: counting === 'tcp' ? 'tcp' as const : 'http' as const, gauges: { sessions: 3, queued, sessionLimit: null, responseMs: responseMs ?? null },
      counters: {
        requests: counting === 'tcp' || (counting === 'tries' && listener === '') ? null : total, connections: counting === 'tcp' ? total : 2 * total, selections: total, bytesIn: 100 * total, bytesOut: 900 * total, status1xx: 0, status2xx: total, status3xx: 0, status4xx: 0, status5xx: errors * second,
        statusOther: 0, failedConnections: 0, failedResponses: 0, denied: 0, retries: 0, redispatches: 0,
      },
    }
    if (listener !== '') return { kind: 'listener', owner: listener, ...common }
    if (server === '') return { kind: 'pool', owner: pool, algorithm: 'roundrobin', up: true, stateSeconds: 1000 + second, ...common }
    return { kind: 'server', owner: pool, name: server, state: { ...upState, ...state }, ...common }
  })
  return { product: 'HAProxy', version: null, taken: { monotonicMs: second * 1000, wallMs: second * 1000 }, readMs: 1, bytes: 1, epoch: 'p', uptimeSeconds: 1000 + second, stopping: false, rows }
}

function momentOf(plan: Plan, polls = 12, counting: Counting = 'http', model = shop): LiveMoment {
  const session = new LiveSession(model, 1000, null)
  let moment: LiveMoment | null = null
  for (let second = 1; second <= polls; second += 1) moment = session.add(pollAt(second, plan, counting))
  assert.ok(moment !== null)
  return moment
}

const usual: Plan = {
  'https-in': { perSecond: 1000 }, 'admin-in': { perSecond: 50 }, '/api': { perSecond: 600, responseMs: 12 }, '/web': { perSecond: 450, responseMs: 40 }, '/spare': { perSecond: 0 },
  '/api/api-1': { perSecond: 300, responseMs: 12 }, '/api/api-2': { perSecond: 300, responseMs: 12 }, '/web/web-1': { perSecond: 225 }, '/web/web-2': { perSecond: 225 }, '/spare/s': { perSecond: 0 },
}

function look(plan: Plan, view: TopologyView = shopView, options: Partial<LivePictureOptions> = {}, moment = momentOf(plan)) {
  const marks = toLiveMarks(moment, view, { ...plain, ...options })
  const titleOf = new Map(view.nodes.map((node) => [node.id, node.title]))
  const edges = new Map(view.edges.map((edge) => [`${titleOf.get(edge.from) ?? ''} → ${titleOf.get(edge.to) ?? ''}`, marks.byId.get(edge.id)]))
  return {
    marks,
    edge: (name: string): LiveMark => {
      const mark = edges.get(name)
      assert.ok(mark !== undefined, `${name} of ${[...edges.keys()].join('; ')}`)
      return mark
    },
    box: (id: string): LiveMark => {
      const mark = marks.byId.get(id)
      assert.ok(mark !== undefined, id)
      return mark
    },
  }
}

test('where totals leave one way only, flows are exact: a listener with one rule, and what is left of the pool it shares', () => {
  const { edge, box, marks } = look(usual)
  assert.deepEqual([edge('everything else → web').label, edge('admin-in → everything else').rate], ['50/s', 50])
  assert.equal(edge('https-in → api').rate, 600)
  assert.equal(marks.highest, 600)
  assert.deepEqual([box('listener:https-in').label, box('pool:api').label], ['1k/s', '600/s'])
  assert.equal(marks.byId.size, shopView.nodes.length + shopView.edges.length)
})

test('what listeners answer themselves leaves bounds, never a guess', () => {
  const { edge, marks } = look({ ...usual, 'https-in': { perSecond: 1080 } })
  const redirected = [...shopView.edges].find((one) => one.from === 'listener:https-in' && shopView.edges.every((other) => other.from !== one.to))
  assert.ok(redirected !== undefined)
  assert.deepEqual(marks.byId.get(redirected.id)?.bounds, { low: 0, high: 80 })
  assert.equal(edge('https-in → api').rate, 600)
  const admin = edge('admin-in → everything else')
  assert.deepEqual([admin.rate, admin.bounds], [null, { low: 0, high: 50 }])
})

test('a cycle of listeners and pools has bounds', () => {
  const model = compileConfig('defaults\n mode http\nfrontend a\n bind :81\n use_backend x if { path /x }\n default_backend y\nfrontend b\n bind :82\n use_backend x if { path /x }\n default_backend y\nbackend x\n server s 10.0.0.1:80\nbackend y\n server s 10.0.0.2:80\n', new Map()).model
  const view = toTopologyView(model, null, '')
  const plan: Plan = { 'a': { perSecond: 100 }, 'b': { perSecond: 60 }, '/x': { perSecond: 40 }, '/y': { perSecond: 120 }, '/x/s': { perSecond: 40 }, '/y/s': { perSecond: 120 } }
  const marks = toLiveMarks(momentOf(plan, 3, 'http', model), view, plain)
  const flows = view.edges.filter((one) => one.to === 'pool:x').map((one) => marks.byId.get(one.id))
  assert.deepEqual(flows.map((mark) => [mark?.rate, mark?.bounds, mark?.label]), [[null, { low: 0, high: 40 }, '≤ 40/s'], [null, { low: 0, high: 40 }, '≤ 40/s']])
  assert.deepEqual(view.edges.filter((one) => one.to === 'pool:y').map((one) => marks.byId.get(one.id)?.label), ['60–100/s', '20–60/s'])
})

test('boxes that a filter left out make bounds of what would be exact', () => {
  assert.deepEqual(look(usual, shopView, { hidden: 3 }).edge('api → api').bounds, { low: 0, high: 600 })
})

test('shares stand beside the expected ones, and health, queue and alerts are badges', () => {
  const plan: Plan = {
    ...usual, '/api': { perSecond: 600, queued: 7, responseMs: 900 }, '/api/api-1': { perSecond: 590, queued: 12, responseMs: 1240 }, '/api/api-2': { perSecond: 10, responseMs: 8 },
    '/web/web-2': { perSecond: 0, state: { health: 'down', text: 'DOWN', check: 'L4CON' } }, '/web/web-1': { perSecond: 450 },
  }
  const { box, edge } = look(plan)
  const server = box('pool:api/server:api-1')
  assert.equal(server.label, '98 % · 1.2 s')
  assert.deepEqual([server.tone, server.expected, server.lines], ['critical', { low: 0.5, high: 0.5 }, ['590/s']])
  assert.deepEqual(server.badges.map((badge) => badge.text), ['up', 'share', '12 waiting', '3 sessions'])
  assert.deepEqual(box('pool:api').badges.map((badge) => [badge.kind, badge.text]), [['alert', 'share, queue'], ['queue', '19 waiting'], ['up', '2/2 up'], ['sessions', '3 sessions']])
  assert.deepEqual(box('pool:api').lines, ['900 ms · 0 errors', 'api-1 98 %, expected 50 %'])
  assert.equal(edge('api → api-1').label, '98 % · 1.2 s')
  assert.equal(edge('api → api-2').tone, 'traffic')
  assert.deepEqual(box('pool:web/server:web-2').badges[0], { kind: 'down', text: 'down: L4CON' })
  assert.deepEqual(box('pool:web').badges.filter((badge) => badge.kind !== 'alert').map((badge) => badge.text), ['1 down', '1/2 up', '3 sessions'])
})

test('colour follows errors or latency, and how much passes where there is neither', () => {
  const plan: Plan = { ...usual, '/web': { perSecond: 450, errors: 15, responseMs: 2500 }, '/web/web-1': { perSecond: 225, errors: 15, responseMs: 700 } }
  const tones = (options: Partial<LivePictureOptions>) => {
    const { edge, box } = look(plan, shopView, options, momentOf(plan, 2))
    return [edge('web → web-1').tone, edge('web → web-2').tone, edge('https-in → api').tone, edge('admin-in → everything else').tone, box('pool:spare').tone]
  }
  assert.deepEqual(tones({ colour: 'errors' }), ['warning', 'traffic', 'busy', 'traffic', 'quiet'])
  assert.deepEqual(tones({ colour: 'latency' }), ['warning', 'traffic', 'busy', 'traffic', 'quiet'])
})

test('a folded group sums its servers and counts how many are up', () => {
  const focused = focusTopology(shopView, { grouping: 'grouped', expanded: [], onlyChanged: false, query: '', limit: 1000 }).view
  const group = focused.nodes.find((node) => node.parent === 'pool:api' && node.members.length > 0)
  assert.ok(group !== undefined)
  const { box, marks } = look({ ...usual, '/api/api-2': { perSecond: 300, state: { admin: 'maintenance', text: 'MAINT' } } }, focused)
  assert.deepEqual([box(group.id).rate, box(group.id).label, box(group.id).badges.map((badge) => badge.text)], [600, '1/2 up', ['1 out', '1/2 up']])
  assert.equal(marks.byId.get(focused.edges.find((one) => one.to === group.id)?.id ?? '')?.rate, 600)
})

test('connections and bytes of HTTP are told where they are measured, and not carried over from listeners', () => {
  const connections = look(usual, shopView, { unit: 'connections' })
  assert.deepEqual([connections.box('listener:https-in').label, connections.edge('api → api').label], ['2k/s', '1.2k/s'])
  assert.equal(look(usual, shopView, { unit: 'bytes' }).box('pool:api').label, '600 kB/s')
  const bytes = look(usual, shopView, { unit: 'bytes' })
  assert.equal(bytes.edge('api → api-1').rate, 300_000)
  assert.equal(bytes.edge('https-in → api').rate, 600_000)
})

test('without HTTP the requests of a picture are connections, and are called so', () => {
  const { box, edge } = look(usual, shopView, {}, momentOf(usual, 3, 'tcp'))
  assert.equal(box('pool:api').label, '600 conn/s')
  assert.equal(edge('https-in → api').rate, 600)
})

test('what is not known is unknown and not quiet', () => {
  const once = look(usual, shopView, {}, momentOf(usual, 1))
  assert.deepEqual([once.box('pool:api').label, once.box('pool:api').tone, once.edge('https-in → api').tone], ['?', 'unknown', 'unknown'])
  const { '/spare': _, '/spare/s': __, ...rest } = usual
  assert.deepEqual([look(rest).box('pool:spare').label, look(rest).box('pool:spare/server:s').label], ['not running', 'not running'])
  const odd = look({ ...usual, 'admin-in': { perSecond: 900 }, 'https-in': { perSecond: 10 } })
  assert.equal(odd.edge('https-in → api').tone, 'unknown')
})

test('two polls of a real balancer give every box and edge a mark', () => {
  const model = compileConfig(captured('haproxy/haproxy.cfg'), new Map()).model
  const session = new LiveSession(model, 1000, null)
  session.add(capturedPoll('healthy', 0))
  const moment = session.add(capturedPoll('healthy-plus1s', 1000))
  const view = toTopologyView(model, null, 'lab')
  const marks = toLiveMarks(moment, view, plain)
  assert.equal(marks.byId.size, view.nodes.length + view.edges.length)
  assert.ok(marks.highest > 0)
  for (const edge of view.edges) {
    const mark = marks.byId.get(edge.id)
    assert.ok(mark !== undefined && (mark.rate === null || (mark.rate >= 0 && mark.rate <= marks.highest)))
  }
})

test('where a source counts tries and no requests, pools and servers tell tries, and what flows to pools is not known', () => {
  const { marks, box, edge } = look(usual, shopView, {}, momentOf(usual, 12, 'tries'))
  assert.equal(marks.unit, 'tries')
  assert.deepEqual([box('pool:api').rate, box('pool:api/server:api-1').lines, box('listener:https-in').label], [600, ['300/s'], '1k req/s'])
  assert.equal(edge('api → api-1').rate, 300)
  assert.equal(box('pool:api').tone, 'busy')
})

test('a sample of such a source tells tries, and what its numbers leave out', () => {
  const moment = momentOf(usual, 12, 'tries')
  const notes = ['Apache counts tries.']
  const sample = toLiveSample({ ...moment, view: { ...moment.view, snapshot: { ...moment.view.snapshot, notes } } }, { configId: null, running: null, knownGood: null })
  const [api] = sample.pools
  assert.ok(api !== undefined)
  assert.deepEqual([sample.notes, api.counted, workRate(api, api.rates), api.servers.map((server) => workRate(api, server.rates)), api.rates.requests], [notes, 'tries', 600, [300, 300], null])
  // The picture on the screen is drawn from the sample.
  assert.equal(toLiveMarks(sampleMoment(sample), shopView, plain).unit, 'tries')
  assert.deepEqual(toLiveSample(momentOf(usual), { configId: null, running: null, knownGood: null }).pools.map((pool) => pool.counted), ['requests', 'requests', 'requests'])
})

test('a server that got no request so far has no latency, even where the balancer says 0', () => {
  const idle = { ...usual, '/spare': { perSecond: 0, responseMs: 0 }, '/spare/s': { perSecond: 0, responseMs: 0 } }
  const [, , spare] = toLiveSample(momentOf(idle), { configId: null, running: null, knownGood: null }).pools
  assert.deepEqual([spare?.name, spare?.responseMs, spare?.servers[0]?.responseMs], ['spare', null, null])
  assert.deepEqual(look(idle).box('pool:spare').lines.filter((words) => words.includes('ms')), [])
})

test('the picture says from where on something is coloured', () => {
  assert.deepEqual([look(usual).marks.colouring, look(usual, shopView, { colour: 'latency' }).marks.colouring], [{ of: 'answers 5xx', warning: '2 %', critical: '10 %' }, { of: 'latency', warning: '500 ms', critical: '2 s' }])
})
