import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IntervalTracker } from '#shared/live/intervals.ts'
import { parseUpstreamLine, type UpstreamLine } from '#shared/live/nginx/log-line.ts'
import { LogTally } from '#shared/live/nginx/log-tally.ts'
import { parseStubStatus } from '#shared/live/nginx/stub-status.ts'
import { parseUpstreamAttempts } from '#shared/live/nginx/upstream-attempts.ts'
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

const linesOf = (name: string): readonly UpstreamLine[] => captured(`nginx/${name}.access.jsonl`).trimEnd().split('\n').flatMap((line) => parseUpstreamLine(line) ?? [])

test('lines as JSON and as text say the same', () => {
  const json = parseUpstreamLine('{"v":1,"msec":1795173930.931,"pid":26693,"st":200,"bs":664,"ph":"up_zone","ua":"127.0.0.1:23102","us":"200","uct":"0.000","urt":"0.004"}')
  const text = parseUpstreamLine('127.0.0.1 - [2026-11-20T11:25:30+00:00] 1795173930.931 "GET /zone?up=1 HTTP/1.1" 200 664 0.005 pool=up_zone proxy_host=up_zone up="127.0.0.1:23102" us="200" uct="0.000" urt="0.004"')
  assert.equal(json?.atMs, 1795173930931)
  assert.deepEqual([text?.pool, text?.attempts], [json.pool, json.attempts])
})

test('a log without servers says nothing about them, and a request cannot pass for a field', () => {
  assert.equal(parseUpstreamLine('127.0.0.1 - - [20/Nov/2026:11:25:30 +0000] "GET / HTTP/1.1" 200 664 "-" "agent"'), null)
  assert.equal(parseUpstreamLine('127.0.0.1 - - [x] "GET /? up=10.0.0.1:80 HTTP/1.1" 200 664 "-" "a"'), null)
  assert.equal(parseUpstreamLine('{"broken'), null)
})

test('answers count at the last server, tries at each, and a pool without a live server has none', () => {
  const tally = new LogTally()
  const lines = linesOf('errors-5xx-retried')
  for (const line of lines) tally.add(line)
  const { rows } = tally.snapshot({ monotonicMs: 0, wallMs: 0 }, 'a')
  const pools = rows.filter((row) => row.kind === 'pool')
  assert.equal(pools.reduce((sum, row) => sum + Number(row.counters.requests), 0), lines.filter((line) => line.attempts.length > 0).length)
  assert.ok(pools.some((row) => Number(row.counters.retries) > 0))
  const down = new LogTally()
  for (const line of linesOf('pool-down').filter((one) => one.attempts.length === 1 && one.attempts[0]?.isAddress === false)) down.add(line)
  const empty = down.snapshot({ monotonicMs: 0, wallMs: 0 }, 'a').rows
  assert.ok(empty.length > 0 && empty.every((row) => row.kind === 'pool' && !row.up))
})

test('counts of a log become rates like those of any other source', () => {
  const tally = new LogTally()
  const tracker = new IntervalTracker(1000)
  const lines = linesOf('healthy')
  for (const line of lines.slice(0, 20)) tally.add(line)
  tracker.add(tally.snapshot({ monotonicMs: 0, wallMs: 0 }, 'a'))
  for (const line of lines.slice(20)) tally.add(line)
  const rated = tracker.add(tally.snapshot({ monotonicMs: 1000, wallMs: 1000 }, 'a'))
  const known = rated.filter((one) => one.interval !== null && one.row.kind === 'pool')
  assert.ok(known.length > 0 && known.every((one) => one.interval?.marks.length === 0))
})
