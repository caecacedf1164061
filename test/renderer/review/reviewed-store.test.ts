import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pairKey } from '#renderer/features/review/reviewed-store.ts'
import { initialState, type AppState } from '#renderer/state/app-state.ts'

test('a pair is named by the contents of both configs', () => {
  const config = (hash: string) => ({ state: 'ready', value: { summary: { hash } } }) as AppState['after']
  assert.equal(pairKey({ before: config('x'), after: config('y') }), 'x:y')
  assert.equal(pairKey({ before: initialState.before, after: config('y') }), 'none:y')
  assert.equal(pairKey(initialState), null)
})
