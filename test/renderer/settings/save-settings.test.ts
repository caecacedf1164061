import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SteelyardClient } from '#shared/rpc/client.ts'
import { createSettingsSaver } from '#renderer/features/settings/save-settings.ts'
import { initialState, type AppState } from '#renderer/state/app-state.ts'
import { createStore } from '#renderer/state/store.ts'
import { ok } from '#shared/diagnostics/failure.ts'
import type { AppInfo, AppSettings } from '#shared/rpc/payloads.ts'

const soon = (): Promise<void> => new Promise((done) => setTimeout(done, 2))

/** A host that keeps what it is sent when it is told to. */
function slowHost(info: AppInfo | null) {
  const sent: { readonly settings: AppSettings; keep(): void }[] = []
  const call = (_method: string, settings: AppSettings): Promise<unknown> => new Promise((resolve) => { sent.push({ settings, keep: () => resolve(ok(settings)) }) })
  const store = createStore<AppState>({ ...initialState, info })
  return { sent, store, save: createSettingsSaver(store, { call } as unknown as SteelyardClient) }
}

const info = {} as AppInfo

test('of two changes the later one is sent when the first is kept, with both', async () => {
  const { sent, store, save } = slowHost(info)
  void save({ theme: 'dark' })
  void save({ density: 'compact' })
  await soon()
  assert.deepEqual([store.get().settings.theme, store.get().settings.density, sent.length], ['dark', 'compact', 1])
  sent[0]?.keep()
  await soon()
  assert.deepEqual([sent.length, sent[1]?.settings.theme, sent[1]?.settings.density], [2, 'dark', 'compact'])
})

test('a change before the kept settings were read does not put defaults in their place', async () => {
  const { sent, store, save } = slowHost(null)
  void save({ theme: 'light' })
  await soon()
  assert.equal(sent.length, 0)
  store.update((state) => ({ info, settings: { ...state.settings, author: 'Kim', theme: 'dark' } }))
  await soon()
  assert.deepEqual([sent[0]?.settings.author, sent[0]?.settings.theme], ['Kim', 'light'])
})
