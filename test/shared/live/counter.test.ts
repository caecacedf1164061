import assert from 'node:assert/strict'
import { test } from 'node:test'
import { growthOf, smoothRate, type Reading } from '#shared/live/counter.ts'
import { IntervalTracker } from '#shared/live/intervals.ts'
import type { Counters, LiveSnapshot } from '#shared/live/snapshot.ts'
import { capturedPoll, vectors } from './fixtures.ts'

interface Sample { readonly mono: number; readonly wall: number; readonly src: number | null; readonly epoch: string; readonly v: number | null }
interface Expected { readonly q: string; readonly delta?: number; readonly delta_min?: number | null; readonly dt?: number; readonly rate?: number | null }

/** Names of marks in the vectors, in their order. */
const words = { 'clock': 'clock', 'reset': 'reset', 'preserved': 'epoch-preserved', 'gap': 'gap', 'wide': 'wide' } as const

for (const { name, samples, expect, nominal_ms: nominalMs } of vectors<{ cases: readonly { name: string; samples: readonly Sample[]; expect: readonly Expected[]; nominal_ms: number }[] }>('rates').cases) {
  test(`growth of a counter: ${name}`, () => {
    let before: Reading | null = null
    let usual: number | null = null
    samples.forEach((sample, index) => {
      const wanted = expect[index] as Expected
      if (sample.v === null) return
      const after: Reading = { monotonicMs: sample.mono, wallMs: sample.wall, uptimeSeconds: sample.src, epoch: sample.epoch, value: sample.v }
      if (before === null) assert.equal(wanted.q, 'first')
      else {
        const grown = growthOf(before, after, usual, nominalMs)
        assert.ok(grown !== null)
        assert.equal(grown.marks.map((mark) => words[mark]).join('+') || 'ok', wanted.q)
        assert.equal(grown.durationMs, wanted.dt)
        assert.equal(grown.delta ?? undefined, wanted.delta)
        if (wanted.q.includes('reset')) assert.equal(grown.leastDelta, wanted.delta_min)
        assert.equal(grown.rate === null ? null : Number(grown.rate.toFixed(4)), wanted.rate)
        if (grown.rate !== null) usual = smoothRate(usual, grown.rate)
      }
      before = after
    })
  })
}

test('no time between two readings is no interval', () => {
  const reading: Reading = { monotonicMs: 5, wallMs: 5, uptimeSeconds: 1, epoch: 'a', value: 1 }
  assert.equal(growthOf(reading, reading, null, 1000), null)
})

test('two captured polls give the rates between them', () => {
  const tracker = new IntervalTracker(1000)
  assert.ok(tracker.add(capturedPoll('healthy', 0)).every((one) => one.interval === null))
  const rated = tracker.add(capturedPoll('healthy-plus1s', 1000))
  const web = rated.find(({ row }) => row.kind === 'pool' && row.owner === 'be_web')?.interval
  const servers = rated.filter(({ row }) => row.kind === 'server' && row.owner === 'be_web').map((one) => one.interval?.deltas.requests ?? 0)
  assert.deepEqual(web?.marks, [])
  assert.ok((web?.deltas.requests ?? 0) > 20)
  assert.ok(Math.abs((web?.deltas.requests ?? 0) - servers.reduce((sum, one) => sum + one, 0)) <= 2, `${web?.deltas.requests} against ${servers.join()}`)
})

const none: Counters = {
  requests: null, connections: null, selections: null, bytesIn: null, bytesOut: null, status1xx: null, status2xx: null, status3xx: null, status4xx: null, status5xx: null, statusOther: null,
  failedConnections: null, failedResponses: null, denied: null, retries: null, redispatches: null,
}
const poll = (atMs: number, epoch: string | null, requests: number, stateSeconds: number, bytes = 0): LiveSnapshot => ({
  product: 'HAProxy', version: null, taken: { monotonicMs: atMs, wallMs: atMs }, readMs: 0, bytes: 0, epoch, uptimeSeconds: null, stopping: false,
  rows: [{ kind: 'pool', owner: 'web', protocol: 'http', algorithm: null, up: true, stateSeconds, gauges: { sessions: 0, queued: 0, sessionLimit: null, responseMs: null }, counters: { ...none, requests, bytesIn: bytes } }],
})

test('without a process id, states that are all younger than they can be tell of a restart', () => {
  const tracker = new IntervalTracker(1000)
  tracker.add(poll(0, null, 100, 500))
  assert.deepEqual(tracker.add(poll(1000, null, 400, 1))[0]?.interval?.marks, ['reset'])
  assert.deepEqual(tracker.add(poll(2000, null, 700, 2))[0]?.interval?.deltas.requests, 300)
})

test('one counter that shrank resets its row', () => {
  const tracker = new IntervalTracker(1000)
  tracker.add(poll(0, 'a', 10, 5, 1000))
  const interval = tracker.add(poll(1000, 'a', 20, 6, 10))[0]?.interval
  assert.deepEqual(interval?.marks, ['reset'])
  assert.equal(interval?.deltas.requests, null)
})

test('a row that comes back is new', () => {
  const tracker = new IntervalTracker(1000)
  tracker.add(poll(0, 'a', 10, 5))
  tracker.add({ ...poll(1000, 'a', 0, 6), rows: [] })
  assert.equal(tracker.add(poll(2000, 'a', 30, 7))[0]?.interval, null)
})
