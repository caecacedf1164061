import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { incidentReport } from '#shared/backend/live/report.ts'
import type { RecordedEntry } from '#shared/live/recording/entries.ts'
import { recordedTime } from '#shared/live/recording/recorded-time.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'

const ports = createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: mkdtempSync(path.join(tmpdir(), 'steelyard-report-')) }, () => undefined)
const startMs = Date.UTC(2026, 10, 20, 12, 0, 0)

/** Polls two seconds apart; `aheadMs`: what the clock on the wall is ahead of the real time. */
async function reportOf(entries: readonly RecordedEntry[]): Promise<string> {
  const head = { source: '/run/haproxy.sock', product: 'HAProxy', version: null, startedAt: '2026-11-20T12:00:00+00:00', intervalMs: 2000, writer: 'Steelyard', note: '' }
  const report = await incidentReport(ports, { head, size: 0, entries: function* entriesOf() { yield* entries }, problems: [], close: () => undefined }, 'markdown')
  assert.ok(report.ok)
  return report.value
}
const poll = (seconds: number, aheadMs = 0, epoch = '1'): RecordedEntry => ({
  kind: 'poll', snapshot: { product: 'HAProxy', version: null, taken: { monotonicMs: seconds * 1000, wallMs: startMs + seconds * 1000 + aheadMs }, readMs: 1, bytes: 1, epoch, uptimeSeconds: null, stopping: false, rows: [] },
})
const miss = (seconds: number, aheadMs = 0): RecordedEntry => ({ kind: 'miss', failure: { code: 'unreachable', message: 'Nobody listens.' }, wallMs: startMs + seconds * 1000 + aheadMs })
const timelineOf = (report: string): readonly string[] => [...report.matchAll(/^\| (\d\d:\d\d:\d\d) \| ([^|]+) \| (.+) \|$/gm)].map(([, time, kind, text]) => `${time} ${kind}: ${text}`)

test('a clock that was set back while recording leaves the order and the length of what happened', async () => {
  const back = -3_600_000
  const report = await reportOf([poll(0), poll(2, 0, '2'), poll(4, back, '2'), miss(6, back), miss(8, back), poll(10, back, '3'), poll(12, back, '3')])
  assert.match(report, /^\| To \| 2026-11-20T11:00:12\+00:00 \(12 s\) \|$/m)
  assert.deepEqual(timelineOf(report), [
    '12:00:02 changed: HAProxy was reloaded or restarted.',
    '11:00:04 info: The clock of the machine that recorded went back by 3600 s.',
    '11:00:06 not known: 2 polls failed within 4 s: Nobody listens.',
    '11:00:10 changed: HAProxy was reloaded or restarted.',
  ])
})

test('polls that are missing stand where they began', async () => {
  assert.deepEqual(timelineOf(await reportOf([poll(0), poll(2), poll(20, 0, '2'), poll(22, 0, '2')])), ['12:00:02 not known: No poll for 18 s.', '12:00:20 changed: HAProxy was reloaded or restarted.'])
  assert.deepEqual(timelineOf(await reportOf([poll(0), poll(2, 7_200_000)])), ['14:00:02 info: The clock of the machine that recorded went forward by 7200 s, or the machine slept.'])
})

test('times are those of the zone, also over the end of summer time', () => {
  const startedAt = '2026-10-25T02:30:00+02:00'
  const beginMs = Date.parse(startedAt)
  const at = (zone: string | undefined, hours: number): string => recordedTime({ startedAt, ...(zone === undefined ? {} : { zone }) }, beginMs + hours * 3_600_000)
  assert.deepEqual([at('Europe/Berlin', 0), at('Europe/Berlin', 1)], ['2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00'])
  assert.deepEqual([at('UTC', 0), at('America/New_York', 0)], ['2026-10-25T00:30:00+00:00', '2026-10-24T20:30:00-04:00'])
  for (const zone of [undefined, 'No/Where', '']) assert.equal(at(zone, 1), '2026-10-25T03:30:00+02:00', String(zone))
})
