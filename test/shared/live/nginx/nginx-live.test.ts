import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IntervalTracker } from '#shared/live/intervals.ts'
import { LogTally } from '#shared/live/log/log-tally.ts'
import type { LoggedRequest } from '#shared/live/log/logged-request.ts'
import { nginxLog, parseUpstreamLine } from '#shared/live/nginx/log-line.ts'
import { ReloadSigns } from '#shared/live/log/reload-signs.ts'
import { parseStubStatus } from '#shared/live/nginx/stub-status.ts'
import { parseUpstreamAttempts } from '#shared/live/nginx/upstream-attempts.ts'
import { compileConfig } from '#test/oracle/nginx/harness.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import { captured, vectors } from '#test/shared/live/fixtures.ts'

interface Case { readonly ua: string; readonly us: string; readonly urt: string; readonly uct: string; readonly expect: readonly { group: number; addr: string; isAddress: boolean; status: number | null; rt: number | null; ct: number | null }[] }

test('lists of tries and pools are taken apart', () => {
  const { cases } = vectors<{ cases: readonly Case[] }>('nginx-upstream-vars')
  assert.ok(cases.length > 5)
  for (const { ua, us, urt, uct, expect } of cases) {
    assert.deepEqual(parseUpstreamAttempts({ addresses: ua, statuses: us, responseTimes: urt, connectTimes: uct }), expect.map((one) => ({
      group: one.group, address: one.addr, isAddress: one.isAddress, status: one.status, responseSeconds: one.rt, connectSeconds: one.ct,
    })), ua)
  }
})

test('the page of totals', () => {
  assert.deepEqual(parseStubStatus(captured('nginx/before-reload.stub_status.txt')), { active: 1, accepted: 54, handled: 54, requests: 2276, reading: 0, writing: 1, waiting: 0 })
  assert.ok((parseStubStatus(captured('nginx/after-reload.stub_status.txt'))?.requests ?? 0) > 2276, 'a reload keeps the totals')
  assert.equal(parseStubStatus(captured('nginx/after-restart.stub_status.txt'))?.requests, 1)
  assert.equal(parseStubStatus('<html>'), null)
})

const linesOf = (name: string): readonly LoggedRequest[] => captured(`nginx/${name}.access.jsonl`).trimEnd().split('\n').flatMap((line) => parseUpstreamLine(line) ?? [])

const pollAt = (ms: number): { readonly taken: { readonly monotonicMs: number; readonly wallMs: number }; readonly readMs: number; readonly bytes: number } => ({ taken: { monotonicMs: ms, wallMs: ms }, readMs: 0, bytes: 0 })

test('lists of tries are read whole where no quotes stand around them', () => {
  const values = { upstream_addr: '10.0.0.1:80, unix:/run/b.sock : [::1]:81, 10.0.0.2:80', upstream_status: '502, 504 : 503, 200', upstream_response_time: '0.000, 1.000 : 0.002, 0.110', upstream_connect_time: '-, - : 0.001, 0.000', proxy_host: 'app' }
  const lineOf = (join: string, quote: string): string => `127.0.0.1 - - [29/Nov/2026:17:48:00 +0000] 1795974480.617 "GET / HTTP/1.1" 200 3 "-" "a, b : c" ${Object.entries(values).map(([name, value]) => `${name}=${quote}${value}${quote}`).join(join)}`
  const quoted = parseUpstreamLine(lineOf(' ', '"'))
  assert.deepEqual(quoted?.attempts.map((one) => [one.address, one.status, one.responseMs, one.failed]), [['[::1]:81', 503, 2, false], ['10.0.0.2:80', 200, 110, false]])
  assert.deepEqual(quoted?.earlier?.[0]?.attempts.map((one) => [one.address, one.status, one.failed]), [['10.0.0.1:80', 502, true], ['unix:/run/b.sock', 504, true]])
  assert.deepEqual(parseUpstreamLine(lineOf(' ', '')), quoted)
  assert.deepEqual(parseUpstreamLine(lineOf(', ', '')), quoted)
  assert.deepEqual(parseUpstreamLine(lineOf(', ', '"')), quoted)
  assert.deepEqual(parseUpstreamLine('upstream_addr=10.0.0.1:80 other=a,b upstream_status=200 x')?.attempts.map((one) => [one.address, one.status]), [['10.0.0.1:80', 200]])
})

