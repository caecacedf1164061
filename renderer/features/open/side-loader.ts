import type { ActionTools } from '#renderer/app/actions.ts'
import type { LoadedConfig, Side } from '#renderer/state/app-state.ts'
import { idle, loading, type Remote } from '#renderer/state/remote.ts'
import type { Failure, Result } from '#shared/diagnostics/failure.ts'
import type { ConfigInput, ConfigSummary } from '#shared/rpc/payloads.ts'

/** Reads configs for the two sides; what stands on a side stays until something else was read. */
export interface SideLoader {
  /** What somebody asks for. Null: something newer was asked for on that side. */
  fetchAsked(side: Side, input: ConfigInput): Promise<Result<ConfigSummary> | null>
  /**
   * Loads the same side again without a word when it cannot be read; the caller says it. A file that was saved never gets in
   * the way of what somebody is opening there.
   */
  loadQuietly(side: Side, input: ConfigInput): Promise<Result<ConfigSummary> | null>
  /** Puts a loaded config on its side and moves the watching of the disk over to it. */
  commit(side: Side, input: ConfigInput, summary: ConfigSummary): void
  /** Nothing stands there. */
  clear(side: Side): void
  /** What stood there stays; with nothing there the side says what is wrong itself. */
  stay(side: Side): void
  /** `input`: null when there is nothing to try again with. */
  refuse(side: Side, input: ConfigInput | null, refusal: Failure): void
  /** What is being read for that side is not wanted any more. */
  overtake(side: Side): void
}

export function createSideLoader({ store, client }: ActionTools): SideLoader {
  const runs = { before: 0, after: 0 }
  const underway: Record<Side, Promise<unknown> | null> = { before: null, after: null }

  const put = (side: Side, change: Remote<LoadedConfig>): void => store.update(side === 'before' ? { before: change } : { after: change })

  /** Asks for a config while the present one stays on the screen. Null: something newer was asked for on that side. */
  async function fetchConfig(side: Side, input: ConfigInput): Promise<Result<ConfigSummary> | null> {
    const run = ++runs[side]
    put(side, loading(store.get()[side]))
    const result = await client.call('config.load', { input, options: { dialect: null, root: store.get().settings.root, environment: store.get().settings.environment, version: null } })
    return run === runs[side] ? result : null
  }

  /** Waits until nobody opens anything on a side. False: something else stands there then. */
  async function isFree(side: Side): Promise<boolean> {
    if (underway[side] === null) return true
    const present = store.get()[side].value
    while (underway[side] !== null) {
      await underway[side]
      // Whoever asked puts it there first.
      await new Promise((resolve) => setTimeout(resolve))
    }
    return store.get()[side].value === present
  }

  const loader: SideLoader = {
    async fetchAsked(side, input) {
      const loaded = fetchConfig(side, input)
      underway[side] = loaded
      const result = await loaded
      if (underway[side] === loaded) underway[side] = null
      return result
    },

    async loadQuietly(side, input) {
      if (!(await isFree(side))) return null
      const result = await fetchConfig(side, input)
      if (result?.ok === true) loader.commit(side, input, result.value)
      else if (result !== null) loader.stay(side)
      return result
    },

    commit(side, input, summary) {
      const old = store.get()[side].value?.summary
      put(side, { state: 'ready', value: { input, summary } })
      if (store.get().loadProblem?.side === side) store.update({ loadProblem: null })
      if (summary.watchable) void client.call('config.watch', { configId: summary.configId, watch: true })
      const other = store.get()[side === 'before' ? 'after' : 'before'].value?.summary.configId
      if (old?.watchable === true && old.configId !== summary.configId && old.configId !== other) void client.call('config.watch', { configId: old.configId, watch: false })
    },

    clear: (side) => put(side, idle),

    stay(side) {
      const present = store.get()[side]
      if (present.value !== null) put(side, { state: 'ready', value: present.value })
      else put(side, idle)
    },

    refuse(side, input, refusal) {
      const failure: Failure = refusal.code === 'cancelled' ? { ...refusal, message: 'Stopped before it was read. What stood there stays.' } : refusal
      const present = store.get()[side]
      if (side === 'after' && present.value === null) put(side, { state: 'failed', value: null, failure })
      else {
        loader.stay(side)
        store.update({ loadProblem: { side, input, failure } })
      }
    },

    overtake(side) {
      runs[side] += 1
    },
  }
  return loader
}
