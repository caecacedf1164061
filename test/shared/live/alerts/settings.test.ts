import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AlertWatch } from '#shared/live/alerts/alert-watch.ts'
import { AlertPolicy, parseAlertSettings, unknownPools, type AlertSettings } from '#shared/live/alerts/settings.ts'
import { LiveWatch } from '#shared/live/live-watch.ts'
import type { Pool } from '#shared/model/pool.ts'
import { capturedPoll } from '#test/shared/live/fixtures.ts'

const wrong: readonly (readonly [string, string, RegExp])[] = [
  ['no JSON', '{', /^it is no JSON: /],
  ['a rule that is none', '{"rules":{"shares":{}}}', /^rules\.shares: expected no such key/],
  ['a threshold of another rule', '{"rules":{"queue":{"ratio":3}}}', /^rules\.queue\.ratio: expected no such key/],
  ['a number out of bounds', '{"pools":{"api":{"errors":{"percent":0}}}}', /^pools\.api\.errors\.percent: expected a number from 0\.1 to 100, got 0\.$/],
  ['a severity that is none', '{"rules":{"queue":{"severity":"bad"}}}', /^rules\.queue\.severity: expected "critical" or "warning" or "info", got "bad"/],
  ['a waiver without a reason', '{"waivers":[{"rule":"queue","reason":" ","until":"2026-12-01"}]}', /^waivers\[0\]\.reason: expected a sentence that says why/],
  ['a waiver without an end', '{"waivers":[{"rule":"queue","reason":"x"}]}', /^waivers\[0\]\.until: expected a date such as "2026-12-01"/],
  ['a day that there is not', '{"waivers":[{"rule":"queue","reason":"x","until":"2026-02-30"}]}', /^waivers\[0\]\.until: expected a date/],
]
for (const [name, text, words] of wrong) {
  test(`alert settings with ${name} are refused with the place`, () => {
    const found = parseAlertSettings(text)
    assert.ok(!found.ok)
    assert.match(found.failure.message, words)
  })
}

const settings = (value: object): AlertSettings => {
  const found = parseAlertSettings(JSON.stringify(value))
  if (!found.ok) assert.fail(found.failure.message)
  return found.value
}

test('what a pool says goes before what a rule says, and that before the default', () => {
  const policy = new AlertPolicy(settings({ rules: { queue: { length: 10, severity: 'info' } }, pools: { api: { queue: { length: 50 }, errors: { enabled: false } } } }))
  assert.deepEqual([policy.threshold('queue', 'api'), policy.threshold('queue', 'web'), policy.threshold('latency', 'api')], [50, 10, 2])
  assert.deepEqual([policy.severity('queue', 'api'), policy.severity('errors', 'api'), policy.isEnabled('errors', 'api'), policy.isEnabled('errors', 'web')], ['info', null, false, true])
})

test('a waiver holds for its rule, pool and server until the end of its day', () => {
  const policy = new AlertPolicy(settings({ waivers: [{ rule: 'health', pool: 'api', server: 'a', reason: 'new disk', until: '2026-12-01' }, { rule: 'queue', reason: 'known', until: '2026-12-01T12:00:00+02:00' }] }))
  const holds = (rule: 'health' | 'queue', pool: string, servers: readonly string[], at: string): boolean => policy.waiverFor({ rule, pool, servers }, Date.parse(at)) !== null
  assert.deepEqual([
    holds('health', 'api', ['a'], '2026-12-01T23:59:59Z'), holds('health', 'api', ['a'], '2026-12-02T00:00:00Z'), holds('health', 'api', ['b'], '2026-11-01T00:00:00Z'), holds('health', 'web', ['a'], '2026-11-01T00:00:00Z'),
    holds('queue', 'any', [], '2026-12-01T09:59:59Z'), holds('queue', 'any', [], '2026-12-01T10:00:00Z'),
  ], [true, false, false, false, true, false])
})