test('lines as JSON and as text say the same', () => {
  const json = parseUpstreamLine('{"v":1,"msec":1795173930.931,"pid":26693,"st":200,"bs":664,"ph":"up_zone","ua":"127.0.0.1:23102","us":"200","uct":"0.000","urt":"0.004"}')
  const text = parseUpstreamLine('127.0.0.1 - [2026-11-20T11:25:30+00:00] 1795173930.931 "GET /zone?up=1 HTTP/1.1" 200 664 0.005 pool=up_zone proxy_host=up_zone up="127.0.0.1:23102" us="200" uct="0.000" urt="0.004"')
  assert.equal(json?.atMs, 1795173930931)
  assert.deepEqual([text?.pool, text?.attempts, text?.atMs, text?.status, text?.bytesSent], [json.pool, json.attempts, json.atMs, json.status, json.bytesSent])
})

test('a log without servers says nothing about them, and a request cannot pass for a field', () => {
  assert.equal(parseUpstreamLine('127.0.0.1 - - [20/Nov/2026:11:25:30 +0000] "GET / HTTP/1.1" 200 664 "-" "agent"'), null)
  assert.equal(parseUpstreamLine('127.0.0.1 - - [x] "GET /? up=10.0.0.1:80 HTTP/1.1" 200 664 "-" "a"'), null)
  assert.equal(parseUpstreamLine('{"broken'), null)
  assert.equal(parseUpstreamLine('null'), null)
  assert.equal(parseUpstreamLine('{"ua":"10.0.0.1:80","uri":"/\\x22"}')?.attempts[0]?.server, '10.0.0.1:80', 'quotes as nginx writes them without escape=json')
})

test('answers count at the last server, tries at each, and a pool without a live server has none', () => {
  const tally = new LogTally(nginxLog)
  const lines = linesOf('errors-5xx-retried')
  for (const line of lines) tally.add(line, line.atMs ?? 0)
  const { rows } = tally.snapshot('nginx', pollAt(0), Infinity)
  const pools = rows.filter((row) => row.kind === 'pool')
  const named = pools.filter((row) => row.owner !== '(unnamed)')
  assert.equal(named.reduce((sum, row) => sum + Number(row.counters.requests), 0), lines.filter((line) => line.attempts.length > 0).length)
  assert.equal(Number(pools.find((row) => row.owner === '(unnamed)')?.counters.status5xx), lines.filter((line) => line.earlier !== undefined).length, 'pools that failed before an internal redirect')
  assert.ok(pools.some((row) => Number(row.counters.retries) > 0))
  const down = new LogTally(nginxLog)
  for (const line of linesOf('pool-down').filter((one) => one.attempts.length === 1 && one.attempts[0]?.server === null)) down.add(line, line.atMs ?? 0)
  const empty = down.snapshot('nginx', pollAt(0), Infinity).rows.filter((row) => row.kind !== 'listener')
  assert.ok(empty.length > 0 && empty.every((row) => row.kind === 'pool' && !row.up))
})

test('counts of a log become rates like those of any other source', () => {
  const tally = new LogTally(nginxLog)
  const tracker = new IntervalTracker(1000)
  const lines = linesOf('healthy')
  for (const line of lines.slice(0, 20)) tally.add(line, line.atMs ?? 0)
  tracker.add(tally.snapshot('nginx', pollAt(0), Infinity))
  for (const line of lines.slice(20)) tally.add(line, line.atMs ?? 0)
  const rated = tracker.add(tally.snapshot('nginx', pollAt(1000), Infinity))
  const known = rated.filter((one) => one.interval !== null && one.row.kind === 'pool')
  assert.ok(known.length > 0 && known.every((one) => one.interval?.marks.length === 0))
})

const line = (seconds: number, address: string, more: object = {}): string => JSON.stringify({ msec: seconds, pid: 1, st: 200, bs: 10, ph: 'app', ua: address, us: '200', uct: '0.001', urt: '0.020', ...more })

