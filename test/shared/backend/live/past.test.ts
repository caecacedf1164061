import assert from 'node:assert/strict'
import { test } from 'node:test'
import { planPast, readPast, type Past } from '#shared/backend/live/past.ts'
import { createPoller } from '#shared/backend/live/poller.ts'
import { failed, ok, type FailureCode } from '#shared/diagnostics/failure.ts'
import { parseLiveSource } from '#shared/live/live-source.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { isAllowed } from '#shared/live/reads.ts'

const nowS = 1_700_000_000
const scrapeS = 5

/** What a Prometheus has of `servers` servers at these times, in seconds. */
function matrix(servers: number, times: readonly number[]): string {
  const common = { job: 'haproxy', instance: 'lb1' }
  const values = (of: (time: number) => string): readonly (readonly [number, string])[] => times.map((time) => [time, of(time)])
  const result = [
    { metric: { __name__: 'haproxy_process_start_time_seconds', ...common }, values: values(() => '5') },
    ...Array.from({ length: servers }, (_, index) => ({ metric: { __name__: 'haproxy_server_http_responses_total', ...common, proxy: 'app', server: `s${index}`, code: '2xx' }, values: values((time) => String(10 * (time - nowS + 1_000_000))) })),
  ]
  return JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } })
}

interface Server {
  readonly past: (pastS: number, mostBytes?: number) => Promise<Past>
  /** Spans that were asked for, in seconds before the newest moment. */
  readonly asked: (readonly [from: number, to: number])[]
}

/** `refuses`: why a question about the past is not answered, by its steps and its turn; null: it is. */
function server(servers: number, refuses: (steps: number, turn: number) => FailureCode | null = () => null): Server {
  const asked: (readonly [number, number])[] = []
  const source = parseLiveSource('prometheus:http://prom:9090/?job=haproxy')
  assert.ok(typeof source !== 'string')
  const poller = createPoller({
    ask: (_, request) => {
      assert.ok(request.kind === 'get' && isAllowed(source, request))
      const range = /start=([\d.]+)&end=([\d.]+)&step=([\d.]+)$/.exec(request.path)
      const [from, to, step] = range === null ? [nowS - scrapeS, nowS, scrapeS] : range.slice(1).map(Number) as [number, number, number]
      const steps = Math.round((to - from) / step) + 1
      if (range !== null) {
        asked.push([nowS - (from - step / 2), nowS - (to - step / 2)])
        const why = refuses(steps, asked.length)
        if (why !== null) return Promise.resolve(failed(why, `It is ${why}.`))
      }
      const text = matrix(servers, Array.from({ length: steps }, (__, index) => from + index * step))
      return Promise.resolve(ok({ text, bytes: text.length, readMs: 1, taken: { monotonicMs: 1, wallMs: 1 } }))
    },
    tail: () => assert.fail('a server is not a file'),
  }, source, 1000)
  return {
    asked,
    past: async (pastS, mostBytes = 1e9) => {
      const past = await readPast(poller, pastS * 1000, 1000, mostBytes)
      assert.ok(past.ok, past.ok ? '' : past.failure.message)
      return past.value
    },
  }
}

async function moments(past: Past): Promise<readonly number[]> {
  const snapshots: LiveSnapshot[] = []
  for await (const part of past.parts()) snapshots.push(...part)
  return snapshots.map((one) => nowS - one.taken.wallMs / 1000)
}
const steps = (from: number, to: number): readonly number[] => Array.from({ length: (from - to) / scrapeS + 1 }, (_, index) => from - index * scrapeS)

test('the past is every scrape of the span, and ends one before the newest', async () => {
  const { past, asked } = server(2)
  const known = await past(60)
  assert.equal(known.newest.taken.wallMs, nowS * 1000)
  assert.deepEqual(await moments(known), steps(65, 5))
  assert.deepEqual([asked, known.problem()], [[[65, 5]], null])
})

