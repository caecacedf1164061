import type { ActionTools } from '#renderer/app/actions.ts'
import type { ConfigActions } from '#renderer/features/open/config-actions.ts'
import type { Result } from '#shared/diagnostics/failure.ts'
import type { RestorePlan, Snapshot } from '#shared/rpc/payloads.ts'
import { idle, loading, settled } from '#renderer/state/remote.ts'
import { fileName } from '#renderer/features/review/places.ts'

export interface HistoryActions {
  refreshHistory(): Promise<void>
  chooseSource(source: string): Promise<void>
  pickSnapshot(snapshotId: string, picked: boolean): void
  /** Opens Review on two snapshots, older one as baseline. */
  compareSnapshots(before: string, after: string): Promise<void>
  takeSnapshot(note: string): Promise<Result<Snapshot>>
  /** Takes a snapshot of the candidate where none is named, then approves it. */
  approve(snapshotId: string | null, note: string, by: string): Promise<Result<Snapshot>>
  planRestore(snapshotId: string, folder: string | null): Promise<Result<RestorePlan>>
  restore(snapshotId: string, folder: string | null): Promise<Result<RestorePlan>>
}

export function createHistoryActions({ store, client, notify }: ActionTools, configs: ConfigActions): HistoryActions {
  const noCandidate = { ok: false, failure: { code: 'unknown-config', message: 'Open a config first.' } } as const

  const actions: HistoryActions = {
    async refreshHistory() {
      store.update((state) => ({ history: { ...state.history, sources: loading(state.history.sources) } }))
      const result = await client.call('history.sources', {})
      store.update((state) => ({ history: { ...state.history, sources: settled(result, state.history.sources) } }))
      const sources = result.ok ? result.value : []
      const wanted = store.get().history.source ?? store.get().after.value?.summary.source ?? null
      const chosen = sources.find((each) => each.source === wanted) ?? sources[0]
      if (chosen !== undefined) await actions.chooseSource(chosen.source)
    },

    async chooseSource(source) {
      store.update((state) => ({
        history: { ...state.history, source, picked: state.history.source === source ? state.history.picked : [], snapshots: loading(state.history.source === source ? state.history.snapshots : idle) },
      }))
      const result = await client.call('history.list', { source })
      if (store.get().history.source === source) store.update((state) => ({ history: { ...state.history, snapshots: settled(result, state.history.snapshots) } }))
    },

    pickSnapshot(snapshotId, picked) {
      store.update((state) => {
        const others = state.history.picked.filter((each) => each !== snapshotId)
        return { history: { ...state.history, picked: picked ? [...others, snapshotId].slice(-2) : others } }
      })
    },

    async compareSnapshots(before, after) {
      await configs.openPair({ kind: 'snapshot', snapshotId: before }, { kind: 'snapshot', snapshotId: after })
    },

    async takeSnapshot(note) {
      const candidate = store.get().after.value
      if (candidate === null) return noCandidate
      const added = await client.call('history.add', { configId: candidate.summary.configId, note, author: store.get().settings.author })
      if (added.ok) {
        notify(`Snapshot of ${fileName(candidate.summary.title)} kept.`, 'ok')
        if (store.get().workspace === 'history') await actions.refreshHistory()
      }
      return added
    },

    async approve(snapshotId, note, by) {
      let id = snapshotId
      if (id === null) {
        const candidate = store.get().after.value
        if (candidate === null) return noCandidate
        const added = await client.call('history.add', { configId: candidate.summary.configId, note, author: by })
        if (!added.ok) return added
        id = added.value.snapshotId
      }
      const approved = await client.call('history.approve', { snapshotId: id, note, by })
      if (approved.ok) {
        store.update((state) => ({ history: { ...state.history, source: approved.value.source } }))
        notify(`${fileName(approved.value.source)} is now known good.`, 'ok')
        await actions.refreshHistory()
      }
      return approved
    },

    planRestore: (snapshotId, folder) => client.call('history.planRestore', { snapshotId, folder }),
    async restore(snapshotId, folder) {
      const done = await client.call('history.restore', { snapshotId, folder })
      if (done.ok) notify(`Restored. What stood there is kept in ${done.value.backupFolder}.`, 'ok')
      return done
    },
  }
  return actions
}
