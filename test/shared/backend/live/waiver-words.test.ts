import assert from 'node:assert/strict'
import { test } from 'node:test'
import { waiverChanges } from '#shared/backend/live/waiver-words.ts'
import type { Waiver } from '#shared/live/alerts/settings.ts'

const disk: Waiver = { rule: 'health', pool: 'api', server: 'a', reason: 'new disk', until: '2026-12-01' }
const known: Waiver = { rule: 'queue', reason: 'known', until: '2026-12-02' }

const nowMs = Date.parse('2026-11-29T10:00:00Z')

test('what is waived and what counts again is told in words; what stays is not', () => {
  assert.deepEqual(waiverChanges([], [disk, known], nowMs), ['Alert "health" of api/a is waived until 2026-12-01: new disk', 'Alert "queue" of every pool is waived until 2026-12-02: known'])
  assert.deepEqual(waiverChanges([disk, known], [known], nowMs), ['Alert "health" of api/a counts again: new disk'])
  assert.deepEqual(waiverChanges([disk], [disk], nowMs), [])
})

test('an end that is moved is told once; one that has come lets the alert count again', () => {
  assert.deepEqual(waiverChanges([disk], [{ ...disk, until: '2026-11-29T10:00:00Z' }], nowMs), ['Alert "health" of api/a counts again: new disk'])
  assert.deepEqual(waiverChanges([disk], [{ ...disk, until: '2026-11-30' }], nowMs), ['Alert "health" of api/a is waived until 2026-11-30: new disk'])
})