test('many servers are asked for in parts, each well below the limit of an answer', () => {
  const day = 24 * 3_600_000
  const [labelBytes, stepBytes] = [17e6, 2.1e6]
  const plan = planPast({ labelBytes, stepBytes }, day * 2, 30 * 60_000, 15_000, 512 * 1024 * 1024)
  assert.deepEqual([plan.stepsOfPart, plan.isShortened], [8, false])
  assert.ok(labelBytes + plan.stepsOfPart * stepBytes < 0.8 * 64 * 1024 * 1024)
  assert.equal(plan.fromMs, day * 2 - 30 * 60_000)
  const long = planPast({ labelBytes, stepBytes }, day * 2, day, 15_000, 512 * 1024 * 1024)
  assert.equal(long.isShortened, true)
  const read = (day * 2 - long.fromMs) / 15_000 + 1
  assert.ok(read * stepBytes + Math.ceil(read / 8) * labelBytes < 540 * 1024 * 1024 && read > 100, `${read} steps`)
  // Few servers: a week is read whole, in parts that the server takes.
  assert.deepEqual(planPast({ labelBytes: 4000, stepBytes: 600 }, day * 8, 7 * day, 5000, 512 * 1024 * 1024), { fromMs: day, stepsOfPart: 5000, isShortened: false })
})

test('what had more servers then is asked for in smaller parts, and nothing is lost or met twice', async () => {
  const { past, asked } = server(2, (count) => (count > 4 ? 'too-large' : null))
  const known = await past(100)
  assert.deepEqual(await moments(known), steps(105, 5))
  assert.equal(known.problem(), null)
  assert.ok(asked.length > 5, JSON.stringify(asked))
})

test('a moment that is too large by itself is left out and said', async () => {
  const { past } = server(2, () => 'too-large')
  const known = await past(100)
  assert.deepEqual(await moments(known), [])
  assert.match(known.problem() ?? '', /^What was from 2023-11-14T22:11:35Z to 2023-11-14T22:11:35Z is missing\. It is too-large\.$/)
})

test('a part that cannot be had is a gap that is said, and after two in turn no more is asked', async () => {
  const once = server(2, (count, turn) => (count > 5 ? 'too-large' : turn === 4 ? 'timeout' : null))
  const known = await once.past(100)
  const seen = await moments(known)
  assert.deepEqual(seen, [...steps(105, 85), ...steps(55, 5)], JSON.stringify(once.asked))
  assert.match(known.problem() ?? '', /^What was from \S+Z to \S+Z is missing\. It is timeout\.$/)
  const dead = server(2, () => 'timeout')
  const nothing = await dead.past(100)
  assert.deepEqual([await moments(nothing), dead.asked.length], [[], 1])
  assert.match(nothing.problem() ?? '', /is missing\. It is timeout\.$/)
})

test('a past that would be too much begins later, and says so', async () => {
  const { past } = server(40)
  const known = await past(1000, 40_000)
  const seen = await moments(known)
  assert.ok(seen.length > 5 && seen.length < 60 && seen.at(-1) === 5, JSON.stringify(seen))
  assert.match(known.problem() ?? '', /^What was before 2023-11-14T22:1\d:\d\dZ is not shown: so many servers make more data than is read at once\.$/)
})

test('a server is asked about once a scrape, soon after it, whatever the seconds between polls', async () => {
  const source = parseLiveSource('prometheus:http://prom:9090/?job=haproxy')
  assert.ok(typeof source !== 'string')
  let atS = nowS + 4.9
  const poller = createPoller({
    ask: () => {
      const last = Math.floor(atS / scrapeS) * scrapeS
      const text = matrix(2, [last - scrapeS, last])
      return Promise.resolve(ok({ text, bytes: text.length, readMs: 1, taken: { monotonicMs: 1, wallMs: 1 } }))
    },
    tail: () => assert.fail('a server is not a file'),
  }, source, 500)
  const lags: number[] = []
  let known = 0
  let polls = 0
  while (atS < nowS + 500) {
    const polled = await poller.poll()
    assert.ok(polled.ok)
    polls += 1
    if (polled.value.taken.wallMs > known) lags.push(atS - polled.value.taken.wallMs / 1000)
    known = polled.value.taken.wallMs
    atS += poller.pauseMs(0.5) / 1000
  }
  assert.equal(lags.length, 100, 'each scrape is met')
  assert.ok(polls < 125, `${polls} polls`)
  assert.ok(Math.max(...lags.slice(1)) < 0.8, JSON.stringify(lags))
})
