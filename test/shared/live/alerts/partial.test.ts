import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { AlertWatch } from '#shared/live/alerts/alert-watch.ts'
import type { AlertSettings } from '#shared/live/alerts/settings.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import type { CountedRequests, LiveRow, LiveSnapshot, OlderProcesses } from '#shared/live/snapshot.ts'

const nobody = { product: 'HAProxy', version: null, readMs: 0, bytes: 0, epoch: 'master 1', uptimeSeconds: null, stopping: false, rows: [] } as const

/** Alerts of one rule after each of these polls, a second apart. */
function after(rule: string, polls: readonly Partial<LiveSnapshot>[], settings: AlertSettings = {}): readonly (readonly Alert[])[] {
  const watch = new LiveWatch(null, 1000)
  const alerts = new AlertWatch(settings)
  return polls.map((one, second) => alerts.add(watch.add({ ...nobody, taken: { monotonicMs: second * 1000, wallMs: second * 1000 }, ...one })).filter((alert) => alert.rule === rule))
}

const left = (sessions: number | null, replacedSeconds: number | null = 60): { readonly older: OlderProcesses } => ({ older: { processes: [{ process: '9401', uptimeSeconds: 143, sessions }], newestSessions: 90, replacedSeconds } })

const older: readonly (readonly [name: string, polls: readonly Partial<LiveSnapshot>[], firing: readonly number[], settings?: AlertSettings])[] = [
  ['three polls running begin it, and two without it end it', [left(20), left(20), left(20), left(20), {}, {}], [0, 0, 1, 1, 1, 0]],
  ['10 % of the connections is not more than 10 %', [left(10), left(10), left(10)], [0, 0, 0]],
  ['a process without connections is no trouble', [left(0), left(0), left(0)], [0, 0, 0], { rules: { lingering: { percent: 0 } } }],
  ['right after a reload nothing lingers', [left(20, 0), left(20, 1), left(20, 2), left(20, 3)], [0, 0, 0, 0]],
  ['polls count from ten seconds after it', [left(20, 9), left(20, 10), left(20, 11), left(20, 12)], [0, 0, 0, 1]],
  ['unknown connections begin and end nothing', [left(20), left(20), left(null), left(20), left(null), left(null), left(20, null)], [0, 0, 0, 1, 1, 1, 1]],
  ['the part can be set', [left(20), left(20), left(20)], [0, 0, 0], { rules: { lingering: { percent: 30 } } }],
  ['it can be switched off', [left(20), left(20), left(20)], [0, 0, 0], { rules: { lingering: { enabled: false } } }],
]

for (const [name, polls, firing, settings] of older) test(`older processes: ${name}`, () => { assert.deepEqual(after('lingering', polls, settings).map((alerts) => alerts.length), firing) })

test('older processes are told with their part of the connections, and what ends them', () => {
  const [alert] = after('lingering', [left(20), left(20), left(20)]).at(-1) ?? []
  assert.deepEqual([alert?.key, alert?.severity], ['lingering:', 'warning'])
  assert.equal(alert?.sentence, 'An older process still serves 20 of 110 connections (18 %), 60 s after the last reload. It follows the config from before.')
  assert.deepEqual(alert.evidence, ['Process 9401, up 2 min, has 20 of them.', 'A process ends once clients close their connections, or after "hard-stop-after" where the global section sets it.'])
})

test('a waiver of older processes holds to its end', () => {
  const waivers = [{ rule: 'lingering', reason: 'Long downloads.', until: '1970-01-01T00:00:03Z' }] as const
  const told = after('lingering', [left(20), left(20), left(20), left(20)], { waivers })
  assert.deepEqual(told.flat().map((one) => one.waived?.reason ?? null), ['Long downloads.', null])
})

const none = { selections: null, bytesIn: null, bytesOut: null, status1xx: null, status2xx: null, status3xx: null, status4xx: null, status5xx: null, statusOther: null, failedConnections: null, failedResponses: null, denied: null, retries: null, redispatches: null, connections: null }

/** One poll of a log: requests in it, lines that say nothing, and what the balancer counted. */
function logged(requests: number, unreadable: number, counted?: CountedRequests): Partial<LiveSnapshot> {
  const listener: LiveRow = { kind: 'listener', owner: 'web', protocol: 'http', counters: { ...none, requests }, gauges: { sessions: null, queued: null, sessionLimit: null, responseMs: null } }
  return { product: 'nginx', epoch: null, fromTraffic: true, rows: [listener], logged: { lines: requests, unreadable, ...(counted === undefined ? {} : { counted }) } }
}