function lookAt(config: string, lines: readonly string[]): ReturnType<LiveWatch['add']> {
  const tally = new LogTally(nginxLog)
  const watch = new LiveWatch(compileConfig(config).model, 1000)
  watch.add(tally.snapshot('nginx', pollAt(0), 0))
  for (const one of lines) {
    const request = parseUpstreamLine(one)
    assert.ok(request !== null, one)
    tally.add(request, 1000)
  }
  return watch.add(tally.snapshot('nginx', pollAt(1000), 1000))
}
const told = (view: ReturnType<LiveWatch['add']>): readonly string[] => view.pools.flatMap((pool) => pool.servers.map(({ member, live }) => `${pool.name} ${member?.name ?? '-'} ${live?.row.name ?? '-'} ${live?.interval?.deltas.requests ?? live?.interval?.deltas.connections ?? '-'}`))
const http = (upstream: string, pass = 'http://app'): string => `events {}\nhttp {\n  upstream app {\n${upstream}\n  }\n  server { listen 8080; location / { proxy_pass ${pass}; } }\n}\n`

test('a request counts once its time is over, however late its line comes, and exactly', () => {
  const tally = new LogTally(nginxLog)
  for (const seconds of [1.5, 0.5, 2.5]) tally.add(parseUpstreamLine(line(seconds, '10.0.0.1:80')) as LoggedRequest, 3000)
  const countAt = (untilMs: number): unknown => tally.snapshot('nginx', pollAt(untilMs), untilMs).rows.find((row) => row.kind === 'pool')?.counters.requests
  assert.deepEqual([countAt(1000), countAt(2000)], [1, 2])
  tally.add(parseUpstreamLine(line(0.7, '10.0.0.1:80')) as LoggedRequest, 3000)
  assert.deepEqual([countAt(2000), countAt(3000)], [3, 4])
  tally.add(parseUpstreamLine(line(3600, '10.0.0.1:80')) as LoggedRequest, 3000)
  assert.equal(countAt(3000), 5, 'a time that lies ahead is not waited for')
})

test('servers of a group that got nothing are there with nothing, and shares are those of the config', () => {
  const lines = Array.from({ length: 90 }, (_, index) => line(0.5, index % 3 === 0 ? '10.0.0.1:80' : '10.0.0.2:8080'))
  const view = lookAt(http('    server 10.0.0.1;\n    server 10.0.0.2:8080 weight=2;\n    server 10.0.0.3:80 backup;\n    server 10.0.0.4:80 down;'), lines)
  assert.deepEqual(told(view), ['app 10.0.0.1 10.0.0.1:80 30', 'app 10.0.0.2:8080 10.0.0.2:8080 60', 'app 10.0.0.3:80 10.0.0.3:80 0', 'app 10.0.0.4:80 10.0.0.4:80 0'])
  assert.equal(view.pools[0]?.shares.verdict, 'as-expected', view.pools[0]?.shares.sentence)
  assert.deepEqual(view.drift, [])
  const starved = lookAt(http('    server 10.0.0.1;\n    server 10.0.0.2:8080;'), Array.from({ length: 90 }, () => line(0.5, '10.0.0.1:80')))
  assert.equal(starved.pools[0]?.shares.verdict, 'once', 'one that never shows up in the log is missed')
})

test('addresses behind a host name, sockets, IPv6 and lines that are written twice find their lines', () => {
  const view = lookAt(http('    server app.internal:8080;\n    server unix:/run/app.sock;\n    server [2001:DB8::1]:80;\n    server 10.0.0.9:80;\n    server 10.0.0.9:80 weight=3;'), [
    line(0.5, '10.0.0.1:8080'), line(0.5, '10.0.0.2:8080'), line(0.5, 'unix:/run/app.sock'), line(0.5, '[2001:db8:0::1]:80'), line(0.5, '10.0.0.9:80'),
  ])
  assert.deepEqual(told(view), [
    'app app.internal:8080 (10.0.0.1:8080) 10.0.0.1:8080 1', 'app app.internal:8080 (10.0.0.2:8080) 10.0.0.2:8080 1', 'app unix:/run/app.sock unix:/run/app.sock 1',
    'app [2001:DB8::1]:80 [2001:db8:0::1]:80 1', 'app 10.0.0.9:80 10.0.0.9:80 1',
  ])
  assert.equal(view.pools[0]?.servers.at(-1)?.member?.options.weight, 4)
  assert.deepEqual(view.drift, [])
})

