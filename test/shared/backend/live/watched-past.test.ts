import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { createBackend } from '#shared/backend/create-backend.ts'
import type { Result } from '#shared/diagnostics/failure.ts'
import { readRecording } from '#shared/live/recording/read-recording.ts'
import { createNodePorts } from '#shared/node/node-ports.ts'
import type { LiveSessionInfo, TimelineMark } from '#shared/rpc/live-payloads.ts'
import { usualRecordingLimits } from '#shared/rpc/recording-limits.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'
import { startFakePrometheus, type FakePrometheus, type ScrapedServer } from '#test/support/fake-prometheus.ts'

const scratch = mkdtempSync(path.join(os.tmpdir(), 'steelyard-past-'))
const servers: FakePrometheus[] = []
after(async () => {
  for (const one of servers) await one.close()
  rmSync(scratch, { recursive: true, force: true })
})
const backend = createBackend(createNodePorts({ host: { host: 'browser', dialogs: false, open: [] }, dataFolder: path.join(scratch, 'data') }, () => undefined))
const call = { cancelled: () => false }
const options = { dialect: null, root: null, environment: {}, version: null }
const nowS = Date.now() / 1000
const brokenS = nowS - 20 * 60

/** Both get 20 requests a second, until the second one gets nothing any more. */
const app: readonly ScrapedServer[] = [
  { pool: 'app', server: 'a', answered: (atS) => 20 * (atS - nowS + 1e6) + 20 * Math.max(0, atS - brokenS) },
  { pool: 'app', server: 'b', answered: (atS) => 20 * (Math.min(atS, brokenS) - nowS + 1e6) },
]
const config = path.join(scratch, 'haproxy.cfg')
writeFileSync(config, 'defaults\n  mode http\nfrontend web\n  bind :80\n  default_backend app\nbackend app\n  balance roundrobin\n  server a 10.0.0.1:80 weight 100\n  server b 10.0.0.2:80 weight 100\n')

async function valueOf<T>(result: Promise<Result<unknown>>): Promise<T> {
  const read = await result
  assert.ok(read.ok, read.ok ? '' : read.failure.message)
  return read.value as T
}

async function watch(server: FakePrometheus, pastMinutes: number, record: string | null, context = call): Promise<Result<LiveSessionInfo>> {
  servers.push(server)
  const loaded = await valueOf<{ readonly configId: string }>(backend['config.load']({ input: { kind: 'path', path: config }, options }, call))
  return await backend['live.start']({
    source: server.source, configId: loaded.configId, knownGoodId: null, intervalMs: 1000, pastMinutes, options, alerts: '',
    record: record === null ? null : { path: record, limits: usualRecordingLimits },
  }, context) as Result<LiveSessionInfo>
}

test('what Prometheus kept can be rewound, with the alert at the time at which it began, and stands in the recording', async () => {
  const record = path.join(scratch, 'past.lbrec')
  const info = await valueOf<LiveSessionInfo>(watch(await startFakePrometheus(app, 5), 60, record))
  const { sessionId, range } = info
  assert.ok(range !== null && Math.abs((range.toMs - range.fromMs) / 60_000 - 60) < 0.3, JSON.stringify(range))
  assert.deepEqual([info.pastProblem, info.intervalMs], [null, 5000])
  const at = (atMs: number | null): Promise<LiveSample> => valueOf<LiveSample>(backend['live.at']({ sessionId, atMs }, call))
  const rates = ({ pools }: LiveSample): readonly (number | null)[] => pools.find((pool) => pool.name === 'app')?.servers.map((one) => (one.rates.requests === null ? null : Math.round(one.rates.requests))) ?? []
  const good = await at((brokenS - 300) * 1000)
  assert.deepEqual([rates(good), good.alerts], [[20, 20], []])
  const bad = await at((brokenS + 300) * 1000)
  assert.deepEqual([rates(bad), rates(await at(null))], [[40, 0], [40, 0]])
  const marks = await valueOf<readonly TimelineMark[]>(backend['live.marks']({ sessionId }, call))
  const starved = marks.find((mark) => mark.kind === 'alert')
  assert.ok(starved !== undefined && starved.atMs / 1000 > brokenS && starved.atMs / 1000 < brokenS + 60, JSON.stringify(marks))
  const report = await backend['live.report']({ sessionId, format: 'markdown' }, call)
  assert.ok(report.ok)
  await backend['live.stop']({ sessionId }, call)
  // The end of the file is written meanwhile.
  const recording = readRecording(readFileSync(record))
  assert.ok(recording.ok)
  const { configs, entries } = recording.value
  const polls = entries.flatMap((entry) => (entry.kind === 'poll' ? [entry.snapshot] : []))
  assert.ok(polls.length >= 720 && Math.abs((polls[0]?.taken.wallMs ?? 0) / 1000 - (nowS - 3600)) < 30, `${polls.length} polls`)
  assert.deepEqual(configs.map((one) => one.role), ['running'])
})

test('a server that refuses the past is watched all the same, and what is missing is said', async () => {
  const info = await valueOf<LiveSessionInfo>(watch(await startFakePrometheus(app, 1, (asked) => (asked.includes('query_range') ? 'refuse' : null)), 30, null))
  assert.match(info.pastProblem ?? '', /^What was from \S+Z .*is missing\. http:\/\/127\.0\.0\.1:\d+\/\?job=haproxy answers with status 503 instead of statistics\.$/)
  assert.ok((await valueOf<LiveSample>(backend['live.at']({ sessionId: info.sessionId, atMs: null }, call))).pools.length > 0)
  const marks = await valueOf<readonly TimelineMark[]>(backend['live.marks']({ sessionId: info.sessionId }, call))
  assert.deepEqual(marks.map((mark) => mark.text), [info.pastProblem])
  await backend['live.stop']({ sessionId: info.sessionId }, call)
})

test('reading the past can be given up', async () => {
  let asked = 0
  const server = await startFakePrometheus(app, 5)
  const started = await watch(server, 10_080, null, { cancelled: () => (asked += 1) > 3 })
  assert.equal(started.ok ? 'ok' : started.failure.code, 'cancelled')
  const sessions = await valueOf<readonly LiveSessionInfo[]>(backend['live.sessions']({}, call))
  assert.deepEqual(sessions, [])
  const before = server.asked.length
  await new Promise((resolve) => setTimeout(resolve, 2500))
  assert.equal(server.asked.length, before, 'it is not asked any more')
})

test('more of the past than 7 days is refused', async () => {
  const refused = await watch(await startFakePrometheus(app, 5), 10_081, null)
  assert.equal(refused.ok ? 'ok' : refused.failure.message, 'The time before that is shown is 7 days at most.')
})