/** Polls in which so much comes each time. */
function growing(polls: number, requests: number, unreadable: number, counted: ((poll: number) => CountedRequests | undefined) = () => undefined): readonly Partial<LiveSnapshot>[] {
  return Array.from({ length: polls }, (_, poll) => logged(requests * poll, unreadable * poll, counted(poll)))
}

/** What a balancer counts that gets so many requests between two polls; 5 are under way. */
const counts = (each: number, restarts = 0) => (poll: number): CountedRequests => ({ atLeast: each * Math.max(0, poll - 1) - 5, atMost: each * (poll + 1), restarts })

const logs: readonly (readonly [name: string, polls: readonly Partial<LiveSnapshot>[], firing: readonly string[], settings?: AlertSettings])[] = [
  ['every line is understood', growing(100, 20, 0), []],
  ['1 % of the lines says nothing', growing(400, 99, 1), []],
  ['3 % of the lines say nothing', growing(100, 97, 3), ['incomplete:#lines']],
  ['four lines that say nothing are too few to tell', growing(8, 0, 0).concat([logged(100, 0), logged(130, 4), logged(130, 4), logged(130, 4)]), []],
  ['what was wrong long ago is over', [...growing(20, 50, 50), ...Array.from({ length: 12 }, (_, poll) => logged(1000 + 100 * poll, 1000))], []],
  ['the balancer counts what the log has', growing(400, 20, 0, counts(20)), []],
  ['the log has half of what the balancer counts', growing(40, 10, 0, counts(20)), ['incomplete:#counts']],
  ['the log has 95 % of it', growing(700, 95, 0, counts(100)), ['incomplete:#counts']],
  ['the log has 99 % of it', growing(1100, 99, 0, counts(100)), []],
  ['the log stopped', growing(40, 0, 0, counts(20)), ['incomplete:#counts']],
  ['the balancer began to count anew', [...growing(30, 20, 0, counts(20)), ...Array.from({ length: 12 }, (_, poll) => logged(600 + 20 * poll, 0, counts(20, 1)(poll)))], []],
  ['what the balancer counts is not known', growing(40, 10, 0), []],
  ['the part can be set', growing(100, 90, 10), [], { rules: { incomplete: { percent: 15 } } }],
  ['it can be switched off', growing(100, 90, 10), [], { rules: { incomplete: { enabled: false } } }],
]

for (const [name, polls, firing, settings] of logs) test(`log: ${name}`, () => { assert.deepEqual(after('incomplete', polls, settings).at(-1)?.map((one) => one.key), firing) })

test('a log that leaves requests out is told with both counts and what may be the cause', () => {
  const [alert] = after('incomplete', growing(40, 10, 0, counts(20))).at(-1) ?? []
  assert.equal(alert?.severity, 'warning')
  assert.equal(alert.sentence, 'The log has 320 of 595 requests that the balancer counted in the last 32 s; 46 % are missing, so the numbers are too low.')
  assert.deepEqual(alert.evidence, [
    'Requests that are under way, and those that may still be written, are not counted as missing.',
    'Requests are left out by "access_log off", by "if=", and where a server or location writes to another log. Shares are those of the requests that are logged.',
  ])
  const [lines] = after('incomplete', growing(20, 90, 10)).at(-1) ?? []
  assert.equal(lines?.sentence, '160 of 1600 new lines of the log (10 %) in the last 16 s cannot be counted, so the numbers are too low.')
})

test('when it has just begun, the sentence tells of the time since then and not of the hour before', () => {
  const good = growing(200, 100, 0)
  const bad = Array.from({ length: 60 }, (_, poll) => logged(19_900 + 12 * (poll + 1), 88 * (poll + 1)))
  const told = after('incomplete', [...good, ...bad]).map((alerts) => alerts[0]?.sentence ?? '').filter((sentence) => sentence !== '')
  const parts = told.map((sentence) => Number(/\((\d+(?:\.\d)?) %\)/.exec(sentence)?.[1]))
  assert.equal(told[0], '264 of 800 new lines of the log (33 %) in the last 8 s cannot be counted, so the numbers are too low.')
  assert.ok(parts.length >= 50 && Math.min(...parts.slice(6)) >= 66, JSON.stringify(parts))
  assert.equal(told.at(-1), '5280 of 6400 new lines of the log (83 %) in the last 64 s cannot be counted, so the numbers are too low.')
})