test('a waiver counts from its start on, and others take its place while it is watched', () => {
  const policy = new AlertPolicy(settings({ waivers: [{ rule: 'health', pool: 'api', reason: 'seen', from: '2026-11-29T10:00:00Z', until: '2026-11-29T14:00:00Z' }, { rule: 'queue', reason: 'moving', from: '2026-11-29', until: '2026-11-30' }] }))
  const holds = (rule: 'health' | 'queue', at: string): boolean => policy.waiverFor({ rule, pool: 'api', servers: [] }, Date.parse(at)) !== null
  assert.deepEqual(['2026-11-29T09:59:59Z', '2026-11-29T10:00:00Z', '2026-11-29T13:59:59Z', '2026-11-29T14:00:00Z'].map((at) => holds('health', at)), [false, true, true, false])
  assert.deepEqual(['2026-11-28T23:59:59Z', '2026-11-29T00:00:00Z', '2026-11-30T23:59:59Z', '2026-12-01T00:00:00Z'].map((at) => holds('queue', at)), [false, true, true, false])
  policy.useWaivers([])
  assert.equal(holds('health', '2026-11-29T11:00:00Z'), false)
})

test('an alert about several servers is waived once each of them is, and counts again when the first waiver ends', () => {
  const of = (server: string, reason: string, until: string): object => ({ rule: 'health', pool: 'api', server, reason, until })
  const waived = (waivers: readonly object[], servers: readonly string[], at = '2026-11-01T00:00:00Z'): unknown => {
    const found = new AlertPolicy(settings({ waivers })).waiverFor({ rule: 'health', pool: 'api', servers }, Date.parse(at))
    return found === null ? null : [found.reason, found.until]
  }
  const [a, b] = [of('a', 'Gets a new disk.', '2026-12-01'), of('b', 'Moves house.', '2026-11-20')]
  assert.deepEqual([waived([a], ['a', 'b', 'c']), waived([a, b], ['a', 'b', 'c']), waived([a, b], [])], [null, null, null])
  assert.deepEqual(waived([a, b], ['a', 'b']), ['Gets a new disk. Moves house.', '2026-11-20'])
  assert.equal(waived([a, b], ['a', 'b'], '2026-11-21T00:00:00Z'), null)
  assert.deepEqual(waived([a, { rule: 'health', pool: 'api', reason: 'Moves house.', until: '2026-11-20' }], ['a', 'b']), ['Moves house.', '2026-11-20'])
})

test('the pools that settings speak of and a config does not have', () => {
  const given = settings({ pools: { api: {}, old: {} }, waivers: [{ rule: 'queue', pool: 'web', reason: 'x', until: '2026-12-01' }, { rule: 'queue', reason: 'x', until: '2026-12-01' }] })
  assert.deepEqual(unknownPools(given, { pools: [{ name: 'api' }] as unknown as readonly Pool[] }), ['old', 'web'])
})

/** Alerts of a balancer whose pool be_web is down, the poll being made at this time. */
function firing(value: object): readonly string[] {
  const watch = new AlertWatch(settings(value))
  return watch.add(new LiveWatch(null, 1000).add(capturedPoll('pool-down'))).map((one) => `${one.severity} ${one.key}${one.waived === null ? '' : ` (${one.waived.reason})`}`)
}

test('alerts follow their settings', () => {
  assert.deepEqual(firing({}), ['critical health:be_web'])
  assert.deepEqual(firing({ pools: { be_web: { health: { enabled: false } } } }), [])
  assert.deepEqual(firing({ rules: { health: { severity: 'warning' } } }), ['warning health:be_web'])
  assert.deepEqual(firing({ waivers: [{ rule: 'health', reason: 'moving', until: '2026-12-01' }] }), ['critical health:be_web (moving)'])
  assert.deepEqual(firing({ waivers: [{ rule: 'health', pool: 'be_web', server: 's1', reason: 'new disk', until: '2026-12-01' }] }), ['critical health:be_web'])
  // The poll was made in November 2023.
  assert.deepEqual(firing({ waivers: [{ rule: 'health', reason: 'moving', until: '2023-11-01' }] }), ['critical health:be_web'])
})

test('a queue counts from its own length on', () => {
  const told = (value: object): boolean => {
    const watch = new AlertWatch(settings(value))
    const live = new LiveWatch(null, 1000)
    return [0, 1, 2].map((second) => watch.add(live.add(capturedPoll('queueing', second * 1000)))).at(-1)?.some((one) => one.rule === 'queue') === true
  }
  assert.deepEqual([told({}), told({ rules: { queue: { length: 1000 } } })], [true, false])
})
