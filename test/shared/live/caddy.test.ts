import assert from 'node:assert/strict'
import { test } from 'node:test'
import { caddyReader } from '#shared/backend/live/read-caddy.ts'
import { ok } from '#shared/diagnostics/failure.ts'
import { caddyLog } from '#shared/live/caddy/log-line.ts'
import { IntervalTracker } from '#shared/live/intervals.ts'
import { parseLiveSource } from '#shared/live/live-source.ts'
import { caddyMetrics, toCaddySnapshot } from '#shared/live/caddy/snapshot.ts'
import { parseUpstreams } from '#shared/live/caddy/upstreams.ts'
import { LogTally } from '#shared/live/log/log-tally.ts'
import { parseExposition } from '#shared/live/metrics/exposition.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { captured } from './fixtures.ts'

const poll = { taken: { monotonicMs: 0, wallMs: 1_795_174_100_000 }, readMs: 1, bytes: 1 }

function snapshotOf(name: string): LiveSnapshot {
  const upstreams = parseUpstreams(captured(`caddy/${name}.upstreams.json`))
  const metrics = parseExposition(captured(`caddy/${name}.metrics.txt`), (one) => caddyMetrics.has(one))
  assert.ok(upstreams !== null && metrics.ok)
  return toCaddySnapshot(upstreams, metrics.value, poll)
}

test('totals come from the metrics, with what Caddy refused by itself apart', () => {
  const [row] = snapshotOf('server-down').rows
  assert.deepEqual([row?.kind, row?.owner, row?.counters.requests, row?.counters.status2xx, row?.counters.status5xx, row?.counters.statusOther, row?.counters.responsesTimed], ['listener', 'srv0', 1248, 1167, 0, 81, 1167])
  assert.ok(Math.abs(Number(row?.counters.responseMsTotal) - 52_007.6) < 1)
})

test('servers have requests under way and no counts, which is not 0', () => {
  const snapshot = snapshotOf('healthy')
  const servers = snapshot.rows.flatMap((row) => (row.kind === 'server' ? [`${row.name} ${String(row.gauges.sessions)} ${row.state.text} ${row.state.health} ${String(row.counters.requests)} ${String(row.counters.selections)}`] : []))
  assert.deepEqual(servers, ['127.0.0.1:23101 3 listed unchecked null null', '127.0.0.1:23102 4 listed unchecked null null', '127.0.0.1:23103 4 listed unchecked null null', '127.0.0.1:23104 0 listed unchecked null null', '127.0.0.1:23105 0 listed unchecked null null'])
  assert.equal(snapshot.epoch, '1.79517405614e+09')
  assert.match(snapshot.notes?.at(-1) ?? '', /caddy-log:FILE/)
  const bare = toCaddySnapshot([], new Map(), poll)
  assert.deepEqual([bare.rows, bare.notes?.length], [[], 2])
  for (const text of ['', '{', '[{}]', '{"address":"a"}']) assert.equal(parseUpstreams(text), null, text)
  assert.deepEqual(parseUpstreams('null'), [])
})

test('a wall clock that is set here changes no rate: the uptime of Caddy is no second witness', async () => {
  const source = parseLiveSource('caddy:http://127.0.0.1:2019')
  assert.ok(typeof source !== 'string' && source.kind === 'http')
  let taken = { monotonicMs: 0, wallMs: 0 }
  let metrics = ''
  const read = caddyReader({
    ask: (_, request) => Promise.resolve(ok({ text: request.kind === 'get' && request.path === '/metrics' ? metrics : '[]', bytes: 1, readMs: 1, taken })),
    tail: () => assert.fail('Caddy is not a file'),
  }, source)
  const tracker = new IntervalTracker(2000)
  const seen = []
  const hourMs = 3_600_000
  for (const [monotonicMs, aheadMs, start, requests] of [[0, 0, 5, 100], [2000, 0, 5, 200], [4000, hourMs, 5, 300], [6000, -hourMs, 5, 400], [8000, -hourMs, 10, 7]] as const) {
    taken = { monotonicMs, wallMs: 1_000_000 + monotonicMs + aheadMs }
    metrics = `process_start_time_seconds ${start}\ncaddy_http_requests_total{handler="subroute",server="srv0"} ${requests}\n`
    const snapshot = await read(1000, 1000)
    assert.ok(snapshot.ok)
    const interval = tracker.add(snapshot.value)[0]?.interval ?? null
    seen.push([snapshot.value.uptimeSeconds, interval?.durationMs, interval?.deltas.requests, interval?.marks.join('+')])
  }
  assert.deepEqual(seen, [[995, undefined, undefined, undefined], [997, 2000, 100, ''], [999, 2000, 100, 'clock'], [1001, 2000, 100, 'clock'], [0, 2000, null, 'reset']])
})

test('the log names the server in a header, and what Caddy could not pass on counts at no server', () => {
  const tally = new LogTally(caddyLog)
  const lines = [...captured('caddy/access-log-with-upstream.jsonl').trimEnd().split('\n'), ...captured('caddy/errors.access.jsonl').trimEnd().split('\n').slice(0, 2)]
  for (const line of lines) {
    const request = caddyLog.parse(line)
    assert.ok(request !== null && request !== 'other', line)
    tally.add(request, 1_795_174_200_000)
  }
  const rows = tally.snapshot('Caddy', poll, 1_795_174_200_000).rows
  assert.deepEqual(rows.map((row) => `${row.kind} ${row.kind === 'server' ? row.name : row.owner} ${String(row.counters.requests)} ${String(row.counters.status5xx)}`), [
    'listener log0 5 2', 'server 127.0.0.1:23102 1 0', 'server 127.0.0.1:23103 1 0', 'server 127.0.0.1:23101 1 0', 'pool (unnamed) 5 2',
  ])
  assert.ok(Math.abs(Number(rows[1]?.counters.responseMsTotal) - 4.636906) < 1e-6, 'the time of the server, not of the whole request')
})

test('lines of other kinds are passed over, and each way to write times and pools is read', () => {
  assert.equal(caddyLog.parse('{"level":"info","ts":1,"logger":"admin","msg":"x"}'), 'other')
  for (const text of ['', 'x', '[]', 'null', '{}', '127.0.0.1 - - "GET / HTTP/1.1" 200 1']) assert.equal(caddyLog.parse(text), null, text)
  const line = (more: object): ReturnType<typeof caddyLog.parse> => caddyLog.parse(JSON.stringify({ logger: 'http.log.access', ts: '2026-11-20T11:29:24.5Z', status: 200, size: 1, duration: '1m1.5s', ...more }))
  const appended = line({ upstream: '10.0.0.1:80', pool: 'app' })
  assert.ok(appended !== null && appended !== 'other')
  assert.deepEqual([appended.atMs, appended.pool, appended.listener, appended.attempts], [Date.UTC(2026, 10, 20, 11, 29, 24, 500), 'app', 'access', [{ server: '10.0.0.1:80', address: '10.0.0.1:80', status: 200, responseMs: 61_500, failed: false }]])
  const plain = line({})
  assert.ok(plain !== null && plain !== 'other')
  assert.deepEqual([plain.silent, plain.attempts], [true, []])
})
