import type { ActionTools } from '#renderer/app/actions.ts'
import type { Failure, Result } from '#shared/diagnostics/failure.ts'
import type { ConfigInput, ConfigSummary, LoadOptions } from '#shared/rpc/payloads.ts'
import { fileName } from '#renderer/features/review/places.ts'
import { openingOptions, type ReviewActions } from '#renderer/features/review/review-actions.ts'
import { nothingSelected, type LoadedConfig, type Side } from '#renderer/state/app-state.ts'
import { idle, loading, type Remote } from '#renderer/state/remote.ts'
import { toFilesInput, watchHeld, type Dropped, type HeldFile } from './browser-files.ts'
import { toFolderChoices } from './folder-choices.ts'
import { toTypedInput } from './typed-input.ts'

export interface ConfigActions {
  /** First thing after the start: what the host was asked to open, the last pair, or the sample incident. */
  openFirst(): Promise<void>
  /** `product`: the config it is shown on; absent: HAProxy. */
  openSample(product?: 'nginx'): Promise<void>
  /** As candidate, against the known good version of the same source if there is one. */
  openOne(input: ConfigInput): Promise<void>
  openPair(before: ConfigInput | null, after: ConfigInput): Promise<void>
  openOn(side: Side, input: ConfigInput): Promise<void>
  /** Shows configs that the engine holds already; nothing is read again. The same pair stays as it stands. */
  openLoaded(before: ConfigSummary | null, after: ConfigSummary): Promise<void>
  removeBaseline(): void
  swapSides(): void
  /** Files and folders that were dropped or chosen. `side`: where a single one goes; null lets it become the candidate. */
  openDropped(dropped: readonly Dropped[], side: Side | null): Promise<void>
  /** Paths of this machine, or `git:REF:PATH` and `known-good:SOURCE`. Two are compared; a folder with several configs asks which. */
  openPaths(paths: readonly string[], side: Side | null): Promise<void>
  reload(side: Side): Promise<void>
  /** The engine says that files of a config changed on disk. */
  configChanged(configId: string, paths: readonly string[]): Promise<void>
}

interface Held {
  readonly files: readonly HeldFile[]
  stop(): void
}

