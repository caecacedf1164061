import assert from 'node:assert/strict'
import { test } from 'node:test'
import { shownAnswer, toBanner, toTraffic, toTrafficChip, verdictOf, type Traffic } from '#renderer/features/behaviour/verdict.ts'
import { initialState, type AppState } from '#renderer/state/app-state.ts'
import type { BehaviourAnswer, ConfigSummary } from '#shared/rpc/payloads.ts'
import { behaviour, behaviourClass, lua } from './answers.ts'

const config = (configId: string, source = 'a.cfg', dialect = 'haproxy'): AppState['before'] => ({ state: 'ready', value: { input: { kind: 'path', path: source }, summary: { configId, source, dialect } as ConfigSummary } })
const answer = behaviour()
const known: AppState['behaviour'] = { state: 'ready', value: { before: 'b1', after: 'a1', sources: 'haproxy b.cfg\nhaproxy a.cfg', answer } }
const pair = (beforeId: string | null, afterId: string, at: AppState['behaviour'], source = 'a.cfg', dialect = 'haproxy'): Traffic =>
  toTraffic({ behaviour: at, before: beforeId === null ? initialState.before : config(beforeId, 'b.cfg', dialect), after: config(afterId, source, dialect) })

test('an answer is known only for the very configs it was asked about', () => {
  assert.deepEqual(pair('b1', 'a1', known), { state: 'known', answer })
  assert.deepEqual(pair('b1', 'a2', known), { state: 'working', previous: answer }, 'the file changed on disk: what stood there stays beside the work')
  assert.deepEqual(pair('b1', 'a2', known, 'other.cfg'), { state: 'working', previous: null }, 'another file: nothing stays')
  assert.deepEqual(pair('b2', 'a2', known, 'a.cfg', 'nginx'), { state: 'working', previous: null }, 'another product under the same name')
  assert.deepEqual(pair(null, 'a1', known), { state: 'none' })
  assert.deepEqual(pair('b1', 'a1', { ...known, state: 'loading' }), { state: 'working', previous: answer })
  const failure = { code: 'unsupported', message: 'No.' } as const
  const failed = pair('b1', 'a1', { ...known, state: 'failed', failure })
  assert.deepEqual(failed, { state: 'failed', failure })
  assert.equal(shownAnswer(failed), null, 'a failed comparison leaves no cards that could pass for its result')
})

const verdicts: readonly [string, Partial<BehaviourAnswer>, string, string, string, string][] = [
  ['nothing differs', {}, 'identical', 'ok', 'Identical for traffic', 'traffic: identical'],
  ['an answer that calls itself identical while something is unknown', { unknown: [lua(0)] }, 'may-differ', 'unknown', 'Traffic may differ', 'traffic may differ'],
  ['a class', { verdict: 'changed', differs: [behaviourClass('a')] }, 'changed', 'critical', 'Traffic changes', '1 misroute'],
  ['classes and something unknown', { verdict: 'changed', differs: [behaviourClass('a'), behaviourClass('b', { kind: 'status', severity: 'warning' })], unknown: [lua(0)] }, 'changed', 'critical', 'Traffic changes', '1 misroute, 1 more change, some unknown'],
  ['a class that is no misroute', { verdict: 'changed', differs: [behaviourClass('b', { kind: 'policy', severity: 'warning' })] }, 'changed', 'warning', 'Traffic changes', 'traffic: shares or settings'],
  ['several that are no misroute', { verdict: 'changed', differs: [behaviourClass('b', { kind: 'policy', severity: 'notice' }), behaviourClass('c', { kind: 'status', severity: 'notice' })] }, 'changed', 'notice', 'Traffic changes', '2 changes for traffic'],
  ['settings of pools alone', { verdict: 'changed' }, 'changed', 'notice', 'Only settings change', 'only settings change'],
]
for (const [name, parts, verdict, tone, word, chip] of verdicts) {
  test(`the verdict over ${name}`, () => {
    const given = behaviour(parts)
    const banner = toBanner(given)
    assert.deepEqual([verdictOf(given), banner.tone, banner.word, banner.isUnknown], [verdict, tone, word, verdict === 'may-differ'])
    const shown = toTrafficChip({ state: 'known', answer: given })
    assert.deepEqual([shown?.tone, shown?.text], [tone, chip])
  })
}

test('while it is compared or when it failed, the chip says that nothing is known', () => {
  assert.deepEqual([toTrafficChip({ state: 'working', previous: null })?.tone, toTrafficChip({ state: 'failed', failure: { code: 'io', message: 'x' } })?.tone, toTrafficChip({ state: 'none' })], ['unknown', 'unknown', null])
})

test('what is not known is listed once per line, with the requests under it', () => {
  const { unknown, work } = toBanner(behaviour({ unknown: [lua(0, { when: 'path starts with /a' }), lua(0, { when: 'path starts with /b', listener: null }), lua(0, { side: 'before' }), lua(50)] }))
  assert.deepEqual(unknown.map((place) => [place.side, place.at.start, place.whens]), [['after', 0, ['path starts with /a (web)', 'path starts with /b']], ['before', 0, ['any request (web)']], ['after', 50, ['any request (web)']]])
  assert.equal(work, 'Looked at 9 rules, 2 of them changed, in 12 ms.')
})
