import assert from 'node:assert/strict'
import { test } from 'node:test'
import { proofText, toJsonProof } from '#cli/output/proof.ts'
import type { ProofReport } from '#shared/rpc/payloads.ts'

const plain = (text: string): string => text
const colours = { red: (text: string) => `<red>${text}</red>`, yellow: plain, green: (text: string) => `<green>${text}</green>`, dim: plain, bold: plain }
const side = { expected: { action: 'respond', status: 200 }, observed: 'status 200', agrees: true } as const
const report: ProofReport = {
  state: 'proved', sentence: 'HAProxy 2.6.12 answers all 2 witnesses as computed, before and after.', product: 'HAProxy 2.6.12', replaced: ['Log targets are left out: nothing is logged.'], refusals: [],
  witnesses: [{ classId: 'one', agrees: true, before: side, after: side, note: null }, { classId: 'two', agrees: true, before: side, after: side, note: null }], milliseconds: 12.7,
}

test('a proof that agrees is one line and what was replaced', () => {
  assert.equal(proofText(report, colours), 'Asked the real balancer\n<green>✓ HAProxy 2.6.12 answers all 2 witnesses as computed, before and after.</green>\n  What was not as in the configs:\n    Log targets are left out: nothing is logged.\n')
})

test('a disagreement says in red what was computed and what happened', () => {
  const text = proofText({ ...report, state: 'disagrees', witnesses: [{ classId: 'one', agrees: false, before: side, after: { ...side, observed: 'status 503', agrees: false }, note: null }] }, colours)
  assert.match(text, /<red>✗ /)
  assert.match(text, /<red> {6}after: computed status 200; the balancer: status 503<\/red>/)
  assert.doesNotMatch(text, /before: computed/)
})

test('control characters and secrets of a config do not reach the terminal', () => {
  const text = proofText({ ...report, state: 'refused', sentence: 'Line 3 (user a insecure-password hunter2\u001b[31m) is refused.' }, colours)
  assert.ok(!text.includes('\u001b') && !text.includes('hunter2'), text)
})

test('the proof as JSON', () => {
  assert.deepEqual(toJsonProof({ ...report, refusals: [{ side: 'after', reason: 'Line 3 of a.cfg (x) is refused.', at: { file: 'a.cfg', start: 1, end: 2 } }] }), {
    state: 'proved', sentence: report.sentence, product: 'HAProxy 2.6.12', replaced: report.replaced, refusals: [{ side: 'after', reason: 'Line 3 of a.cfg (x) is refused.', file: 'a.cfg' }],
    witnesses: [{ id: 'one', agrees: true, before: side, after: side, note: null }, { id: 'two', agrees: true, before: side, after: side, note: null }], milliseconds: 13,
  })
})
