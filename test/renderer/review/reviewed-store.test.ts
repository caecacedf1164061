import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadReviewed, pairKey, saveReviewed, type TickStorage } from '#renderer/features/review/reviewed-store.ts'
import { initialState, type AppState } from '#renderer/state/app-state.ts'

function storage(): TickStorage {
  const kept = new Map<string, string>()
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) }
}

test('ticks are kept per pair and come back', () => {
  const kept = storage()
  saveReviewed(kept, 'one', new Set(['a', 'b']))
  saveReviewed(kept, 'two', new Set(['c']))
  assert.deepEqual([...loadReviewed(kept, 'one')], ['a', 'b'])
  assert.deepEqual([...loadReviewed(kept, 'two')], ['c'])
  saveReviewed(kept, 'one', new Set())
  assert.deepEqual([...loadReviewed(kept, 'one')], [])
})

test('the pairs ticked longest ago are forgotten', () => {
  const kept = storage()
  for (let pair = 0; pair < 100; pair += 1) saveReviewed(kept, `pair ${pair}`, new Set(['a']))
  assert.equal(loadReviewed(kept, 'pair 99').size, 1)
  assert.equal(loadReviewed(kept, 'pair 0').size, 0)
})

test('damaged or refused storage is no fault', () => {
  for (const text of ['{', '5', '[["a"]]', '[["one",[1]]]']) {
    const damaged: TickStorage = { getItem: () => text, setItem: () => { throw new Error('full') } }
    assert.equal(loadReviewed(damaged, 'one').size, 0)
    saveReviewed(damaged, 'one', new Set(['a']))
  }
})

test('a pair is named by the contents of both configs', () => {
  const config = (hash: string) => ({ state: 'ready', value: { summary: { hash } } }) as AppState['after']
  assert.equal(pairKey({ before: config('x'), after: config('y') }), 'x:y')
  assert.equal(pairKey({ before: initialState.before, after: config('y') }), 'none:y')
  assert.equal(pairKey(initialState), null)
})
