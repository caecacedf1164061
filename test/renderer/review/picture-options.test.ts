import assert from 'node:assert/strict'
import { test } from 'node:test'
import { effectiveTopologyOptions, focusFrom, openingOptions } from '#renderer/features/review/picture-options.ts'
import { defaultTopologyOptions, initialState, type AppState } from '#renderer/state/app-state.ts'

const compared = { ...initialState, before: { state: 'ready', value: {} } as unknown as AppState['before'], topologyOptions: { ...defaultTopologyOptions, onlyChanged: true } }
const counts = (servers: number) => ({ listeners: 1, rules: 0, pools: 0, servers })

test('a large difference opens with what changed, a small one or a single config with everything', () => {
  assert.equal(openingOptions(defaultTopologyOptions, counts(focusFrom), true).onlyChanged, true)
  assert.equal(openingOptions(defaultTopologyOptions, counts(focusFrom - 1), true).onlyChanged, false)
  assert.equal(openingOptions({ ...defaultTopologyOptions, onlyChanged: true, limit: 4000, expanded: ['x'] }, counts(50_000), false).onlyChanged, false)
  assert.deepEqual(openingOptions({ ...defaultTopologyOptions, limit: 4000, expanded: ['x'] }, null, true), defaultTopologyOptions)
})

test('words filter the picture only while it leaves boxes out, and then nothing else does', () => {
  assert.equal(effectiveTopologyOptions({ ...compared, find: 'web' }).query, '')
  assert.deepEqual(effectiveTopologyOptions({ ...compared, find: ' web ', picturePartial: true }), { ...defaultTopologyOptions, query: 'web', onlyChanged: false })
})

test('a trace and a config without a baseline ignore "only changed"', () => {
  assert.equal(effectiveTopologyOptions(compared).onlyChanged, true)
  assert.equal(effectiveTopologyOptions({ ...compared, workspace: 'trace' }).onlyChanged, false)
  assert.equal(effectiveTopologyOptions({ ...compared, before: initialState.before }).onlyChanged, false)
})
