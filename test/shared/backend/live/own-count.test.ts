import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OwnCount } from '#shared/backend/live/own-count.ts'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import { parseLiveSource } from '#shared/live/live-source.ts'
import { parseStubStatus, toStatusSnapshot, type StubStatus } from '#shared/live/nginx/stub-status.ts'

type Page = readonly [second: number, requests: number, active: number, epoch?: string] | null

/** A balancer that shows these pages, one after the other; null: it does not answer. */
function counting(pages: readonly Page[], isOwnRequest = false): { readonly count: OwnCount; readonly ask: () => Promise<string | null> } {
  let next = 0
  const count = new OwnCount(() => {
    const page = pages[next++] ?? null
    if (page === null) return Promise.resolve(failed('timeout', 'No answer.'))
    const [second, requests, active, epoch = null] = page
    const status: StubStatus = { accepted: 0, handled: 0, requests, active, reading: 0, writing: 0, waiting: 0 }
    return Promise.resolve(ok({ ...toStatusSnapshot(status, { taken: { monotonicMs: second * 1000, wallMs: 0 }, readMs: 1, bytes: 1 }), epoch }))
  }, isOwnRequest)
  return { count, ask: async () => (await count.ask(1000, 1000))?.message ?? null }
}

test('what was counted is known between two questions, less what is open', async () => {
  const { count, ask } = counting([[10, 100, 3], [11, 120, 4], [12, 150, 2]])
  for (let poll = 0; poll < 3; poll += 1) assert.equal(await ask(), null)
  assert.deepEqual(count.at(11_500, 0), { atLeast: 116, atMost: 150, restarts: 0 })
  assert.deepEqual(count.at(11_000, 0), { atLeast: 116, atMost: 120, restarts: 0 })
  assert.deepEqual(count.at(12_000, 2000), { atLeast: 97, atMost: 150, restarts: 0 })
  assert.deepEqual([count.at(9000, 0), count.at(12_500, 0), count.at(12_000, 3000)], [null, null, null])
})

test('the own questions are not requests of clients', async () => {
  const { count, ask } = counting([[10, 101, 0], [11, 122, 0]], true)
  await ask()
  await ask()
  assert.deepEqual(count.at(10_500, 0), { atLeast: 100, atMost: 120, restarts: 0 })
})

test('another process, and a smaller count, begin anew; a question without an answer does not', async () => {
  const { count, ask } = counting([[10, 100, 0, 'a'], null, [12, 140, 0, 'a'], [13, 150, 0, 'b'], [14, 160, 0, 'b'], [15, 5, 0, 'b'], [16, 7, 0, 'b']])
  assert.deepEqual([await ask(), await ask(), await ask()], [null, 'No answer.', null])
  assert.deepEqual(count.at(11_000, 0), { atLeast: 100, atMost: 140, restarts: 0 })
  await ask()
  assert.equal(count.at(12_500, 0), null)
  await ask()
  assert.deepEqual(count.at(13_500, 0), { atLeast: 150, atMost: 160, restarts: 1 })
  await ask()
  await ask()
  assert.deepEqual(count.at(15_500, 0), { atLeast: 5, atMost: 7, restarts: 2 })
})

test('requests of HTTP/2 under way are more than connections', () => {
  const status = parseStubStatus('Active connections: 2 \nserver accepts handled requests\n 9 9 50 \nReading: 0 Writing: 30 Waiting: 1 \n')
  assert.ok(status !== null)
  assert.equal(toStatusSnapshot(status, { taken: { monotonicMs: 0, wallMs: 0 }, readMs: 1, bytes: 1 }).rows[0]?.gauges.sessions, 30)
})

test('what counts the requests of a log is written behind it', () => {
  const source = parseLiveSource('nginx-log:/var/log/a.log?counted-by=nginx-status:http://127.0.0.1/status')
  assert.ok(typeof source !== 'string' && source.kind === 'file')
  assert.deepEqual([source.path, source.title, source.countedBy?.surface, source.countedBy?.title], ['/var/log/a.log', '/var/log/a.log', 'nginx-status', 'http://127.0.0.1/status'])
  for (const [written, wrong] of [
    ['nginx-log:?counted-by=nginx-status:http://a/', 'nginx-log: takes the path of a log.'],
    ['nginx-log:/a?counted-by=', 'Behind ?counted-by=: The source is empty.'],
    ['nginx-log:/a?counted-by=/run/haproxy.sock', 'The requests of nginx-log are counted by nginx-status, nginx-plus, nginx-vts, not by haproxy.'],
    ['haproxy-log:/a?counted-by=haproxy-log:/b', 'The requests of haproxy-log are counted by haproxy, haproxy-master, haproxy-metrics, not by haproxy-log.'],
    ['haproxy-log:/a?counted-by=http://ops:secret@lb/stats', 'Behind ?counted-by= no user and password can stand.'],
  ] as const) assert.equal(parseLiveSource(written), wrong)
})
