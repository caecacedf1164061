import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toFindings } from '#renderer/features/review/findings.ts'
import { toLit } from '#renderer/features/review/picture-state.ts'
import { elementsAt, neighbourFinding, selectDiagnostic, selectElements, selectFinding, selectPlace } from '#renderer/features/review/selection.ts'
import { toClassFindings } from '#renderer/features/behaviour/class-findings.ts'
import { behaviour, behaviourClass, forward } from '#test/renderer/behaviour/answers.ts'
import { comparison, edge, file, finding, node, sentence, span, view } from '#test/renderer/fixtures.ts'

const picture = view(
  [node('pool:api', { before: [span(0, 100)], after: [span(0, 100)] }), node('server:api-1', { before: [span(20, 40)], after: [span(20, 45)] }), node('pool:gone', { before: [span(200, 230)] })],
  [edge('edge:1', { before: [span(120, 150)], after: [span(120, 155)] })],
)
const findings = toFindings(comparison({
  sentences: [sentence('weight', { highlights: ['server:api-1'], before: [span(20, 40)], after: [span(20, 45)] }), sentence('gone', { highlights: ['pool:gone'], before: [span(200, 230)] })],
  checks: { introduced: [finding('a/b', { at: span(125, 130) })], resolved: [] },
}))

test('choosing a box chooses its card and its lines on the candidate side', () => {
  const selection = selectElements(picture, findings, ['server:api-1'], 3)
  assert.equal(selection.sentenceId, 'weight')
  assert.deepEqual(selection.reveal, { side: 'after', span: span(20, 45), serial: 3 })
})

test('choosing a removed box shows its lines in the baseline', () => {
  assert.deepEqual(selectElements(picture, findings, ['pool:gone'], 1).reveal, { side: 'before', span: span(200, 230), serial: 1 })
})

test('choosing an edge without a card still goes to its lines', () => {
  const selection = selectElements(picture, findings, ['edge:1'], 1)
  assert.equal(selection.sentenceId, null)
  assert.deepEqual(selection.reveal?.span, span(120, 155))
})

test('choosing a card of a check finds the edge whose lines it stands in', () => {
  const check = findings.find((each) => each.kind === 'check')
  assert.ok(check)
  assert.deepEqual(selectFinding(picture, check, 1).ids, ['edge:1'])
})

test('the box with the fewest lines around a place is the one meant', () => {
  assert.deepEqual(elementsAt(picture, 'after', file, 30), ['server:api-1'])
  assert.deepEqual(elementsAt(picture, 'after', file, 60), ['pool:api'])
  assert.deepEqual(elementsAt(picture, 'after', file, 180), [])
  assert.deepEqual(elementsAt(picture, 'after', 'other.cfg', 30), [])
})

test('moving the caret chooses box and card but never scrolls the text', () => {
  const selection = selectPlace(picture, findings, 'after', file, 30)
  assert.deepEqual([selection.ids, selection.sentenceId, selection.reveal], [['server:api-1'], 'weight', null])
})

test('a finding of a check is shown on the side asked for', () => {
  const selection = selectDiagnostic(picture, finding('a/b', { at: span(205, 206) }), 'before', 9)
  assert.deepEqual(selection.ids, ['pool:gone'])
  assert.deepEqual(selection.reveal, { side: 'before', span: span(205, 206), serial: 9 })
})

test('next and previous finding go round the end', () => {
  assert.equal(neighbourFinding(findings, null, 1)?.id, 'weight')
  assert.equal(neighbourFinding(findings, null, -1)?.id, 'check:a/b')
  assert.equal(neighbourFinding(findings, 'check:a/b', 1)?.id, 'weight')
  assert.equal(neighbourFinding([], null, 1), null)
})

test('only a chosen card lights up its boxes; a chosen box does not dim the rest', () => {
  const card = findings[0]
  assert.ok(card)
  assert.deepEqual(toLit(selectFinding(picture, card, 1), findings), { overlay: ['server:api-1'], before: ['server:api-1'], after: ['server:api-1'], isPath: false })
  assert.deepEqual(toLit(selectElements(picture, findings, ['server:api-1', 'pool:api'], 1), findings).overlay, [])
})

const login = toClassFindings(behaviour({ differs: [
  behaviourClass('login', { lit: { before: ['listener:web', 'pool:gone'], after: ['listener:web', 'pool:api'] }, cause: { before: [span(200, 230)], after: [] }, before: { outcome: forward('gone'), rule: span(200, 230) }, after: { outcome: forward('api'), rule: span(120, 155) } }),
  behaviourClass('shares', { lit: { before: ['listener:web', 'pool:api'], after: ['listener:web', 'pool:api'] }, cause: { before: [span(20, 40)], after: [span(20, 45)] } }),
] }), null)
const all = [...login, ...findings]

test('choosing a class chooses its path, marks its lines on both sides and goes to the line that causes it', () => {
  const card = login[0]
  assert.ok(card)
  const selection = selectFinding(picture, card, 4)
  assert.deepEqual(selection.ids, ['listener:web', 'pool:gone', 'pool:api'])
  assert.deepEqual([selection.before, selection.after], [[span(200, 230)], [span(120, 155)]])
  assert.deepEqual(selection.reveal, { side: 'before', span: span(200, 230), serial: 4 })
  assert.deepEqual(toLit(selection, all), { before: ['listener:web', 'pool:gone'], after: ['listener:web', 'pool:api'], overlay: ['listener:web', 'pool:gone', 'pool:api'], isPath: true })
})

test('a box that several classes pass brings all their cards, the first of them chosen', () => {
  const selection = selectElements(picture, all, ['pool:api'], 1)
  assert.deepEqual([selection.sentenceId, selection.related], ['class:login', ['class:login', 'class:shares']])
  assert.deepEqual(selectElements(picture, all, ['pool:gone'], 1).related, ['class:login', 'gone'])
})

test('the caret in a line of a class marks its lines on both sides and scrolls nothing', () => {
  const selection = selectPlace(picture, all, 'after', file, 130)
  assert.deepEqual([selection.sentenceId, selection.before, selection.after, selection.reveal], ['class:login', [span(200, 230)], [span(120, 155)], null])
})
