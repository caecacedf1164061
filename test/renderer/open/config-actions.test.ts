import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SteelyardClient } from '#shared/rpc/client.ts'
import { createConfigActions } from '#renderer/features/open/config-actions.ts'
import type { ReviewActions } from '#renderer/features/review/review-actions.ts'
import { initialState, type AppState } from '#renderer/state/app-state.ts'
import { createStore } from '#renderer/state/store.ts'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { ConfigInput, ConfigSummary } from '#shared/rpc/payloads.ts'

const saved: ConfigInput = { kind: 'path', path: 'a.cfg' }
const good: ConfigInput = { kind: 'known-good', source: 'a.cfg' }

/** A host that answers when it is told to; every load gives a config of its own. */
function slowHost() {
  const asked: { readonly input: ConfigInput; answer(known: boolean): Promise<void> }[] = []
  let count = 0
  const call = (method: string, parameters: { readonly input: ConfigInput }): Promise<unknown> => {
    if (method !== 'config.load') return Promise.resolve(ok([]))
    return new Promise((resolve) => {
      asked.push({
        input: parameters.input,
        async answer(known) {
          count += 1
          const summary: Partial<ConfigSummary> = { configId: `config ${count}`, source: 'a.cfg', title: 'a.cfg', watchable: false }
          resolve(known ? ok(summary) : failed('not-found', 'There is none.'))
          await new Promise((done) => setTimeout(done, 5))
        },
      })
    })
  }
  const store = createStore<AppState>(initialState)
  const review: Partial<ReviewActions> = { analyse: () => Promise.resolve() }
  const notices: string[] = []
  const actions = createConfigActions({ store, client: { call } as unknown as SteelyardClient, notify: (text) => { notices.push(text) }, saveSettings: () => Promise.reject(new Error('not asked here')) }, review as ReviewActions)
  return { asked, store, actions, notices }
}

test('a file that was saved while it is opened anew does not take the place of what was asked for', async () => {
  const { asked, store, actions } = slowHost()
  const first = actions.openOne(saved)
  await asked[0]?.answer(true)
  await asked[1]?.answer(false)
  await first
  assert.equal(store.get().before.value, null)
  // The notice of the disk comes while the same file is being opened by hand, now with a known good version.
  const again = actions.openOne(saved)
  const notice = actions.configChanged('config 1', ['a.cfg'])
  await asked[2]?.answer(true)
  assert.deepEqual(asked.slice(2).map(({ input }) => input.kind), ['path', 'known-good'])
  await asked[3]?.answer(true)
  await Promise.all([again, notice])
  assert.deepEqual(store.get().before.value?.input, good)
  assert.equal(store.get().after.value?.summary.configId, 'config 3')
})

test('a file that was saved is read again when what was opened meanwhile could not be read', async () => {
  const { asked, store, actions, notices } = slowHost()
  const first = actions.openOne(saved)
  await asked[0]?.answer(true)
  await asked[1]?.answer(false)
  await first
  const other = actions.openOne({ kind: 'path', path: 'gone.cfg' })
  const notice = actions.configChanged('config 1', ['a.cfg'])
  await asked[2]?.answer(false)
  await other
  await asked[3]?.answer(true)
  await notice
  assert.deepEqual(asked[3]?.input, saved)
  assert.deepEqual(store.get().after.value?.input, saved)
  assert.deepEqual(notices, ['a.cfg changed on disk, reloaded.'])
})

test('what was said of the configs before goes with them, and stays where a file only changed on disk', async () => {
  const { asked, store, actions } = slowHost()
  const ready = { state: 'ready', value: {} } as unknown
  const compared = { comparison: ready, topology: ready, checks: ready } as Pick<AppState, 'comparison' | 'topology' | 'checks'>
  const told = (): readonly string[] => [store.get().comparison, store.get().topology, store.get().checks].map((one) => one.state)
  const first = actions.openPair(good, saved)
  await asked[0]?.answer(true)
  store.update(compared)
  await asked[1]?.answer(true)
  await first
  assert.deepEqual(told(), ['idle', 'idle', 'idle'], 'another pair')
  store.update(compared)
  const notice = actions.configChanged('config 2', ['a.cfg'])
  await new Promise((done) => setTimeout(done, 5))
  await asked[2]?.answer(true)
  await notice
  assert.deepEqual(told(), ['ready', 'ready', 'ready'], 'the same pair, changed on disk')
  actions.swapSides()
  assert.deepEqual(told(), ['idle', 'idle', 'idle'], 'the same pair the other way round')
})

test('who goes elsewhere while a config is read stays there; who waits comes to it', async () => {
  const { asked, store, actions } = slowHost()
  const first = actions.openPair(good, saved)
  store.update({ workspace: 'settings' })
  await asked[0]?.answer(true)
  await asked[1]?.answer(true)
  await first
  assert.deepEqual([store.get().workspace, store.get().after.value?.summary.configId], ['settings', 'config 2'])
  const second = actions.openOne(saved)
  await asked[2]?.answer(true)
  await asked[3]?.answer(false)
  await second
  assert.equal(store.get().workspace, 'review')
})

test('who went elsewhere before the first config was even asked for stays there', async () => {
  const { asked, store, actions } = slowHost()
  store.update({ workspace: 'settings' })
  const first = actions.openFirst()
  await asked[0]?.answer(true)
  await asked[1]?.answer(true)
  await first
  assert.deepEqual([store.get().workspace, store.get().after.value?.summary.configId], ['settings', 'config 2'])
})
