import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changeWords, inOrder, olderThan, toLocalTime } from '#renderer/features/history/snapshot-rows.ts'
import { parseEnvironment, toEnvironmentText } from '#renderer/features/settings/environment-text.ts'
import type { Snapshot } from '#shared/rpc/payloads.ts'

const snapshot = (snapshotId: string, takenAt: string): Snapshot => ({ snapshotId, source: 's', takenAt, author: '', note: '', hash: '', dialect: 'haproxy', files: [], approvals: [], isKnownGood: false })
const list = [snapshot('new', '2026-11-19T09:00:00Z'), snapshot('twin', '2026-11-18T09:00:00Z'), snapshot('old', '2026-11-18T09:00:00Z')]

test('of two marked snapshots the older one is the baseline, whichever was marked first', () => {
  assert.deepEqual(inOrder(list, ['new', 'old']), ['old', 'new'])
  assert.deepEqual(inOrder(list, ['old', 'new']), ['old', 'new'])
  assert.deepEqual(inOrder(list, ['twin', 'old']), ['old', 'twin'])
  assert.equal(inOrder(list, ['old']), null)
})

test('the one before is the next in a list that is newest first', () => {
  assert.equal(olderThan(list, 'new')?.snapshotId, 'twin')
  assert.equal(olderThan(list, 'old'), null)
  assert.equal(olderThan(list, 'nowhere'), null)
})

test('times are shown in the zone of the reader', () => {
  assert.equal(toLocalTime('2026-11-19T23:30:00Z', -60), '2026-11-20 00:30')
  assert.equal(toLocalTime('soon', 0), 'soon')
})

test('environment lines keep everything after the first sign, and a bad line is named', () => {
  assert.deepEqual(parseEnvironment('A=1\n\nB_2=x=y').environment, { A: '1', B_2: 'x=y' })
  assert.deepEqual(parseEnvironment('A=1\n2B=x\nplain').problems, ['Line 2 is not NAME=value.', 'Line 3 is not NAME=value.'])
  assert.equal(toEnvironmentText({ A: '1', B: 'x=y' }), 'A=1\nB=x=y')
})

test('what a snapshot changed is said in a few words, and nothing is said where nobody looked', () => {
  const one = snapshot('a', '2026-11-19T09:00:00Z')
  assert.deepEqual(
    [changeWords({ ...one, sinceBefore: { added: 5, removed: 4 } }), changeWords({ ...one, sinceBefore: { added: 0, removed: 0 } }), changeWords({ ...one, sinceBefore: null }), changeWords(one)],
    ['+5 −4 lines', 'same text', 'the first one', ''],
  )
})
