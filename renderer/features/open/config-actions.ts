import type { ActionTools } from '#renderer/app/actions.ts'
import type { ConfigInput, ConfigSummary } from '#shared/rpc/payloads.ts'
import { fileName } from '#renderer/features/review/places.ts'
import { openingOptions } from '#renderer/features/review/picture-options.ts'
import { notCompared, type ReviewActions } from '#renderer/features/review/review-actions.ts'
import { nothingSelected, type Side, type Workspace } from '#renderer/state/app-state.ts'
import { createBroughtActions, type BroughtActions } from './brought-actions.ts'
import { createHeldSides } from './held-sides.ts'
import { createSideLoader } from './side-loader.ts'

export interface ConfigActions extends BroughtActions {
  /** First thing after the start: what the host was asked to open, the last pair, or the sample incident. */
  openFirst(): Promise<void>
  /** `product`: the config it is shown on; absent: HAProxy. */
  openSample(product?: 'nginx', askedFrom?: Workspace): Promise<void>
  /** As candidate, against the known good version of the same source if there is one. `askedFrom`: workspace it was asked for in; absent: the present one. */
  openOne(input: ConfigInput, askedFrom?: Workspace): Promise<void>
  openPair(before: ConfigInput | null, after: ConfigInput, askedFrom?: Workspace): Promise<void>
  openOn(side: Side, input: ConfigInput): Promise<void>
  /** Shows configs that the engine holds already; nothing is read again. The same pair stays as it stands. */
  openLoaded(before: ConfigSummary | null, after: ConfigSummary): Promise<void>
  removeBaseline(): void
  swapSides(): void
  reload(side: Side): Promise<void>
  /** The engine says that files of a config changed on disk. */
  configChanged(configId: string, paths: readonly string[]): Promise<void>
}

export function createConfigActions(tools: ActionTools, review: ReviewActions): ConfigActions {
  const { store, client, notify } = tools
  const loader = createSideLoader(tools)
  const held = createHeldSides(tools, loader, review)
  /** The baseline was chosen by the user, so it outlives the next candidate; one that we looked up does not. */
  let baselineChosen = false

  /**
   * Nothing that was said of the configs before stays: it would be read as said of those that come now.
   * `askedFrom`: where it was asked for; who went elsewhere while it was read stays there.
   */
  function freshScreen(askedFrom: Workspace): void {
    store.update(({ workspace }) => ({
      ...notCompared, selection: nothingSelected, reviewed: new Set<string>(), drawerFile: 0, cursor: null, find: '', picturePartial: false, workspace: workspace === askedFrom ? 'review' : workspace, dialog: { kind: 'none' },
    }))
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

  const actions: Omit<ConfigActions, keyof BroughtActions> = {
    async openFirst() {
      const { info, recent } = store.get()
      const open = info?.open ?? []
      const [first, second] = open
      // Whoever went elsewhere since the start did not ask for this.
      if (first !== undefined && second !== undefined) return actions.openPair(first, second, 'review')
      if (first !== undefined) return actions.openOne(first, 'review')
      const last = recent[0]
      if (last === undefined) return actions.openSample(undefined, 'review')
      await actions.openPair(last.before, last.after, 'review')
      baselineChosen = false
      if (store.get().after.state === 'failed') {
        notify(`${last.title} could not be opened again, so the sample incident is shown.`)
        await actions.openSample(undefined, 'review')
      }
    },

    openSample: (product, askedFrom) => actions.openPair({ kind: 'sample', side: 'before', ...(product === undefined ? {} : { product }) }, { kind: 'sample', side: 'after', ...(product === undefined ? {} : { product }) }, askedFrom),

    async openOne(input, askedFrom = store.get().workspace) {
      const loaded = await loader.fetchAsked('after', input)
      if (loaded === null) return
      if (!loaded.ok) {
        loader.refuse('after', input, loaded.failure)
        return
      }
      baselineChosen = false
      held.release('before')
      held.release('after')
      freshScreen(askedFrom)
      loader.commit('after', input, loaded.value)
      const good: ConfigInput = { kind: 'known-good', source: loaded.value.source }
      const found = await loader.fetchAsked('before', good)
      if (found === null) return
      if (found.ok) loader.commit('before', good, found.value)
      else loader.clear('before')
      await analyseNew()
    },

    async openPair(before, after, askedFrom = store.get().workspace) {
      const [first, second] = await Promise.all([before === null ? null : loader.fetchAsked('before', before), loader.fetchAsked('after', after)])
      if (second === null || (before !== null && first === null)) return
      if (!second.ok) {
        loader.stay('before')
        loader.refuse('after', after, second.failure)
        return
      }
      held.release('before')
      held.release('after')
      freshScreen(askedFrom)
      baselineChosen = before !== null && before.kind !== 'sample'
      loader.commit('after', after, second.value)
      if (before === null || first?.ok !== true) loader.clear('before')
      if (before !== null && first !== null) {
        if (first.ok) loader.commit('before', before, first.value)
        else loader.refuse('before', before, first.failure)
      }
      await analyseNew()
    },

    async openOn(side, input) {
      if (side === 'after' && !baselineChosen) return actions.openOne(input)
      const { workspace } = store.get()
      const loaded = await loader.fetchAsked(side, input)
      if (loaded === null) return
      if (!loaded.ok) {
        loader.refuse(side, input, loaded.failure)
        return
      }
      if (side === 'before') baselineChosen = true
      held.release(side)
      freshScreen(workspace)
      loader.commit(side, input, loaded.value)
      await analyseNew()
    },

    async openLoaded(before, after) {
      const present = store.get()
      if (present.after.value?.summary.configId === after.configId && (present.before.value?.summary.configId ?? null) === (before?.configId ?? null)) {
        store.update({ workspace: 'review', dialog: { kind: 'none' } })
        return
      }
      // What was asked for before is overtaken.
      loader.overtake('before')
      loader.overtake('after')
      held.release('before')
      held.release('after')
      freshScreen(present.workspace)
      baselineChosen = before !== null
      loader.commit('after', after.input, after)
      if (before === null) loader.clear('before')
      else loader.commit('before', before.input, before)
      await analyseNew()
    },

    removeBaseline() {
      baselineChosen = false
      held.release('before')
      loader.overtake('before')
      loader.clear('before')
      void review.analyse()
    },

    swapSides() {
      const { before, after } = store.get()
      if (before.value === null || after.value === null) return
      store.update({ before: { state: 'ready', value: after.value }, after: { state: 'ready', value: before.value }, ...notCompared, selection: nothingSelected })
      held.swap()
      void review.analyse()
    },

    async reload(side) {
      const config = store.get()[side].value
      if (config === null) return
      const result = await loader.loadQuietly(side, config.input)
      if (result !== null && !result.ok) notify(`${config.summary.title} cannot be read any more: ${result.failure.message}`, 'problem')
      await review.analyse()
    },

    async configChanged(configId, paths) {
      const sides = (['before', 'after'] as const).filter((side) => store.get()[side].value?.summary.configId === configId)
      for (const side of sides) {
        const config = store.get()[side].value
        if (config === null) continue
        const result = await loader.loadQuietly(side, config.input)
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

  return { ...actions, ...createBroughtActions(tools, actions, loader, held) }
}