test('a server that the config lacks is drift; pools in any case, direct addresses and pools of variables are told apart', () => {
  const view = lookAt(http('    server 10.0.0.1:80;', 'http://APP'), [line(0.5, '10.0.0.7:80', { ph: 'APP' }), line(0.5, '10.0.0.8:80', { ph: '10.0.0.8' }), line(0.5, 'app', { us: '502', uct: '-', st: 502 })])
  assert.deepEqual(view.drift.map((one) => one.sentence), ['Server 10.0.0.7:80 of pool app gets traffic, and the config does not have it.', 'Requests go to 10.0.0.8, which the config does not name.'])
  const pool = view.pools.find((one) => one.name === 'app')
  assert.equal(pool?.ownErrorsPerSecond, 1)
})

test('sessions and servers without a named pool go to the only group that has their address', () => {
  const stream = 'events {}\nstream {\n  upstream l4 { server 10.0.0.1:53; server 10.0.0.2:53; }\n  server { listen 53; proxy_pass l4; }\n}\n'
  const session = (address: string): string => JSON.stringify({ msec: 0.5, proto: 'TCP', st: 200, ua: address, uct: '0.001' })
  const view = lookAt(stream, [session('10.0.0.1:53'), session('10.0.0.1:53'), session('10.0.0.2:53')])
  assert.deepEqual(told(view), ['stream l4 10.0.0.1:53 10.0.0.1:53 2', 'stream l4 10.0.0.2:53 10.0.0.2:53 1'])
  assert.equal(view.pools[0]?.live?.interval?.deltas.connections, 3)
})

/** Generations told after each phase, in which these workers write in turn, 20 lines a second. */
function generationsOf(phases: readonly (readonly [seconds: number, ...pids: number[]])[]): readonly (string | null)[] {
  const signs = new ReloadSigns()
  let atMs = 0
  return phases.map(([seconds, ...pids]) => {
    for (let index = 0; index < seconds * 20; index += 1) {
      signs.add({ process: String(pids[index % pids.length]), atMs })
      atMs += 50
    }
    return signs.generation
  })
}

test('a worker that is idle is not taken for one that a reload replaced', () => {
  const turns = [[5, 100], [5, 101], [5, 100], [5, 101], [20, 100], [40, 101]] as const
  assert.deepEqual(generationsOf(turns), turns.map(() => '#0'), 'a client whose connections go to one worker and the other')
  assert.deepEqual(generationsOf([[5, 100, 101], [5, 102], [5, 101], [40, 102]]), ['#0', '#0', '#0', '#0'], 'a third one')
  assert.deepEqual(generationsOf([[5, 100], [40, 101], [5, 100], [40, 101], [40, 100]]), ['#0', '#1', '#1', '#1', '#1'], 'one that comes back after it was taken for replaced')
})

test('a reload is told soon where it can be nothing else, and later where it can', () => {
  assert.deepEqual(generationsOf([[5, 100, 101], [3, 102, 103]]), ['#0', '#1'], 'all fall silent together')
  assert.deepEqual(generationsOf([[5, 100], [3, 900], [3, 1700]]), ['#0', '#1', '#2'], 'numbers far apart')
  assert.deepEqual(generationsOf([[5, 100], [20, 101], [15, 101]]), ['#0', '#0', '#1'], 'numbers next to each other')
  assert.deepEqual(generationsOf([[5, 100, 101], [3, 900, 901], [0.5, 100], [5, 900, 901]]), ['#0', '#1', '#1', '#1'], 'requests that end late in an old one')
  const untimed = new ReloadSigns()
  for (const process of [...Array<string>(30).fill('100'), ...Array<string>(20).fill('101')]) untimed.add({ process, atMs: null })
  assert.equal(untimed.generation, '#1', 'lines without a time, as those of HAProxy')
})

test('a reload shows in workers that are all new, not in one of them', () => {
  const tally = new LogTally(nginxLog)
  const generations: (string | undefined)[] = []
  for (const pids of [[1, 2], [2, 3], [4, 5], [4, 5]]) {
    for (let index = 0; index < 30; index += 1) tally.add(parseUpstreamLine(line(generations.length * 3, '10.0.0.1:80', { pid: pids[index % 2] })) as LoggedRequest, 60_000)
    generations.push(tally.snapshot('nginx', pollAt(0), Infinity).generation)
  }
  assert.deepEqual(generations, ['#0', '#0', '#1', '#1'])
})

