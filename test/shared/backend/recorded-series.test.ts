import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { LiveRecorder } from '#shared/backend/live/recorder.ts'
import { readSeries } from '#shared/backend/live/recorded-series.ts'
import { readRecording } from '#shared/live/recording/read-recording.ts'
import { valuesOf } from '#shared/live/recording/row-values.ts'
import { rowKey, type LiveRow, type LiveSnapshot } from '#shared/live/snapshot.ts'
import { nodeRecordings } from '#shared/node/recordings.ts'
import { head, pollAt } from '#test/shared/node/recorded-polls.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-series-'))
after(() => { rmSync(scratch, { recursive: true, force: true }) })

/** 45 servers in three blocks that grow at their own pace; one comes late, one shrinks, one has a large count. */
function pollOf(poll: number): LiveSnapshot {
  const base = pollAt(poll)
  const server = base.rows[1] as LiveRow
  const many = Array.from({ length: 45 }, (_, index): LiveRow => ({
    ...server as Extract<LiveRow, { kind: 'server' }>, owner: 'many', name: `s${index}`, gauges: { sessions: (poll * index) % 7, queued: 0, sessionLimit: null, responseMs: index % 2 === 0 ? poll / 3 : poll },
    counters: { ...server.counters, requests: poll * index, bytesOut: index === 17 ? 2n ** 60n + BigInt(poll) : index === 18 && poll > 100 ? poll : 1000 * poll, denied: index === 19 && poll % 2 === 0 ? null : 0 },
  }))
  return { ...base, rows: [...base.rows, ...(poll < 70 ? many.slice(0, 44) : many)] }
}

async function record(file: string, polls: number): Promise<void> {
  const started = await LiveRecorder.start(nodeRecordings, file, head)
  assert.ok(started.ok)
  for (let poll = 0; poll < polls; poll += 1) started.value.poll(pollOf(poll))
  await started.value.close()
}

test('the history of rows read by itself is the one of the polls', async () => {
  const file = path.join(scratch, 'a.lbrec')
  await record(file, 200)
  const opened = await nodeRecordings.open(file)
  assert.ok(opened.ok)
  const keys = ['server:many/s0', 'server:many/s17', 'server:many/s18', 'server:many/s19', 'server:many/s44', 'listener:web', 'pool:api', 'server:api/c']
  const series = readSeries(opened.value, [...keys, 'server:many/none'])
  assert.ok(series.ok, series.ok ? '' : series.failure.message)
  const whole = readRecording(readFileSync(file))
  assert.ok(whole.ok)
  const polls = whole.value.entries.flatMap((entry) => (entry.kind === 'poll' ? [entry.snapshot] : []))
  assert.deepEqual([...series.value.wallMs], polls.map((poll) => poll.taken.wallMs))
  assert.deepEqual([...series.value.monotonicMs], polls.map((poll) => poll.taken.monotonicMs))
  for (const key of keys) {
    polls.forEach((poll, index) => {
      const row = poll.rows.find((one) => rowKey(one) === key)
      const expected = row === undefined ? null : valuesOf(row).map((value) => (value === null ? NaN : Number(value)))
      const found = series.value.rows.get(key)?.map((column) => column[index] as number) as number[]
      // Ages need the uptime, which is not read.
      if (expected !== null) found[8] = expected[8] as number
      assert.deepEqual(found, expected ?? found.map(() => NaN), `${key} in poll ${index}`)
    })
  }
  assert.ok(series.value.rows.get('server:many/none')?.every((column) => column.every((value) => Number.isNaN(value))))
  const some = readSeries(opened.value, ['listener:web'], 1_700_000_000_000 + 50_000, 1_700_000_000_000 + 130_000)
  assert.ok(some.ok)
  assert.deepEqual([some.value.wallMs.length, some.value.rows.get('listener:web')?.[0]?.[0]], [81, 350])
  opened.value.close()
})

test('a recording that was not closed, or whose index is damaged, has no history by rows and says so', async () => {
  const file = path.join(scratch, 'b.lbrec')
  await record(file, 70)
  const bytes = readFileSync(file)
  for (const [name, damaged] of [['torn', bytes.subarray(0, -10)], ['short', bytes.subarray(0, 40)], ['index', Buffer.concat([bytes.subarray(0, -60), Buffer.alloc(40), bytes.subarray(-20)])]] as const) {
    const broken = path.join(scratch, `${name}.lbrec`)
    writeFileSync(broken, damaged)
    const opened = await nodeRecordings.open(broken)
    assert.ok(opened.ok)
    const series = readSeries(opened.value, ['listener:web'])
    assert.equal(series.ok ? '' : series.failure.code, 'bad-answer', name)
    opened.value.close()
  }
})
