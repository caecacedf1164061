import assert from 'node:assert/strict'
import { test } from 'node:test'
import { prometheusReader } from '#shared/backend/live/read-prometheus.ts'
import { ok, type Result } from '#shared/diagnostics/failure.ts'
import { AlertWatch } from '#shared/live/alerts/alert-watch.ts'
import { parseLiveSource, type HttpSource } from '#shared/live/live-source.ts'
import { IntervalTracker } from '#shared/live/intervals.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import { perSecond } from '#shared/live/per-second.ts'
import { parseMatrix } from '#shared/live/prometheus/answer.ts'
import { parseMatchers } from '#shared/live/prometheus/matchers.ts'
import { lastScrapesPath, pastPath } from '#shared/live/prometheus/queries.ts'
import { isAllowed } from '#shared/live/reads.ts'
import type { LiveSnapshot, ServerRow } from '#shared/live/snapshot.ts'
import { captured } from '#test/shared/live/fixtures.ts'

const sourceOf = (written: string): HttpSource => {
  const source = parseLiveSource(written)
  assert.ok(typeof source !== 'string' && source.kind === 'http', String(source))
  return source
}

/** Series `haproxy_server_http_responses_total` and a start time of one target, as pairs of seconds and value. */
function target(instance: string, points: readonly (readonly [number, number])[], more: { readonly start?: number; readonly job?: string; readonly up?: readonly [number, number]; readonly state?: string; readonly labels?: object } = {}): readonly object[] {
  const common = { job: more.job ?? 'haproxy', instance, ...more.labels }
  const server = { ...common, proxy: 'app', server: 'a' }
  const values = points.map(([at, value]) => [at, String(value)])
  return [
    { metric: { __name__: 'haproxy_server_http_responses_total', ...server, code: '2xx' }, values },
    { metric: { __name__: 'haproxy_server_status', ...server, state: more.state ?? 'UP' }, values: points.map(([at]) => [at, '1']) },
    { metric: { __name__: 'haproxy_server_weight', ...server }, values: points.map(([at]) => [at, '10']) },
    { metric: { __name__: 'haproxy_process_start_time_seconds', ...common }, values: points.map(([at]) => [at, String(more.start ?? 5)]) },
    { metric: { __name__: 'up', ...common }, values: [more.up ?? [points.at(-1)?.[0] ?? 0, 1]].map(([at, value]) => [at, String(value)]) },
  ]
}
const matrix = (...series: readonly object[]): string => JSON.stringify({ status: 'success', data: { resultType: 'matrix', result: series } })

interface Asked { readonly paths: string[]; readonly read: () => Promise<Result<LiveSnapshot>>; readonly history: (from: number, to: number, step: number) => Promise<Result<readonly LiveSnapshot[]>> }
function server(written: string, answers: (path: string, turn: number) => string): Asked {
  const paths: string[] = []
  const source = sourceOf(written)
  const reader = prometheusReader({
    ask: (asked, request) => {
      assert.ok(asked === source && request.kind === 'get' && isAllowed(source, request))
      paths.push(decodeURIComponent(request.path))
      const text = answers(request.path, paths.length)
      return Promise.resolve(ok({ text, bytes: text.length, readMs: 1, taken: { monotonicMs: 1, wallMs: 1 } }))
    },
    tail: () => assert.fail('a server is not a file'),
  }, source)
  return { paths, read: () => reader.read(2000, 1e6), history: (from, to, step) => reader.history(from, to, step, 2000, 1e6) }
}
const valueOf = async (result: Promise<Result<LiveSnapshot>>): Promise<LiveSnapshot> => {
  const read = await result
  assert.ok(read.ok, read.ok ? '' : read.failure.message)
  return read.value
}
const messageOf = async (result: Promise<Result<LiveSnapshot>>): Promise<string> => {
  const read = await result
  assert.ok(!read.ok)
  return read.failure.message
}
const serverOf = (snapshot: LiveSnapshot): ServerRow => snapshot.rows.find((row): row is ServerRow => row.kind === 'server') as ServerRow

