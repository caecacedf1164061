import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toProofView } from '#renderer/features/behaviour/proof-view.ts'
import { toTrafficMarks } from '#shared/view/traffic-marks.ts'
import { trafficOf } from '#renderer/graph/look.ts'
import { node, span, view } from '#test/renderer/fixtures.ts'
import { behaviour, behaviourClass, path, report, witness } from './answers.ts'

const picture = view([node('pool:auth'), node('pool:api')])

test('a misroute marks what requests left and what they take now, and not the listener they share', () => {
  const marks = toTrafficMarks(behaviour({ differs: [behaviourClass('a')] }), picture)
  assert.deepEqual(marks.get('pool:auth'), { way: 'was', tone: 'critical' })
  assert.deepEqual(marks.get('edge:route:api→pool:api'), { way: 'now', tone: 'critical' })
  assert.equal(marks.has('listener:web'), false)
})

test('where the path stays the same, the path itself is marked', () => {
  const shares = behaviourClass('a', { severity: 'warning', lit: { before: path('route:api', 'api'), after: path('route:api', 'api') } })
  const marks = toTrafficMarks(behaviour({ differs: [shares] }), picture)
  assert.deepEqual([marks.get('pool:api'), marks.has('listener:web')], [{ way: 'both', tone: 'warning' }, false])
})

test('the gravest class gives the tone, notices give none, and members of a folded group mark the group', () => {
  const swapped = behaviourClass('b', { severity: 'warning', lit: { before: path('route:api', 'api'), after: path('route:auth', 'auth') } })
  const marks = toTrafficMarks(behaviour({ differs: [behaviourClass('a'), swapped] }), view([node('group:pools', { members: ['pool:auth'] })]))
  assert.deepEqual([marks.get('pool:api'), marks.get('group:pools'), marks.has('pool:auth')], [{ way: 'both', tone: 'critical' }, { way: 'both', tone: 'critical' }, false])
  assert.equal(toTrafficMarks(behaviour({ differs: [behaviourClass('a', { severity: 'notice' })] }), picture).size, 0)
})

test('a picture of one side shows only the marks of that side', () => {
  const traffic = new Map([['a', { way: 'was', tone: 'critical' }], ['b', { way: 'now', tone: 'critical' }], ['c', { way: 'both', tone: 'warning' }]] as const)
  const shown = (mode: 'overlay' | 'before' | 'after'): readonly string[] => ['a', 'b', 'c'].filter((id) => trafficOf({ traffic, mode }, id) !== undefined)
  assert.deepEqual([shown('overlay'), shown('before'), shown('after')], [['a', 'b', 'c'], ['a', 'c'], ['b', 'c']])
})

test('agreement is green and tells what was replaced', () => {
  const proof = toProofView(report('proved', { witnesses: [witness('a', true)] }), null)
  assert.deepEqual([proof?.tone, proof?.sentence, proof?.replaced, proof?.disagreements], ['ok', 'Sentence of proved.', ['A server was replaced.'], []])
})

test('a disagreement is told with what was expected and what was observed, whatever the report calls itself', () => {
  const proof = toProofView(report('partly', { witnesses: [witness('a', true), witness('b', false)] }), null)
  assert.equal(proof?.tone, 'critical')
  assert.deepEqual(proof.disagreements, [{ key: 'b after', side: 'after', expected: 'pool api', observed: 'pool web, server web-1' }])
})

test('a card shows its own part of a report on all classes', () => {
  const all = report('disagrees', { witnesses: [witness('a', true), witness('b', false), witness('c', null, 'The listener could not be started.')] })
  assert.deepEqual([toProofView(all, 'a')?.tone, toProofView(all, 'a')?.sentence], ['ok', 'Proved on HAProxy 2.6.12.'])
  assert.equal(toProofView(all, 'b')?.tone, 'critical')
  assert.deepEqual([toProofView(all, 'c')?.tone, toProofView(all, 'c')?.notes], ['unknown', ['The listener could not be started.']])
  assert.equal(toProofView(all, 'gone'), null)
})

test('a refusal names its lines, and the one the sentence speaks of only once', () => {
  const refusals = [{ side: 'after', reason: 'Line 2 runs a script.', at: span(5, 9) }, { side: 'before', reason: 'Line 3 runs a script.', at: null }] as const
  const proof = toProofView(report('refused', { sentence: 'Nothing was started. Line 2 runs a script.', refusals, product: null }), null)
  assert.equal(proof?.tone, 'unknown')
  assert.deepEqual(proof.about, { side: 'after', at: span(5, 9) })
  assert.deepEqual(proof.refusals.map((each) => each.reason), ['Line 3 runs a script.'])
})
