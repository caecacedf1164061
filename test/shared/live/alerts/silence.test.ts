import assert from 'node:assert/strict'
import { test } from 'node:test'
import { blankCounters, blankGauges } from '#shared/live/blank-rows.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import type { LiveRow } from '#shared/live/snapshot.ts'

/** What listener `web` and pool `batch` get between two polls; the rest of `web` goes to pool `app`. */
type Poll = readonly [web: number, batch: number]

/** Seconds at which an alert that `batch` is silent begins. */
function told(polls: readonly Poll[], intervalS = 1): readonly number[] {
  const session = new LiveSession(null, intervalS * 1000, null)
  const sums = { web: 0, app: 0, batch: 0 }
  const began: number[] = []
  let fires = false
  polls.forEach(([web, batch], index) => {
    sums.web += web
    sums.batch += batch
    sums.app += web - batch
    const rows = Object.entries(sums).map(([owner, requests]): LiveRow => {
      const row = { owner, protocol: 'http', counters: { ...blankCounters, requests }, gauges: blankGauges } as const
      return owner === 'web' ? { kind: 'listener', ...row } : { kind: 'pool', ...row, algorithm: null, up: true, stateSeconds: null }
    })
    const taken = { monotonicMs: index * intervalS * 1000, wallMs: index * intervalS * 1000 }
    const { alerts } = session.add({ product: 'HAProxy', version: null, taken, readMs: 1, bytes: 1, epoch: 'p', uptimeSeconds: index, stopping: false, rows })
    const now = alerts.some((alert) => alert.key === 'silent:batch')
    if (now && !fires) began.push(index * intervalS)
    fires = now
  })
  return began
}

const repeated = (times: number, ...polls: readonly Poll[]): readonly Poll[] => Array.from({ length: times }, () => polls).flat()
const steady = (seconds: number, web: number, batch: number): readonly Poll[] => repeated(seconds, [web, batch])

test('requests that come in bursts are no silence, and a silence of theirs is one', () => {
  const bursts = repeated(60, [30, 10], [20, 0], [20, 0], [20, 0])
  assert.deepEqual(told(bursts), [])
  const [began, ...more] = told([...bursts, ...steady(40, 20, 0)])
  assert.ok(began !== undefined && began >= 242 && began <= 250 && more.length === 0, `${began}, ${more.join()}`)
})

test('bursts once a minute, polled every five seconds, are told twice at most until their rhythm is known', () => {
  const minute: readonly Poll[] = [[120, 20], ...steady(11, 100, 0)]
  assert.ok(told(repeated(30, ...minute), 5).length <= 2, told(repeated(30, ...minute), 5).join())
  const [began] = told([...repeated(30, ...minute), ...steady(60, 100, 0)], 5).slice(-1)
  assert.ok(began !== undefined && began > 1800 && began < 1800 + 120, String(began))
})

test('a pool that falls silent after a peak of all is told', () => {
  const [began] = told([...steady(40, 110, 10), ...steady(400, 30, 10), ...steady(30, 20, 0)])
  assert.ok(began !== undefined && began >= 440 && began < 445, String(began))
})

test('an outage does not become usual: the next one is told as soon', () => {
  const began = told([...steady(100, 30, 10), ...steady(60, 20, 0), ...steady(900, 30, 10), ...steady(60, 20, 0), ...steady(900, 30, 10), ...steady(60, 20, 0)])
  assert.deepEqual(began, [101, 1061, 2021])
})

test('an outage that the watching began in is no usual pause: the next one is told', () => {
  const began = told([...steady(300, 20, 0), ...steady(60, 30, 10), ...steady(60, 20, 0)])
  assert.deepEqual(began, [361])
})