test('a server that answers more slowly than it used to is told from exact times, in few polls', () => {
  const tally = new LogTally(nginxLog)
  const session = new LiveSession(compileConfig(http('    server 10.0.0.1:80;\n    server 10.0.0.2:80;')).model, 1000, null)
  const toldAt: number[] = []
  for (let poll = 0; poll <= 40; poll += 1) {
    for (let index = 0; index < 20; index += 1) tally.add(parseUpstreamLine(line(poll - 0.5, `10.0.0.${1 + index % 2}:80`, { urt: poll > 20 && index % 2 === 0 ? '0.080' : '0.005' })) as LoggedRequest, poll * 1000)
    const { view, alerts } = session.add(tally.snapshot('nginx', pollAt(poll * 1000), poll * 1000))
    if (alerts.some((alert) => alert.rule === 'latency')) toldAt.push(poll)
    if (poll === 10) assert.deepEqual(view.pools[0]?.servers.map(({ live }) => live?.row.gauges.responseMs), [5, 5])
    assert.deepEqual(alerts.filter((alert) => alert.rule !== 'latency' || alert.server !== '10.0.0.1:80'), [])
  }
  assert.ok((toldAt[0] ?? 99) <= 25, toldAt.join())
})

test('a pool whose errors another one answers is found by its addresses', () => {
  const config = 'events {}\nhttp {\n  upstream app { server 10.0.0.1:80; server 10.0.0.2:80; }\n  upstream spare { server 10.0.0.9:80; }\n  server { listen 80; location / { error_page 500 = @spare; proxy_intercept_errors on; proxy_pass http://app; } location @spare { proxy_pass http://spare; } }\n}\n'
  const view = lookAt(config, [line(0.5, '10.0.0.1:80'), line(0.5, '10.0.0.2:80 : 10.0.0.9:80', { ph: 'spare', us: '500 : 200', uct: '0.001 : 0.001', urt: '0.010 : 0.020' }), line(0.5, '10.0.0.1:80 : 10.0.0.9:80', { ph: 'spare', us: '500 : 200', uct: '0.001 : 0.001', urt: '0.040 : 0.020' }), line(0.5, 'app : 10.0.0.9:80', { ph: 'spare', us: '502 : 200', uct: '- : 0.001', urt: '0.000 : 0.020' })])
  assert.deepEqual(told(view), ['app 10.0.0.1:80 10.0.0.1:80 2', 'app 10.0.0.2:80 10.0.0.2:80 1', 'spare 10.0.0.9:80 10.0.0.9:80 3'])
  const [app] = view.pools
  assert.deepEqual(app?.servers.map(({ live }) => [live?.interval?.deltas.status5xx, live?.row.gauges.responseMs]), [[1, 30], [1, 10]])
  assert.deepEqual([app?.live?.interval?.deltas.requests, app?.live?.interval?.deltas.status5xx, app?.ownErrorsPerSecond], [4, 3, 1], 'one had no server to go to')
})

/** Polls a second apart, each with the lines of the second before it; what every poll told. */
function watchLog(config: string, seconds: readonly (readonly string[])[]): readonly ReturnType<LiveSession['add']>[] {
  const tally = new LogTally(nginxLog)
  const session = new LiveSession(compileConfig(config).model, 1000, null)
  return [[], ...seconds].map((lines, poll) => {
    for (const one of lines) tally.add(parseUpstreamLine(one) as LoggedRequest, poll * 1000)
    return session.add(tally.snapshot('nginx', pollAt(poll * 1000), poll * 1000))
  })
}
const times = <T>(count: number, one: T): readonly T[] => Array.from({ length: count }, () => one)
const alertsOf = (moments: readonly ReturnType<LiveSession['add']>[]): readonly string[] => moments.map(({ alerts }) => alerts.map((one) => `${one.severity} ${one.key}`).join())
const onBackup = http('    server 10.0.0.1:80;\n    server 10.0.0.2:80;\n    server 10.0.0.9:80 backup;')
const failing = { us: '502, 200', uct: '-, 0.001', urt: '0.001, 0.010' }

