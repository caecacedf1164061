import assert from 'node:assert/strict'
import { test } from 'node:test'
import { limitBounds, parseLimit, toRecordingLimits, usualRecordingLimits } from '#shared/rpc/recording-limits.ts'

const { megabytes, hours } = limitBounds
const written: readonly (readonly [string, string, keyof typeof limitBounds, number | null])[] = [
  ['a whole number', '64', 'megabytes', 64], ['blanks around it', ' 64 ', 'megabytes', 64], ['the least', '1', 'megabytes', 1], ['the most', '1000000', 'megabytes', 1_000_000], ['half an hour', '0.5', 'hours', 0.5],
  ['nothing', '', 'megabytes', null], ['nothing of size', '0', 'megabytes', null], ['more than the most', '1000001', 'megabytes', null], ['a minus', '-5', 'hours', null], ['a word', '7 days', 'hours', null], ['a power', '1e3', 'megabytes', null],
  ['no end', 'Infinity', 'hours', null], ['less than the least', '0.001', 'hours', null],
]
for (const [name, text, what, limit] of written) test(`a limit of recordings as it is written: ${name}`, () => { assert.equal(parseLimit(text, limitBounds[what]), limit) })

test('the usual limits are within the bounds: half a gigabyte and a week', () => {
  assert.deepEqual([parseLimit(String(usualRecordingLimits.megabytes), megabytes), parseLimit(String(usualRecordingLimits.hours), hours)], [512, 168])
  assert.deepEqual(toRecordingLimits(usualRecordingLimits), { bytes: 536_870_912, ms: 7 * 86_400_000 })
})
