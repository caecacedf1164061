import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rankClasses, toClassCard } from '#renderer/features/behaviour/class-cards.ts'
import { toClassFindings } from '#renderer/features/behaviour/class-findings.ts'
import { toMoveWords } from '#renderer/features/behaviour/outcome-words.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import { span } from '#test/renderer/fixtures.ts'
import { behaviourClass, forward, weights } from './answers.ts'

const moves: readonly [string, Outcome, Outcome, string, string][] = [
  ['another pool', forward('auth'), forward('api'), 'pool auth', 'pool api'],
  ['a pool that lost its servers', forward('auth'), forward('auth', {}), 'pool auth', 'pool auth, no server'],
  ['another path for the server', forward('api', { a: 1 }, '/x'), forward('api', { a: 1 }, '/v2/x'), 'pool api, path /x', 'pool api, path /v2/x'],
  ['other shares, only of servers that changed', forward('api', { a: 0.5, b: 0.25, c: 0.25 }), forward('api', { a: 0.5, b: 0.5 }), 'b 25 %, c 25 %', 'b 50 %'],
  ['shares of many servers', forward('api', { a: 0.2, b: 0.2, c: 0.2, d: 0.2, e: 0.2 }), forward('api', { a: 1 }), 'a 20 %, b 20 %, c 20 %, 2 more', 'a 100 %'],
  ['the same place, which differs in what is not shown here', forward('api'), forward('api'), 'pool api', 'pool api'],
  ['an answer instead of a server', forward('api'), { action: 'deny', status: 403 }, 'pool api', 'denied with 403'],
  ['another redirect', { action: 'redirect', status: 301, location: '/a' }, { action: 'redirect', status: 302, location: '/a' }, 'redirect 301 to /a', 'redirect 302 to /a'],
  ['a split', { action: 'split', path: '/', pools: [{ pool: 'a', share: 0.9 }, { pool: 'b', share: 0.1 }] }, { action: 'close' }, '90 % pool a, 10 % pool b', 'closed without an answer'],
  ['an answer of its own instead of a file', { action: 'serve', root: '/srv', path: '/x' }, { action: 'respond', status: 503 }, 'file /x under /srv', 'answer 503 of the balancer'],
]
for (const [name, before, after, was, now] of moves) {
  test(`was and now of ${name}`, () => assert.deepEqual(toMoveWords(before, after), { was, now }))
}

test('classes keep their order until a log was weighed; then the larger share comes first among equals', () => {
  const classes = [behaviourClass('a'), behaviourClass('b'), behaviourClass('c', { severity: 'warning' }), behaviourClass('d', { severity: 'warning' })]
  assert.deepEqual(rankClasses(classes, null).map((each) => each.id), ['a', 'b', 'c', 'd'])
  assert.deepEqual(rankClasses(classes, weights({ b: 0.1, d: 0.8, c: 0.2 })).map((each) => each.id), ['b', 'a', 'd', 'c'])
})

test('a card says its share only after weighing, and that no request was logged', () => {
  assert.equal(toClassCard(behaviourClass('a'), null).share, null)
  assert.equal(toClassCard(behaviourClass('a'), weights({ a: 0.312 })).share, '≈ 31 % of logged requests')
  assert.equal(toClassCard(behaviourClass('a'), weights({})).share, 'no logged request')
})

test('a card leads to both deciding lines, and to causes that are none of them', () => {
  const card = toClassCard(behaviourClass('a', { cause: { before: [span(100, 120)], after: [span(130, 140)] }, after: { outcome: forward('api'), rule: null } }), null)
  assert.deepEqual(card.lines, [
    { side: 'before', role: 'decides', at: span(100, 120) }, { side: 'after', role: 'decides', at: null }, { side: 'after', role: 'cause', at: span(130, 140) },
  ])
  assert.equal(card.word, 'Critical · misroute')
})

test('rule pairs that stand behind a class are counted, those listed and those not', () => {
  const one = behaviourClass('a')
  const member = one.members[0]
  assert.ok(member)
  const card = toClassCard({ ...one, count: 14, members: [member, member, member] }, null)
  assert.deepEqual([card.more, card.members.length, card.unlisted], [13, 3, 11])
  const single = toClassCard(one, null)
  assert.deepEqual([single.more, single.members.length, single.unlisted], [0, 0, 0])
})

test('a class that depends on something unmodelled says on what', () => {
  const card = toClassCard(behaviourClass('a', { depends: [{ text: 'lua.bot', holds: false, at: span(0, 1) }] }), null)
  assert.deepEqual(card.depends, ['Only where lua.bot does not hold, which is not modelled.'])
})

test('as a finding a class brings its lines of both sides and goes to the line that causes it', () => {
  const [gone, moved, bare] = toClassFindings({ differs: [
    behaviourClass('a'), behaviourClass('b', { cause: { before: [span(100, 120)], after: [span(200, 210)] } }), behaviourClass('c', { cause: { before: [], after: [] }, before: { outcome: forward('auth'), rule: null } }),
  ] }, null)
  assert.deepEqual([gone?.id, gone?.kind, gone?.before, gone?.after, gone?.place], ['class:a', 'class', [span(100, 120)], [span(100, 115)], { side: 'before', span: span(100, 120) }])
  assert.deepEqual([moved?.after, moved?.place], [[span(200, 210), span(100, 115)], { side: 'after', span: span(200, 210) }])
  assert.deepEqual(bare?.place, { side: 'after', span: span(100, 115) })
  assert.equal(gone?.highlights.filter((id) => id === 'listener:web').length, 1)
})