export function createConfigActions({ store, client, notify }: ActionTools, review: ReviewActions): ConfigActions {
  const runs = { before: 0, after: 0 }
  const underway: Record<Side, Promise<unknown> | null> = { before: null, after: null }
  const held: Record<Side, Held | null> = { before: null, after: null }
  /** The baseline was chosen by the user, so it outlives the next candidate; one that we looked up does not. */
  let baselineChosen = false

  const options = (): LoadOptions => ({ dialect: null, root: store.get().settings.root, environment: store.get().settings.environment, version: null })
  const put = (side: Side, change: Remote<LoadedConfig>): void => store.update(side === 'before' ? { before: change } : { after: change })

  /** Asks for a config while the present one stays on the screen. Null: something newer was asked for on that side. */
  async function fetchConfig(side: Side, input: ConfigInput): Promise<Result<ConfigSummary> | null> {
    const run = ++runs[side]
    put(side, loading(store.get()[side]))
    const result = await client.call('config.load', { input, options: options() })
    return run === runs[side] ? result : null
  }

  /** The same for what somebody asks for. */
  async function fetchAsked(side: Side, input: ConfigInput): Promise<Result<ConfigSummary> | null> {
    const loaded = fetchConfig(side, input)
    underway[side] = loaded
    const result = await loaded
    if (underway[side] === loaded) underway[side] = null
    return result
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

  /** Puts a loaded config on its side and moves the watching of the disk over to it. */
  function commit(side: Side, input: ConfigInput, summary: ConfigSummary): void {
    const old = store.get()[side].value?.summary
    put(side, { state: 'ready', value: { input, summary } })
    if (store.get().loadProblem?.side === side) store.update({ loadProblem: null })
    if (summary.watchable) void client.call('config.watch', { configId: summary.configId, watch: true })
    const other = store.get()[side === 'before' ? 'after' : 'before'].value?.summary.configId
    if (old?.watchable === true && old.configId !== summary.configId && old.configId !== other) void client.call('config.watch', { configId: old.configId, watch: false })
  }

  /** What stood there stays; with nothing there the side says what is wrong itself. */
  function stay(side: Side): void {
    const present = store.get()[side]
    if (present.value !== null) put(side, { state: 'ready', value: present.value })
    else put(side, idle)
  }

  /** `input`: null when there is nothing to try again with. */
  function refuse(side: Side, input: ConfigInput | null, refusal: Failure): void {
    const failure: Failure = refusal.code === 'cancelled' ? { ...refusal, message: 'Stopped before it was read. What stood there stays.' } : refusal
    const present = store.get()[side]
    if (side === 'after' && present.value === null) put(side, { state: 'failed', value: null, failure })
    else {
      stay(side)
      store.update({ loadProblem: { side, input, failure } })
    }
  }

  /**
   * Loads the same side again without a word when it cannot be read; the caller says it. A file that was saved never gets in
   * the way of what somebody is opening there.
   */
  async function loadQuietly(side: Side, input: ConfigInput): Promise<Result<ConfigSummary> | null> {
    if (!(await isFree(side))) return null
    const result = await fetchConfig(side, input)
    if (result?.ok === true) commit(side, input, result.value)
    else if (result !== null) stay(side)
    return result
  }

  function release(side: Side): void {
    held[side]?.stop()
    held[side] = null
  }

  function freshScreen(): void {
    store.update({ selection: nothingSelected, reviewed: new Set(), drawerFile: 0, cursor: null, find: '', picturePartial: false, workspace: 'review', dialog: { kind: 'none' } })
  }

  /** A new pair stands: what the picture begins with, then everything that follows from the two. */
  async function analyseNew(): Promise<void> {
    store.update((state) => ({ topologyOptions: openingOptions(state.topologyOptions, state.after.value?.summary.counts ?? null, state.before.value !== null) }))
    await review.analyse()
    await remember()
  }

  async function remember(): Promise<void> {
    const { before, after } = store.get()
    if (after.value === null || [before.value?.input.kind, after.value.input.kind].some((kind) => kind === 'files' || kind === 'sample')) return
    await client.call('app.remember', { title: after.value.summary.title, before: before.value?.input ?? null, after: after.value.input })
    const recent = await client.call('app.recent', {})
    if (recent.ok) store.update({ recent: recent.value })
  }

  /** Keeps looking at dropped files; a saved file is sent again and everything follows, place kept. */
  function hold(side: Side, title: string, files: readonly HeldFile[]): void {
    release(side)
    const stop = watchHeld(files, (now) => {
      void (async () => {
        const input = await toFilesInput(title, now)
        const result = input.ok ? await loadQuietly(side, input.value) : input
        if (result === null) return
        if (!result.ok) notify(`${title} changed on disk and cannot be read any more: ${result.failure.message}`, 'problem')
        else {
          await review.analyse()
          notify(`${title} changed on disk, reloaded.`)
        }
      })()
    })
    held[side] = { files, stop }
  }

  const actions: ConfigActions = {
    async openFirst() {
      const { info, recent } = store.get()
      const open = info?.open ?? []
      const [first, second] = open
      if (first !== undefined && second !== undefined) return actions.openPair(first, second)
      if (first !== undefined) return actions.openOne(first)
      const last = recent[0]
      if (last === undefined) return actions.openSample()
      await actions.openPair(last.before, last.after)
      baselineChosen = false
      if (store.get().after.state === 'failed') {
        notify(`${last.title} could not be opened again, so the sample incident is shown.`)
        await actions.openSample()
      }
    },

    openSample: (product) => actions.openPair({ kind: 'sample', side: 'before', ...(product === undefined ? {} : { product }) }, { kind: 'sample', side: 'after', ...(product === undefined ? {} : { product }) }),

    async openOne(input) {
      const loaded = await fetchAsked('after', input)
      if (loaded === null) return
      if (!loaded.ok) {
        refuse('after', input, loaded.failure)
        return
      }
      baselineChosen = false
      release('before')
      release('after')
      freshScreen()
      commit('after', input, loaded.value)
      const good: ConfigInput = { kind: 'known-good', source: loaded.value.source }
      const found = await fetchAsked('before', good)
      if (found === null) return
      if (found.ok) commit('before', good, found.value)
      else put('before', idle)
      await analyseNew()
    },

    async openPair(before, after) {
      const [first, second] = await Promise.all([before === null ? null : fetchAsked('before', before), fetchAsked('after', after)])
      if (second === null || (before !== null && first === null)) return
      if (!second.ok) {
        stay('before')
        refuse('after', after, second.failure)
        return
      }
      release('before')
      release('after')
      freshScreen()
      baselineChosen = before !== null && before.kind !== 'sample'
      commit('after', after, second.value)
      if (before === null || first?.ok !== true) put('before', idle)
      if (before !== null && first !== null) {
        if (first.ok) commit('before', before, first.value)
        else refuse('before', before, first.failure)
      }
      await analyseNew()
    },

    async openOn(side, input) {
      if (side === 'after' && !baselineChosen) return actions.openOne(input)
      const loaded = await fetchAsked(side, input)
      if (loaded === null) return
      if (!loaded.ok) {
        refuse(side, input, loaded.failure)
        return
      }
      if (side === 'before') baselineChosen = true
      release(side)
      freshScreen()
      commit(side, input, loaded.value)
      await analyseNew()
    },

    async openLoaded(before, after) {
      const present = store.get()
      if (present.after.value?.summary.configId === after.configId && (present.before.value?.summary.configId ?? null) === (before?.configId ?? null)) {
        store.update({ workspace: 'review', dialog: { kind: 'none' } })
        return
      }
      // What was asked for before is overtaken.
      runs.before += 1
      runs.after += 1
      release('before')
      release('after')
      freshScreen()
      baselineChosen = before !== null
      commit('after', after.input, after)
      if (before === null) put('before', idle)
      else commit('before', before.input, before)
      await analyseNew()
    },

    removeBaseline() {
      baselineChosen = false
      release('before')
      runs.before += 1
      put('before', idle)
      void review.analyse()
    },

    swapSides() {
      const { before, after } = store.get()
      if (before.value === null || after.value === null) return
      const swap = held.before
      held.before = held.after
      held.after = swap
      store.update({ before: { state: 'ready', value: after.value }, after: { state: 'ready', value: before.value }, selection: nothingSelected })
      rehold('before')
      rehold('after')
      void review.analyse()
    },

    async openDropped(dropped, side) {
      const [first, second] = dropped
      if (first === undefined) return
      if (second !== undefined) {
        if (dropped.length > 2) notify(`${dropped.length} things were dropped; the first two are compared.`)
        await openHeldPair(first, second)
        return
      }
      if (first.kind === 'file') await openHeld(side, first.title, [first.file])
      else await openHeldFolder(side, first)
    },

    async openPaths(paths, side) {
      const [first, second] = paths
      if (first === undefined) return
      if (second !== undefined) return actions.openPair(toTypedInput(first), toTypedInput(second))
      const openInput = (input: ConfigInput): Promise<void> => (side === null ? actions.openOne(input) : actions.openOn(side, input))
      const open = (path: string): Promise<void> => openInput({ kind: 'path', path })
      const typed = toTypedInput(first)
      if (typed.kind !== 'path') return openInput(typed)
      const found = await client.call('config.find', { folder: first })
      if (!found.ok || found.value.length <= 1) return open(found.ok ? (found.value[0]?.path ?? first) : first)
      store.update({
        dialog: {
          kind: 'choose', title: `Configs in ${fileName(first)}`,
          choices: [
            { title: 'The whole folder, as one config', detail: first, open: () => void open(first) },
            ...found.value.map((each) => ({ title: each.path, detail: `${each.dialect}, ${Math.round(each.confidence * 100)} % sure`, open: () => void open(each.path) })),
          ],
        },
      })
    },

    async reload(side) {
      const config = store.get()[side].value
      if (config === null) return
      const result = await loadQuietly(side, config.input)
      if (result !== null && !result.ok) notify(`${config.summary.title} cannot be read any more: ${result.failure.message}`, 'problem')
      await review.analyse()
    },

    async configChanged(configId, paths) {
      const sides = (['before', 'after'] as const).filter((side) => store.get()[side].value?.summary.configId === configId)
      for (const side of sides) {
        const config = store.get()[side].value
        if (config === null) continue
        const result = await loadQuietly(side, config.input)
        const name = paths[0] === undefined ? config.summary.title : fileName(paths[0])
        if (result === null) continue
        if (!result.ok) notify(`${name} changed on disk and cannot be read any more: ${result.failure.message}`, 'problem')
        else if (result.value.configId !== configId) {
          await review.analyse()
          notify(`${name} changed on disk, reloaded.`)
        }
      }
    },
  }

  function rehold(side: Side): void {
    const now = held[side]
    const title = store.get()[side].value?.summary.title
    if (now === null || title === undefined) return
    now.stop()
    held[side] = null
    hold(side, title, now.files)
  }

  async function openHeld(side: Side | null, title: string, files: readonly HeldFile[]): Promise<void> {
    const target = side ?? 'after'
    const made = await toFilesInput(title, files)
    if (!made.ok) return refuse(target, null, made.failure)
    const input = made.value
    if (side === null) await actions.openOne(input)
    else await actions.openOn(side, input)
    if (store.get()[target].value?.input === input) hold(target, title, files)
  }

  async function openHeldPair(before: Dropped, after: Dropped): Promise<void> {
    const filesOf = (dropped: Dropped): readonly HeldFile[] => (dropped.kind === 'file' ? [dropped.file] : dropped.files)
    const [first, second] = await Promise.all([toFilesInput(before.title, filesOf(before)), toFilesInput(after.title, filesOf(after))])
    if (!first.ok) return refuse('before', null, first.failure)
    if (!second.ok) return refuse('after', null, second.failure)
    await actions.openPair(first.value, second.value)
    if (store.get().before.value?.input === first.value) hold('before', before.title, filesOf(before))
    if (store.get().after.value?.input === second.value) hold('after', after.title, filesOf(after))
  }

  async function openHeldFolder(side: Side | null, folder: Dropped & { readonly kind: 'folder' }): Promise<void> {
    const choices = toFolderChoices(folder.files.map((file) => file.path))
    if (folder.leftOut > 0) notify(`${folder.leftOut} entries of ${folder.title} were not read: they are unreadable, or the folder is too large or too deep.`)
    if (choices.length === 0) {
      notify(`No config was found in ${folder.title}: no file ends in .cfg or .conf.`, 'problem')
      return
    }
    const open = (configs: readonly string[]): Promise<void> => openHeld(side, folder.title, folder.files.filter((file) => configs.includes(file.path) || !file.path.endsWith('.cfg')))
    const only = choices.length === 1 ? choices[0] : undefined
    if (only !== undefined) return open(only.configs)
    store.update({ dialog: { kind: 'choose', title: `Configs in ${folder.title}`, choices: choices.map((choice) => ({ title: choice.title, detail: choice.detail, open: () => void open(choice.configs) })) } })
  }

  return actions
}
