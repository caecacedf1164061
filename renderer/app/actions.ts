import type { SteelyardClient } from '#shared/rpc/client.ts'
import type { AppSettings } from '#shared/rpc/payloads.ts'
import { createBehaviourActions, type BehaviourActions } from '#renderer/features/behaviour/behaviour-actions.ts'
import { createConfigActions, type ConfigActions } from '#renderer/features/open/config-actions.ts'
import { createHistoryActions, type HistoryActions } from '#renderer/features/history/history-actions.ts'
import { createLiveActions, type LiveActions } from '#renderer/features/live/live-actions.ts'
import { createReviewActions, type ReviewActions } from '#renderer/features/review/review-actions.ts'
import { createTraceActions, type TraceActions } from '#renderer/features/trace/trace-actions.ts'
import { createSettingsSaver, type SaveSettings } from '#renderer/features/settings/save-settings.ts'
import type { AppState, Dialog, Notice, Workspace } from '#renderer/state/app-state.ts'
import type { Store } from '#renderer/state/store.ts'

export interface ShellActions {
  goTo(workspace: Workspace): void
  openDialog(dialog: Dialog): void
  closeDialog(): void
  notify(text: string, tone?: Notice['tone'], action?: Notice['action']): void
  dismissNotice(id: number): void
  /** Stops what is being read and computed, and what waits for its turn; what stood there stays. */
  stopWork(): void
  saveSettings(change: Partial<AppSettings>): Promise<void>
}

export interface Actions extends ShellActions, ConfigActions, ReviewActions, BehaviourActions, TraceActions, HistoryActions, LiveActions {}

/** What the parts of the app need of each other. */
export interface ActionTools {
  readonly store: Store<AppState>
  readonly client: SteelyardClient
  readonly notify: ShellActions['notify']
  readonly saveSettings: SaveSettings
}

const quietMs = 6000

export function createActions(store: Store<AppState>, client: SteelyardClient, stopWork: () => void): Actions {
  let nextNotice = 0

  const dismissNotice = (id: number): void => store.update((state) => ({ notices: state.notices.filter((notice) => notice.id !== id) }))
  const notify: ShellActions['notify'] = (text, tone = 'info', action = null) => {
    const id = ++nextNotice
    store.update((state) => ({ notices: [...state.notices.filter((notice) => notice.text !== text), { id, text, tone, action }].slice(-4) }))
    if (tone !== 'problem' && action === null) setTimeout(() => dismissNotice(id), quietMs)
  }
  const saveSettings = createSettingsSaver(store, client)
  const tools: ActionTools = { store, client, notify, saveSettings }
  const behaviour = createBehaviourActions(tools)
  const review = createReviewActions(tools, behaviour)
  const configs = createConfigActions(tools, review)
  const trace = createTraceActions(tools)
  const history = createHistoryActions(tools, configs)
  const live = createLiveActions(tools, configs, review)

  const shell: ShellActions = {
    goTo(workspace) {
      if (store.get().workspace === workspace) return
      store.update({ workspace })
      if (workspace === 'history') void history.refreshHistory()
      void review.refreshTopology()
    },
    openDialog: (dialog) => store.update({ dialog }),
    closeDialog: () => store.update({ dialog: { kind: 'none' } }),
    notify,
    dismissNotice,
    stopWork() {
      stopWork()
      behaviour.stopBehaviour()
    },
    async saveSettings(change) {
      const saved = await saveSettings(change)
      if (!saved.ok) notify(`The settings could not be kept: ${saved.failure.message}`, 'problem')
    },
  }
  return { ...shell, ...configs, ...review, ...behaviour, ...trace, ...history, ...live }
}
