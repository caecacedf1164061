import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toClassFindings } from '#renderer/features/behaviour/class-findings.ts'
import { findingsOf, toFindings, toHeadline, toMove, toVerdict } from '#renderer/features/review/findings.ts'
import { initialState, type AppState } from '#renderer/state/app-state.ts'
import { behaviour, behaviourClass, weights } from '#test/renderer/behaviour/answers.ts'
import { comparison, finding, sentence, span } from '#test/renderer/fixtures.ts'

const config = (id: string) => ({ state: 'ready', value: { summary: { configId: id, source: id } } }) as unknown as Extract<AppState['after'], { readonly state: 'ready' }>

test('a detail with one arrow reads as was and now, with or without a label', () => {
  assert.deepEqual(toMove('balance: leastconn → roundrobin'), { label: 'balance', was: 'leastconn', now: 'roundrobin' })
  assert.deepEqual(toMove('auth → api'), { label: '', was: 'auth', now: 'api' })
  assert.deepEqual(toMove('server api-1: 10.0.0.1:80 → 10.0.0.2:80'), { label: 'server api-1', was: '10.0.0.1:80', now: '10.0.0.2:80' })
  assert.deepEqual(toMove('weights 100:100:100 → 200:2:2'), { label: 'weights', was: '100:100:100', now: '200:2:2' })
  assert.deepEqual(toMove('default_backend web → default_backend api'), { label: '', was: 'default_backend web', now: 'default_backend api' })
  assert.equal(toMove('host is api.shop.example'), null)
  assert.equal(toMove('a → b → c'), null)
})

test('changes come before the checks the candidate introduces, and no card stands twice', () => {
  const found = toFindings(comparison({
    sentences: [sentence('s1', { details: ['weight: 100 → 200', 'plain'] }), sentence('s2'), sentence('s1')],
    checks: { introduced: [finding('routing/never', { severity: 'error' })], resolved: [finding('routing/gone')] },
  }))
  assert.deepEqual(found.map((each) => each.id), ['s1', 's2', 'check:routing/never'])
  assert.deepEqual(found[0]?.moves, [{ label: 'weight', was: '100', now: '200' }])
  assert.deepEqual(found[0]?.details, ['plain'])
  assert.equal(found[2]?.tone, 'critical')
})

test('a finding about lines that a serious change already speaks of gets no card of its own', () => {
  const at = span(10, 20)
  const introduced = [finding('routing/never', { at }), finding('routing/other', { at: span(40, 50) })]
  const ids = (tone: 'critical' | 'changed') => toFindings(comparison({ sentences: [sentence('s', { tone, after: [span(0, 15)] })], checks: { introduced, resolved: [] } })).map((each) => each.id)
  assert.deepEqual(ids('critical'), ['s', 'check:routing/other'])
  assert.deepEqual(ids('changed'), ['s', 'check:routing/never', 'check:routing/other'])
})

test('classes of requests come before everything else, and a check about their lines keeps its card', () => {
  const classes = toClassFindings(behaviour({ differs: [behaviourClass('a')] }), null)
  const found = toFindings(comparison({ sentences: [sentence('s')], checks: { introduced: [finding('routing/x', { at: span(100, 104) })], resolved: [] } }), classes)
  assert.deepEqual(found.map((each) => each.id), ['class:a', 's', 'check:routing/x'])
})

test('the cards of the screen are one list, the same one until something of it changes', () => {
  const state = { ...initialState, before: config('b'), after: config('a'), comparison: { state: 'ready', value: comparison({ sentences: [sentence('s')] }) } } as const
  const answered = { ...state, behaviour: { state: 'ready', value: { before: 'b', after: 'a', sources: 'b\na', answer: behaviour({ differs: [behaviourClass('x'), behaviourClass('y')] }) } } } as const
  assert.deepEqual(findingsOf(state).map((each) => each.id), ['s'])
  assert.deepEqual(findingsOf(answered).map((each) => each.id), ['class:x', 'class:y', 's'])
  assert.equal(findingsOf(answered), findingsOf({ ...answered }))
  const weighed = { ...answered, weighing: { title: 'l', base64: '', result: { state: 'ready', value: weights({ y: 1 }) } } } as const
  assert.deepEqual(findingsOf(weighed).map((each) => each.id), ['class:y', 'class:x', 's'])
  assert.deepEqual(findingsOf({ ...answered, after: config('other') }).map((each) => each.id), ['s'], 'cards of another config do not linger')
})

test('the verdict begins with traffic and counts what changed', () => {
  const nothing = toVerdict(comparison(), { state: 'known', answer: behaviour() })
  assert.deepEqual(nothing.map((chip) => chip.text), ['traffic: identical', 'no changes found', 'no lines changed'])
  const one = toVerdict(comparison({ sentences: [sentence('s1')], text: { added: 4, removed: 1200 }, checks: { introduced: [finding('a/b')], resolved: [] }, notModelled: [sentence('g')] }), { state: 'working', previous: null })
  assert.deepEqual(one.map((chip) => chip.text), ['traffic: comparing…', '1 change', '1 check introduced', '+4 −1,200 lines', '1 not modelled'])
  assert.equal(one[0]?.tone, 'unknown')
})

test('the headline tells a textual difference from a topological one', () => {
  assert.equal(toHeadline(comparison()), 'The two configs have the same text.')
  assert.equal(toHeadline(comparison({ text: { added: 1, removed: 0 } })), 'Lines differ, but nothing in the topology does.')
  assert.equal(
    toHeadline(comparison({ sentences: [sentence('a'), sentence('b')], pools: { added: ['x'], removed: [], changed: ['y', 'z'], renamed: [] } })),
    '2 differences in routes, pools and servers: 1 pool added, 2 pools changed.',
  )
})