test('the balancers are chosen by labels behind the address', () => {
  assert.deepEqual(parseMatchers('job=haproxy&instance=~lb%5B12%5D:.*&env!=test'), [
    { name: 'job', operator: '=', value: 'haproxy' }, { name: 'instance', operator: '=~', value: 'lb[12]:.*' }, { name: 'env', operator: '!=', value: 'test' },
  ])
  assert.deepEqual(parseMatchers(''), [])
  for (const wrong of ['job', '=x', '1a=x', 'a b=x', '__name__=up', 'a=%zz', `a=${'x'.repeat(600)}`, 'a=%0a', Array.from({ length: 21 }, () => 'a=b').join('&')]) assert.equal(typeof parseMatchers(wrong), 'string', wrong)
  const source = sourceOf('prometheus:https://ops:secret@prom:9090/sub/?job=haproxy')
  assert.equal(source.title, 'https://prom:9090/sub/?job=haproxy')
  assert.equal(typeof parseLiveSource('prometheus:/run/x.sock'), 'string')
  assert.equal(typeof parseLiveSource('prometheus:http://prom/?__name__=x'), 'string')
})

test('nothing is asked but what is built from the labels and numbers', () => {
  const source = sourceOf('prometheus:http://prom:9090/sub/?job=a"b\\c')
  const matchers = source.matchers ?? []
  const allowed = (path: string): boolean => isAllowed(source, { kind: 'get', path, accept: 'application/json' })
  const last = lastScrapesPath('/sub', matchers, 15)
  const past = pastPath('/sub', matchers, { from: 1_700_000_000, to: 1_700_000_060.5, step: 15 })
  assert.match(decodeURIComponent(last), /^\/sub\/api\/v1\/query\?query=\{__name__=~"[a-z_|]+",job="a\\"b\\\\c"\}\[15s\]$/)
  assert.deepEqual([last, past].map(allowed), [true, true])
  for (const path of [
    '/sub/', '/sub/-/quit', '/sub/api/v1/admin/tsdb/delete_series?match[]=up', '/sub/api/v1/query?query=up', `${last}&timeout=1h`, last.replace('/sub', ''), last.replace('haproxy', 'nginx'), `${past}&step=1`,
    past.replace('15.000', '15'), last.replace('%5B15s%5D', '%5B15s%5D%5B15s%5D'), '/sub/api/v1/query',
  ]) assert.equal(allowed(path), false, path)
})

test('a snapshot is the last scrape, with its own time and process', async () => {
  const { read, paths } = server('prometheus:http://prom/', () => matrix(...target('lb1', [[10, 100], [12, 150]], { start: 3 })))
  const snapshot = await valueOf(read())
  assert.deepEqual([snapshot.product, snapshot.epoch, snapshot.taken, snapshot.notes], ['HAProxy', '@3', { monotonicMs: 12_000, wallMs: 12_000 }, undefined])
  assert.deepEqual([serverOf(snapshot).counters.requests, serverOf(snapshot).state.text, serverOf(snapshot).state.weight], [150, 'UP', 10])
  await read()
  assert.deepEqual(paths.map((path) => /\[(\d+)s\]$/.exec(path)?.[1]), ['15', '7'])
})

test('a window that holds one scrape only is made longer', async () => {
  const { read, paths } = server('prometheus:http://prom/', (path) => matrix(...target('lb1', path.includes('150s') ? [[0, 1], [60, 61]] : [[60, 61]])))
  assert.equal(serverOf(await valueOf(read())).counters.requests, 61)
  await read()
  assert.deepEqual(paths.map((path) => /\[(\d+)s\]$/.exec(path)?.[1]), ['15', '150', '152', '150'].slice(0, paths.length))
})

test('several balancers are summed up at the time of the one that was scraped first', async () => {
  const { read } = server('prometheus:http://prom/?job=haproxy', () => matrix(...target('lb1', [[10, 100], [12, 200]]), ...target('lb2', [[9, 1000], [11, 1100], [13, 1200]], { state: 'MAINT' })))
  const snapshot = await valueOf(read())
  assert.equal(snapshot.taken.wallMs, 12_000)
  assert.deepEqual([serverOf(snapshot).counters.requests, serverOf(snapshot).counters.status2xx], [200 + 1150, 200 + 1150])
  assert.deepEqual([serverOf(snapshot).state.text, serverOf(snapshot).state.health, serverOf(snapshot).state.weight], ['UP at 1 of 2', 'up', 10])
  assert.equal(snapshot.epoch, 'lb1@5 lb2@5')
  assert.deepEqual(snapshot.notes, ['The numbers are sums of 2 balancers: lb1, lb2.'])
})

test('a balancer that starts again makes another process of the sum', async () => {
  const restarted = await valueOf(server('prometheus:http://prom/', () => matrix(...target('lb1', [[10, 100], [12, 200]]), ...target('lb2', [[11, 1100], [13, 7]], { start: 12 }))).read())
  assert.deepEqual([restarted.epoch, serverOf(restarted).counters.requests], ['lb1@5 lb2@12', 207])
})

const upOnly = (instance: string, points: readonly (readonly [number, number])[], job = 'haproxy'): object => ({ metric: { __name__: 'up', job, instance }, values: points.map(([at, value]) => [at, String(value)]) })

test('a balancer that cannot be scraped is told until it is back or Prometheus no longer knows it', async () => {
  const both = [...target('lb1', [[10, 100], [12, 200]]), ...target('lb2', [[9, 1000], [11, 1100], [13, 1200]])]
  const one = (from: number): readonly object[] => target('lb1', [[from, 50 * from - 400], [from + 2, 50 * from - 300]])
  // Something in the job that is no balancer: what is dark there is none unless it was seen as one.
  const other = upOnly('exporter', [[12, 1]])
  const answers = [
    [...both, other, upOnly('never', [[12, 0]])],
    [...one(12), ...target('lb2', [[11, 1100], [13, 1200]], { up: [15, 0] }), other],
    [...one(20), upOnly('lb2', [[21, 0], [23, 0]]), other],
    [...one(400), upOnly('lb2', [[399, 0], [401, 0]]), other],
    [...one(402), ...target('lb2', [[403, 1300]]), other],
    [...one(404), ...target('lb2', [[403, 1300], [405, 1400]]), other],
    [...one(406), other],
  ]
  let now: readonly object[] = []
  const { read } = server('prometheus:http://prom/', () => matrix(...now))
  const watch = new LiveWatch(null, 2000)
  const intervals = new IntervalTracker(2000)
  const alerts = new AlertWatch()
  const seen = []
  for (const answer of answers) {
    now = answer
    const snapshot = await valueOf(read())
    const view = watch.add(snapshot)
    const fires = alerts.add(view).map(({ rule, severity, sentence }) => ({ rule, severity, sentence }))
    seen.push([snapshot.fleet?.lost.join(), serverOf(snapshot).counters.requests, perSecond(intervals.add(snapshot).find(({ row }) => row.kind === 'server')?.interval ?? null, 'requests'), view.restarted, fires.map(({ rule }) => rule).join()])
    if (snapshot.fleet?.lost.length === 1) assert.match(snapshot.notes?.at(-1) ?? '', /could not scrape lb2/)
    for (const alert of fires) assert.deepEqual(alert, { rule: 'incomplete', severity: 'warning', sentence: '1 of 2 balancers cannot be read: lb2. The numbers leave them out.' })
  }
  assert.deepEqual(seen, [
    ['', 1350, null, false, ''], ['lb2', 300, null, false, ''], ['lb2', 700, 50, false, ''], ['lb2', 19_700, 50, false, 'incomplete'],
    ['', 1300 + 19_750, null, false, 'incomplete'], ['', 1400 + 19_850, 100, false, ''], ['', 20_000, null, false, ''],
  ])
})

test('what is dark from the beginning is a balancer where the job has nothing else', async () => {
  const alone = await valueOf(server('prometheus:http://prom/', () => matrix(...target('lb1', [[10, 100], [12, 200]]), upOnly('lb2', [[11, 0]]), upOnly('host', [[11, 0]], 'node'))).read())
  assert.deepEqual([alone.fleet, alone.epoch, alone.notes], [{ processes: { lb1: '@5' }, lost: ['lb2'] }, 'lb1@5', ['Prometheus could not scrape lb2 the last time it tried; that part is missing in the numbers.']])
  const { read } = server('prometheus:http://prom/', (_, turn) => matrix(...(turn === 1 ? target('lb1', [[10, 1], [12, 2]]) : turn === 2 ? target('lb1', [[10, 1], [12, 2]], { up: [14, 0] }) : [upOnly('lb1', [[300, 0]])])))
  await valueOf(read())
  for (let turn = 0; turn < 3; turn += 1) assert.match(await messageOf(read()), /could not scrape lb1/)
})

test('another process behind a balancer that stayed is told as a restart, also while one is lost', () => {
  const watch = new LiveWatch(null, 2000)
  const taken = { readMs: 0, bytes: 0, product: 'HAProxy', version: null, uptimeSeconds: null, stopping: false, rows: [] }
  const fleets: readonly Record<string, string>[] = [{ a: '@1', b: '@1' }, { a: '@1' }, { a: '@2' }, { a: '@2', b: '@9' }, { a: '@2', b: '@9', c: '@3' }, { a: '@2', b: '@10', c: '@3' }, { d: '@3' }]
  assert.deepEqual(fleets.map((processes, index) => watch.add({ ...taken, taken: { monotonicMs: index * 2000, wallMs: index * 2000 }, epoch: JSON.stringify(processes), fleet: { processes, lost: [] } }).restarted), [false, false, true, false, false, true, true])
})

test('series that ended with a reload are not in the scrapes after it', async () => {
  const gone = { metric: { __name__: 'haproxy_server_http_responses_total', job: 'haproxy', instance: 'lb1', proxy: 'app', server: 'old', code: '2xx' }, values: [[10, '5']] }
  const snapshot = await valueOf(server('prometheus:http://prom/', () => matrix(...target('lb1', [[10, 100], [12, 200]]), gone)).read())
  assert.deepEqual(snapshot.rows.map((row) => (row.kind === 'server' ? row.name : row.kind)), ['a'])
})

test('what would be counted twice, or is of several products, is refused', async () => {
  const twice = [...target('lb1', [[10, 1], [12, 2]]), ...target('exporter:9101', [[10, 1], [12, 2]], { job: 'legacy' })]
  assert.match(await messageOf(server('prometheus:http://prom/', () => matrix(...twice)).read()), /jobs haproxy and legacy both show HAProxy.*\?job=haproxy/)
  const nginx = { metric: { __name__: 'nginx_http_requests_total', job: 'nginx', instance: 'n1' }, values: [[10, '1'], [12, '2']] }
  assert.match(await messageOf(server('prometheus:http://prom/', () => matrix(...target('lb1', [[10, 1], [12, 2]]), nginx)).read()), /HAProxy and nginx: choose/)
  assert.match(await messageOf(server('prometheus:http://prom/?job=none', () => matrix()).read()), /no metrics of a balancer that Steelyard knows.*for these labels/)
})

test('targets that have one instance are told apart by their other labels', async () => {
  const both = [...target('edge', [[10, 100], [12, 200]], { labels: { node: 'lb1' } }), ...target('edge', [[9, 1000], [11, 1100], [13, 1200]], { labels: { node: 'lb2' } })]
  for (const [name, series] of [['with up', both], ['without up', both.filter((one) => JSON.stringify(one).includes('"proxy"'))]] as const) {
    const snapshot = await valueOf(server('prometheus:http://prom/', () => matrix(...series)).read())
    assert.equal(serverOf(snapshot).counters.requests, 200 + 1150, name)
    assert.deepEqual(snapshot.notes, ['The numbers are sums of 2 balancers: edge (node=lb1), edge (node=lb2).'], name)
  }
  const named = await valueOf(server('prometheus:http://prom/', () => matrix(...target('edge', [[10, 100], [12, 200]], { labels: { node: 'lb1' } }))).read())
  assert.equal(named.notes, undefined)
})

test('rows of one process stay one balancer where only they are asked for', async () => {
  const rows = ['app', 'other'].map((proxy) => ({ metric: { __name__: 'haproxy_server_http_responses_total', job: 'haproxy', instance: 'lb1', proxy, server: 'a', code: '2xx' }, values: [[10, '1'], [12, '2']] }))
  const snapshot = await valueOf(server('prometheus:http://prom/?proxy=~app|other', () => matrix(...rows)).read())
  assert.deepEqual([snapshot.notes, snapshot.rows.length], [undefined, 2])
})

test('targets whose series cannot be told apart are refused', async () => {
  const dropped = [...target('edge', [[10, 100], [12, 200]]).slice(0, -1), ...['lb1', 'lb2'].map((node) => ({ metric: { __name__: 'up', job: 'haproxy', instance: 'edge', node }, values: [[12, '1']] }))]
  assert.match(await messageOf(server('prometheus:http://prom/', () => matrix(...dropped)).read()), /edge \(node=lb1\) and edge \(node=lb2\) of job haproxy write the same series, which lack the labels/)
  const twice = ['a', 'b'].flatMap((replica, index) => target('lb1', [[10 + index, 100], [12 + index, 200]], { labels: { prometheus_replica: replica } }))
  assert.match(await messageOf(server('prometheus:http://prom/', () => matrix(...twice)).read()), /may be one balancer that was scraped by two servers.*\?prometheus_replica=a/)
})

test('errors, partial answers and other things are told', () => {
  const wrong = (text: string): string => {
    const result = parseMatrix(text)
    assert.ok(!result.ok)
    return result.failure.message
  }
  assert.match(wrong('{"status":"error","errorType":"bad_data","error":"parse error"}'), /refuses the question: parse error/)
  assert.match(wrong('{"status":"success","warnings":["store lb-2 did not answer"],"data":{"resultType":"matrix","result":[]}}'), /only a part.*store lb-2/)
  assert.match(wrong('<html>'), /web page/)
  for (const text of ['', '{', '[]', 'null', '{"status":1}', '"x"']) assert.match(wrong(text), /not from the HTTP API/, text)
  for (const data of ['null', '{"resultType":"vector","result":[]}', '{"resultType":"matrix","result":{}}', '{"resultType":"matrix","result":[{}]}', '{"resultType":"matrix","result":[{"metric":{"a":1},"values":[]}]}', '{"resultType":"matrix","result":[{"metric":{},"values":[[1,2]]}]}']) {
    assert.match(wrong(`{"status":"success","data":${data}}`), /another form/, data)
  }
  assert.equal(parseMatrix('{"status":"success","infos":["x"],"data":{"resultType":"matrix","result":[]}}').ok, true)
  const read = parseMatrix(captured('prometheus/query_range.counter-with-reset.json'))
  assert.ok(read.ok)
  assert.deepEqual([read.value.length, read.value[0]?.name, read.value[0]?.points[9]], [3, 'haproxy_server_sessions_total', [1_795_174_436_000, '1']])
})

test('values that are none stay unknown', async () => {
  const nan = { metric: { __name__: 'haproxy_server_bytes_in_total', job: 'haproxy', instance: 'lb1', proxy: 'app', server: 'a' }, values: [[12, 'NaN']] }
  const snapshot = await valueOf(server('prometheus:http://prom/', () => matrix(...target('lb1', [[10, 1], [12, 2]]), nan)).read())
  assert.equal(serverOf(snapshot).counters.bytesIn, null)
})

test('the past comes in steps, each as the scrape before it', async () => {
  const { read, history, paths } = server('prometheus:http://prom/', (path) => (path.includes('query_range') ? matrix(...target('lb1', [[7, 50], [9, 100], [11, 2]])) : matrix(...target('lb1', [[10, 100], [12, 150]]))))
  await read()
  const past = await history(6000, 10_000, 2000)
  assert.ok(past.ok)
  assert.match(paths.at(-1) ?? '', /&start=7\.000&end=11\.000&step=2\.000$/)
  assert.deepEqual(past.value.map((one) => [one.taken.wallMs, serverOf(one).counters.requests]), [[6000, 50], [8000, 100], [10_000, 2]])
})

test('the past tells which balancers were missing then', async () => {
  const steps = [[7, 50], [9, 100], [11, 150], [13, 200]] as const
  const gone = [...target('lb2', [[7, 5], [9, 6]]).slice(0, -1), upOnly('lb2', [[7, 1], [9, 1], [11, 0], [13, 0]])]
  const { history } = server('prometheus:http://prom/', () => matrix(...target('lb1', steps), ...gone))
  const past = await history(6000, 12_000, 2000)
  assert.ok(past.ok)
  assert.deepEqual(past.value.map((one) => [Object.keys(one.fleet?.processes ?? {}).length, one.fleet?.lost.join()]), [[2, ''], [2, ''], [1, 'lb2'], [1, 'lb2']])
})
