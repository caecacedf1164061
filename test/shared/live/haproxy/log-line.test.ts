import assert from 'node:assert/strict'
import { test } from 'node:test'
import { haproxyLog, parseHaproxyLine } from '#shared/live/haproxy/log-line.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import { LogTally } from '#shared/live/log/log-tally.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'
import { vectors } from '#test/shared/live/fixtures.ts'

interface Case { readonly line: string; readonly expect: Readonly<Record<string, unknown>> | null }

test('lines of httplog and tcplog say who answered', () => {
  const { cases } = vectors<{ cases: readonly Case[] }>('haproxy-httplog')
  assert.ok(cases.length > 10)
  for (const { line, expect } of cases) {
    const found = parseHaproxyLine(line)
    if (expect === null || expect['frontend'] === undefined) {
      // The other reader of these vectors knows httplog only.
      assert.ok(found === 'other' || found === null || found.protocol === 'tcp', line)
      continue
    }
    assert.ok(found !== null && found !== 'other', line)
    const last = found.attempts.at(-1)
    assert.deepEqual([found.process, found.listener, last?.server ?? null, found.bytesSent], [String(expect['pid']), expect['frontend'], expect['server'] ?? null, expect['bytes']], line)
    if (found.attempts.length > 0) assert.equal(found.pool, expect['backend'], line)
    if (expect['status'] !== undefined) assert.equal(found.status, expect['status'], line)
    if (expect['retries'] !== undefined && last?.server !== null && last !== undefined) assert.equal(found.attempts.length - 1, expect['retries'], line)
    if (expect['Tr'] !== undefined && last?.server !== null && last !== undefined) assert.equal(last.responseMs, expect['Tr'] === -1 ? null : expect['Tr'], line)
  }
})

const line = (target: string, more = '200 638 - - ---- 10/10/0/0/0 0/0', timers = '0/0/0/3/3'): string => `<134>Nov 20 11:12:44 haproxy[15314]: 127.0.0.1:39232 [20/Nov/2026:11:12:44.502] web~ ${target} ${timers} ${more} "GET / HTTP/1.1"`

test('what no server was asked for is told from what none could take', () => {
  const of = (text: string): unknown => {
    const found = parseHaproxyLine(text)
    return found === null || found === 'other' ? found : [found.pool, ...found.attempts.map((one) => `${one.server ?? '-'} ${one.failed ? 'failed' : String(one.status)}`)]
  }
  assert.deepEqual(of(line('web/<NOSRV>', '403 200 - - PR-- 1/1/0/0/0 0/0')), [null])
  assert.deepEqual(of(line('web/<STATS>', '200 200 - - LR-- 1/1/0/0/0 0/0')), [null])
  assert.deepEqual(of(line('api/<NOSRV>', '503 200 - - SC-- 1/1/0/0/0 0/0', '0/-1/-1/-1/0')), ['api', '- 503'])
  assert.deepEqual(of(line('api/a', '200 638 - - ---- 1/1/0/0/2 0/0')), ['api', 'a failed', 'a failed', 'a 200'])
  assert.deepEqual(of(line('api/b', '200 638 - - ---- 1/1/0/0/+1 0/0')), ['api', '- failed', 'b 200'])
  assert.equal(of('<129>Nov 20 11:14:14 haproxy[15314]: Server be_dyn/fixed is going DOWN for maintenance.'), 'other')
  for (const text of ['Nov 20 11:14:14 edge-1 sshd[77]: Connection closed by 10.0.0.9 port 22', '2026-11-20T11:14:14.123456+01:00 edge-1 CRON[5]: (root) CMD (run)', '<78>Nov  2 11:14:14 edge-1 systemd: Started.']) assert.equal(of(text), 'other', text)
  assert.equal(of('Nov 20 11:14:14 edge-1 haproxy: what this is nobody knows'), null)
  for (const text of ['', 'x', '{"a":1}', '127.0.0.1 - - [20/Nov/2026:11:25:30 +0000] "GET / HTTP/1.1" 200 664 "-" "agent"']) assert.equal(of(text), null, text)
})

test('servers of the log are those of the config by their names', () => {
  const config = 'defaults\n  mode http\nfrontend web\n  bind :80\n  default_backend api\nbackend api\n  balance roundrobin\n  server a 10.0.0.1:80 weight 20\n  server b 10.0.0.1:80 weight 10\n  server c 10.0.0.3:80 backup\n'
  const tally = new LogTally(haproxyLog)
  const watch = new LiveWatch(compileConfig(config, new Map()).model, 1000)
  const at = (ms: number): ReturnType<LiveWatch['add']> => watch.add(tally.snapshot('HAProxy', { taken: { monotonicMs: ms, wallMs: ms }, readMs: 1, bytes: 1 }, ms))
  at(0)
  for (let index = 0; index < 90; index += 1) {
    const request = parseHaproxyLine(line(index % 3 === 0 ? 'api/b' : 'api/a'))
    assert.ok(request !== null && request !== 'other')
    tally.add(request, 1000)
  }
  const view = at(1000)
  assert.deepEqual(view.pools[0]?.servers.map(({ member, live }) => `${member?.name ?? '-'} ${String(live?.interval?.deltas.requests)} ${live?.row.state.backup === true}`), ['a 60 false', 'b 30 false', 'c 0 true'])
  assert.deepEqual([view.pools[0]?.shares.verdict, view.drift], ['as-expected', []])
})
