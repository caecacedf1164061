import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { parseStatCsv } from '#shared/live/haproxy/csv.ts'
import { toHaproxySnapshot } from '#shared/live/haproxy/snapshot.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import { perSecond } from '#shared/live/per-second.ts'

/** Connections, retries, redispatches and failed connections in one second. */
type Step = readonly [sessions: number, retries: number, redispatches: number, failed: number]

/** Six seconds in which a pool and its servers a, b count this much each; alerts and connections per second (pool, a, b) of the last one. */
function after(mode: 'http' | 'tcp', pool: Step, servers: readonly Step[]): { readonly alerts: readonly Alert[]; readonly rates: readonly (number | null)[] } {
  const session = new LiveSession(null, 1000, null)
  let alerts: readonly Alert[] = []
  let rates: readonly (number | null)[] = []
  for (let second = 0; second < 6; second += 1) {
    const row = (name: string, type: number, [sessions, retries, redispatches, failed]: Step): string => `db,${name},${type},${mode},${type === 2 ? 'no check' : 'UP'},1,${sessions * second},${sessions * second},${mode === 'http' ? sessions * second : ''},${retries * second},${redispatches * second},${failed * second},-,\n`
    const stat = parseStatCsv(`# pxname,svname,type,mode,status,weight,stot,connect,req_tot,wretr,wredis,econ,-,\n${servers.map((step, index) => row('abcd'.charAt(index), 2, step)).join('')}${row('BACKEND', 1, pool)}`)
    assert.ok(stat.ok, stat.ok ? '' : stat.failure.message)
    const result = session.add(toHaproxySnapshot({ stat: stat.value, info: null, serversState: null }, { taken: { monotonicMs: second * 1000, wallMs: 1_700_000_000_000 + second * 1000 }, readMs: 1, bytes: 0 }))
    alerts = result.alerts
    const db = result.view.pools.find((one) => one.name === 'db')
    rates = [db?.live?.interval ?? null, ...db?.servers.map((one) => one.live?.interval ?? null) ?? []].map((interval) => perSecond(interval, 'connections'))
  }
  return { alerts, rates }
}

const told = (alerts: readonly Alert[]): readonly string[] => alerts.map((one) => `${one.severity} ${one.key}: ${one.sentence}`)

test('connections of a TCP pool that nobody takes are told for each server', () => {
  const { alerts } = after('tcp', [40, 0, 0, 40], [[20, 0, 0, 20], [20, 0, 0, 20]])
  assert.deepEqual(told(alerts).map((one) => one.replace(/\d+ of \d+/, 'N of N')), [
    'critical errors:db/a: N of N connections to db/a failed (100 %). Every other server shows it, too.',
    'critical errors:db/b: N of N connections to db/b failed (100 %). Every other server shows it, too.',
  ])
})

test('one server of a TCP pool that fails is told apart from the one that does not', () => {
  const { alerts } = after('tcp', [40, 0, 0, 20], [[20, 0, 0, 0], [20, 0, 0, 20]])
  assert.deepEqual(alerts.map((one) => [one.key, one.servers]), [['errors:db/b', ['b']]])
  assert.match(alerts[0]?.sentence ?? '', /^(\d+) of \1 connections to db\/b failed \(100 %\)\. The other server does not\.$/)
})

test('connections that no server of a TCP pool was asked for are told of the pool', () => {
  assert.match(told(after('tcp', [40, 0, 0, 10], [[15, 0, 0, 0], [15, 0, 0, 0]]).alerts).join('\n'), /^critical errors:db: \d+ of \d+ connections of pool db failed \(25 %\): no server took them\.$/)
})

test('few failed connections of a TCP pool are no alert', () => {
  assert.deepEqual(told(after('tcp', [1000, 0, 0, 2], [[500, 0, 0, 1], [500, 0, 0, 1]]).alerts), [])
})

test('a server in TCP mode got a connection once, however often it was tried', () => {
  // As HAProxy 2.6 counts ten connections a second with three retries each, and with a redispatch from a to b.
  assert.deepEqual(after('tcp', [10, 30, 0, 10], [[20, 15, 0, 5], [20, 15, 0, 5]]).rates, [10, 5, 5])
  assert.deepEqual(after('tcp', [10, 0, 5, 0], [[5, 0, 5, 0], [10, 0, 0, 0]]).rates, [10, 0, 10])
})

for (const [mode, unit] of [['tcp', 'connections'], ['http', 'requests']] as const) {
  test(`tries are not told as ${unit}, and stand at the servers that failed`, () => {
    const retries = after(mode, [10, 20, 11, 0], [[30, 20, 0, 0], [11, 0, 11, 0]]).alerts.find((one) => one.rule === 'retries')
    assert.equal(retries?.sentence, `Tries at servers of pool db failed 31 times and were made again; the pool got 10 ${unit} meanwhile. They failed at a (20), b (11).`)
    assert.deepEqual(retries.servers, ['a', 'b'])
  })
}
