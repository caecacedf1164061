import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutWaivers, withWaiver } from '#renderer/features/live/waivers.ts'
import { parseAlertSettings, type Waiver } from '#shared/live/alerts/settings.ts'
import type { Result } from '#shared/diagnostics/failure.ts'

const alert = { rule: 'health', pool: 'api' } as const
const atMs = Date.parse('2026-11-29T10:00:00.250Z')

function waiversOf(text: Result<string>): readonly Waiver[] {
  assert.ok(text.ok, text.ok ? '' : text.failure.message)
  const settings = parseAlertSettings(text.value)
  assert.ok(settings.ok, settings.ok ? '' : settings.failure.message)
  return settings.value.waivers ?? []
}

test('a waiver is added to what the settings say, from now on and for the pool or for single servers', () => {
  const common = { rule: 'health', pool: 'api', reason: 'new disk', from: '2026-11-29T10:00:00Z', until: '2026-11-29T14:00:00Z' } as const
  assert.deepEqual(waiversOf(withWaiver('', alert, [], ' new disk ', atMs, 4)), [common])
  const both = withWaiver('{"rules":{"queue":{"length":9}}}', alert, ['a', 'b'], 'new disk', atMs, 4)
  assert.deepEqual(waiversOf(both), [{ ...common, server: 'a' }, { ...common, server: 'b' }])
  assert.match(both.ok ? both.value : '', /"length": 9/)
  assert.deepEqual(waiversOf(withWaiver('', { rule: 'reload', pool: null }, [], 'planned', atMs, 1)).map(({ pool }) => pool), [undefined])
})

test('an alert that counts again keeps its waiver with the end that it had', () => {
  const first = withWaiver('', alert, [], 'new disk', atMs, 4)
  assert.ok(first.ok)
  const given = withWaiver(first.value, { rule: 'queue', pool: 'api' }, [], 'known', atMs, 4)
  assert.ok(given.ok)
  const ended = waiversOf(withoutWaivers(given.value, alert, Date.parse('2026-11-29T11:00:00Z')))
  assert.deepEqual(ended.map(({ rule, until }) => [rule, until]), [['health', '2026-11-29T11:00:00Z'], ['queue', '2026-11-29T14:00:00Z']])
})

test('a waiver for every pool is not ended from one alert, and settings that cannot be read are left alone', () => {
  const every = withoutWaivers('{"waivers":[{"rule":"health","reason":"x","until":"2099-01-01"}]}', alert, atMs)
  assert.ok(!every.ok)
  assert.match(every.failure.message, /meant for every pool/)
  const broken = withWaiver('{', alert, [], 'x', atMs, 1)
  assert.ok(!broken.ok)
  assert.match(broken.failure.message, /^The settings of alerts cannot be used, so nothing is added to them:/)
})
