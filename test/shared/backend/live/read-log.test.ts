import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { LivePort, TailRead } from '#shared/backend/live-ports.ts'
import { logReader } from '#shared/backend/live/read-log.ts'
import { ok } from '#shared/diagnostics/failure.ts'
import { IntervalTracker } from '#shared/live/intervals.ts'
import { nginxLog } from '#shared/live/nginx/log-line.ts'

const epochMs = 1_700_000_000_000

/** A log on a clock of our own. `at`: milliseconds of the line; null: one that says nothing. */
function logThat(): { readonly write: (at: number | null, earlier?: boolean) => void; readonly poll: (monotonicMs: number, more?: Partial<TailRead>, wallMs?: number) => Promise<string> } {
  let lines: { readonly text: string; readonly earlier: boolean }[] = []
  let facts: TailRead
  const port: Pick<LivePort, 'tail'> = {
    tail: () => ({
      read(take) {
        for (const { text, earlier } of lines) take(text, earlier)
        lines = []
        return Promise.resolve(ok(facts))
      },
      close: () => Promise.resolve(),
    }),
  }
  const read = logReader(port as LivePort, { kind: 'file', surface: 'nginx-log', path: '/log', title: '/log' }, nginxLog)
  const tracker = new IntervalTracker(1000)
  return {
    write(at, earlier = false) { lines.push({ text: at === null ? 'nothing' : JSON.stringify({ msec: (epochMs + at) / 1000, ph: 'app', ua: '10.0.0.1:80', us: '200' }), earlier }) },
    async poll(monotonicMs, more = {}, wallMs = monotonicMs) {
      facts = { bytes: 1, behindBytes: 0, dropped: 0, emptied: false, missing: false, readMs: 1, taken: { monotonicMs, wallMs: epochMs + wallMs }, ...more }
      const answer = await read(1000, 1000)
      if (!answer.ok) return answer.failure.message
      const pool = tracker.add(answer.value).find((one) => one.row.kind === 'pool')
      return [`${answer.value.taken.wallMs - epochMs} ${pool === undefined ? '-' : `${String(pool.row.counters.requests)} ${String(pool.interval?.deltas.requests)} in ${String(pool.interval?.durationMs)}`}`, ...(answer.value.notes ?? [])].join(' | ')
    },
  }
}

test('of what was written before the first poll, only what may still be late counts', async () => {
  const log = logThat()
  for (const at of [1000, 7000, 8500]) log.write(at, true)
  assert.equal(await log.poll(10_000), '8000 -')
  log.write(8800)
  assert.equal(await log.poll(11_000), '9000 2 2 in 1000')
})

test('numbers stay at what was read while more is waiting, and catch up', async () => {
  const log = logThat()
  await log.poll(10_000)
  log.write(8500)
  log.write(9500)
  assert.equal(await log.poll(20_000, { behindBytes: 50 * 1024 * 1024 }), '8000 - | 50 MB of the log are still to be read: the numbers are those of 12 s ago.')
  log.write(15_000)
  assert.equal(await log.poll(21_000, { behindBytes: 1000 }), '13000 2 2 in 5000 | 1 kB of the log are still to be read: the numbers are those of 8 s ago.')
  log.write(20_500)
  assert.equal(await log.poll(23_000), '21000 4 2 in 8000')
})

test('a log that is written through a buffer is waited for', async () => {
  const log = logThat()
  let last = ''
  let most = 0
  for (let second = 10; second < 60; second += 1) {
    // Four seconds at a time, every four seconds.
    if (second % 4 === 0) for (let at = second - 4; at < second; at += 0.5) log.write(at * 1000)
    last = await log.poll(second * 1000)
    const [, delta, duration] = / (\d+) in (\d+)/.exec(last) ?? []
    if (second > 20 && delta !== undefined) most = Math.max(most, Math.abs(Number(delta) / Number(duration) * 1000 - 2))
  }
  assert.ok(most < 0.5, `${most} off two a second`)
  assert.match(last, /Lines come up to \d s late, as with a buffer/)
})

test('a clock that is set back or on does not stop the counting', async () => {
  for (const jump of [-3_600_000, 3_600_000]) {
    const log = logThat()
    await log.poll(10_000)
    log.write(8500)
    assert.match(await log.poll(11_000), /1 1 in 1000/)
    for (let second = 12; second < 20; second += 1) {
      log.write(second * 1000 + jump - 100)
      await log.poll(second * 1000, {}, second * 1000 + jump)
    }
    log.write(19_900 + jump)
    assert.match(await log.poll(22_000, {}, 22_000 + jump), new RegExp(`^${20_000 + jump} 10 `), String(jump))
  }
})

test('what is wrong with a log is said beside its numbers', async () => {
  const log = logThat()
  log.write(null)
  assert.match(await log.poll(10_000), /^\/log does not say which server answered\. .*log_format/)
  log.write(9000)
  log.write(null)
  assert.equal(await log.poll(12_000, { dropped: 2, emptied: true, missing: true }), '10000 1 undefined in undefined | The log is not at its place any more; what is still written to the old file is read. | 1 of 2 new lines do not say which server answered and are left out. | 2 lines were too long and left out. | The log was emptied while it was written: lines may be missing, so the numbers may be too low there.')
})