test('a pool that a log shows on its backup is told so, in alert, share and state, until a primary answers', () => {
  const primaries = [...times(10, line(0, '10.0.0.1:80')), ...times(10, line(0, '10.0.0.2:80'))]
  const failed = line(0, '10.0.0.1:80, 10.0.0.2:80, 10.0.0.9:80', { us: '502, 502, 200', uct: '-, -, 0.001', urt: '0.001, 0.001, 0.010' })
  const backup = [failed, ...times(19, line(0, '10.0.0.9:80'))]
  const moments = watchLog(onBackup, [primaries, backup, backup, [], backup, primaries, primaries])
  assert.deepEqual(alertsOf(moments), ['', '', '', 'warning backups:app', 'warning backups:app', 'warning backups:app', 'warning backups:app', ''])
  const { view, alerts } = moments[5] as (typeof moments)[number]
  const [pool] = view.pools
  assert.deepEqual([pool?.shares.onBackups, pool?.shares.sentence], [true, 'Only 10.0.0.9:80 of pool app takes requests, a backup.'])
  assert.deepEqual(pool?.servers.map(({ live }) => live?.row.state.text), ['no answer', 'no answer', 'in the log'])
  assert.equal(alerts[0]?.sentence, 'Pool app runs on its backups: no primary server answered, and backups gave 20 of 20 answers since the poll before.')
  assert.deepEqual(alerts[0].evidence.filter((words) => /can take|is in the log/.test(words)), [], 'states are not in a log')
  assert.equal(moments[6]?.view.pools[0]?.shares.onBackups, false)
  // Before anything was asked nothing is told.
  assert.equal(moments[0]?.view.pools[0]?.shares.onBackups, false)
})

test('backups that help out beside primaries are told, too', () => {
  const moments = watchLog(onBackup, times(3, [...times(15, line(0, '10.0.0.1:80')), ...times(5, line(0, '10.0.0.1:80, 10.0.0.9:80', failing))]))
  assert.deepEqual(alertsOf(moments).map((keys) => keys.includes('warning backups:app')), [false, false, true, true])
  assert.equal(moments[3]?.alerts.find((one) => one.rule === 'backups')?.sentence, 'Backups of pool app gave 5 of its 20 answers since the poll before: at times no primary server can take requests.')
  assert.equal(moments[3]?.view.pools[0]?.shares.onBackups, false)
})

test('answers that no server gave tell that none can be asked, until one answers', () => {
  const config = http('    server 10.0.0.1:80;\n    server 10.0.0.2:80;')
  const good = [...times(10, line(0, '10.0.0.1:80')), ...times(10, line(0, '10.0.0.2:80'))]
  const asked = line(0, '10.0.0.1:80, 10.0.0.2:80', { st: 502, us: '502, 502', uct: '-, -', urt: '0.001, 0.001' })
  const bare = line(0, 'app', { st: 502, us: '502', uct: '-', urt: '0.000' })
  const dead = [asked, ...times(19, bare)]
  const moments = watchLog(config, [good, dead, dead, [], [asked], dead, good, good])
  assert.deepEqual(alertsOf(moments).map((keys) => keys.includes('critical health:app')), [false, false, false, true, true, true, true, true, false])
  const { view, alerts } = moments[6] as (typeof moments)[number]
  const told = alerts.find((one) => one.rule === 'health')
  assert.equal(told?.sentence, 'No server of pool app answers: there was none to send requests to (10.0.0.1:80, 10.0.0.2:80), so the balancer answered itself.')
  assert.ok(alerts.every((one) => one.rule === 'health' || one.mutedBy === 'health:app'))
  assert.ok(alerts.every((one) => one.evidence.every((words) => !words.includes('can take'))))
  assert.deepEqual([view.pools[0]?.shares.verdict, view.pools[0]?.live?.row.up], ['down', false])
  assert.equal(moments[7]?.view.pools[0]?.live?.row.up, true)
  // One of many requests without a server is no dead pool: a worker of its own took both out.
  assert.deepEqual(alertsOf(watchLog(config, times(3, [...good, bare]))).filter((keys) => keys.includes('health')), [])
})
