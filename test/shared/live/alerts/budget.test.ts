import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AlertWatch } from '#shared/live/alerts/alert-watch.ts'
import type { AlertSettings } from '#shared/live/alerts/settings.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import type { LiveRow } from '#shared/live/snapshot.ts'
import { capturedPoll } from '#test/shared/live/fixtures.ts'

const pool = capturedPoll('healthy').rows.find((row) => row.kind === 'pool' && row.owner === 'be_web') as LiveRow
const objective = { rules: { budget: { objective: 99.9 }, errors: { enabled: false } } } as const

/** Minutes after which the budget is told, and how; a poll in each 10 s. `errorsOf`: errors of 1000 requests in a minute. */
function told(minutes: number, errorsOf: (minute: number) => number, settings: AlertSettings = objective): readonly string[] {
  const watch = new LiveWatch(null, 10_000)
  const alerts = new AlertWatch(settings)
  let [requests, errors] = [0, 0]
  const found: string[] = []
  let firing = ''
  for (let poll = 0; poll <= 6 * minutes; poll += 1) {
    requests += 1000
    errors += errorsOf(Math.floor(poll / 6))
    const one = capturedPoll('healthy', 10_000 * poll)
    const now = alerts.add(watch.add({ ...one, uptimeSeconds: 100 + 10 * poll, rows: [{ ...pool, counters: { ...pool.counters, requests, status5xx: errors } }] })).find((alert) => alert.rule === 'budget')
    const words = now?.severity ?? ''
    if (words !== firing) found.push(`${Math.floor(poll / 6)} min: ${words === '' ? 'over' : words}`)
    firing = words
  }
  return found
}

const rows: readonly (readonly [name: string, minutes: number, errorsOf: (minute: number) => number, expected: readonly string[], settings?: AlertSettings])[] = [
  ['without an objective nothing is told', 30, () => 100, [], {}],
  ['what is allowed is not told', 400, () => 1, []],
  ['five times too fast is not told', 400, () => 5, []],
  ['all errors are told after a minute', 3, () => 1000, ['1 min: critical']],
  ['20 times too fast is told once it is 2 % of the budget', 60, () => 20, ['43 min: critical']],
  ['7 times too fast is told within 6 hours', 400, () => 7, ['308 min: warning']],
  ['a minute of errors is told until it left the short window', 120, (minute) => (minute === 60 ? 1000 : 0), ['61 min: critical', '66 min: over']],
  ['errors that spend little are not told', 120, (minute) => (minute === 60 ? 300 : 0), []],
  ['an objective of its own counts for a pool', 60, () => 20, [], { ...objective, pools: { be_web: { budget: { objective: 95 } } } }],
]

for (const [name, minutes, errorsOf, expected, settings] of rows) test(`budget of errors: ${name}`, () => { assert.deepEqual(told(minutes, errorsOf, settings), expected) })
