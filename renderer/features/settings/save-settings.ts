import { failed, type Result } from '#shared/diagnostics/failure.ts'
import type { SteelyardClient } from '#shared/rpc/client.ts'
import type { AppSettings } from '#shared/rpc/payloads.ts'
import type { AppState } from '#renderer/state/app-state.ts'
import type { Store } from '#renderer/state/store.ts'

/** Shows a change at once and keeps it. */
export type SaveSettings = (change: Partial<AppSettings>) => Promise<Result<AppSettings>>

/**
 * Settings are kept whole, so what is kept waits for those kept before, which would be lost under the defaults,
 * and for the save before it: of two on their way the later one must be the last.
 */
export function createSettingsSaver(store: Store<AppState>, client: SteelyardClient): SaveSettings {
  let last: Promise<Result<AppSettings>> = Promise.resolve(failed('io', 'Nothing was saved yet.'))
  return async (change) => {
    await settingsRead(store)
    store.update(({ settings }) => ({ settings: { ...settings, ...change } }))
    last = last.then(() => client.call('app.saveSettings', store.get().settings))
    return last
  }
}

/** Resolves once what was kept has been read. */
function settingsRead(store: Store<AppState>): Promise<void> {
  if (store.get().info !== null) return Promise.resolve()
  return new Promise((resolve) => {
    const stop = store.subscribe(() => {
      if (store.get().info === null) return
      stop()
      resolve()
    })
  })
}
