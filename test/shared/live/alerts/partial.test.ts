import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { AlertWatch } from '#shared/live/alerts/alert-watch.ts'
import type { AlertSettings } from '#shared/live/alerts/settings.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import type { LiveSnapshot, OlderProcesses } from '#shared/live/snapshot.ts'

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
