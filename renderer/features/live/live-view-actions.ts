import type { TopologyOptions } from '#shared/rpc/payloads.ts'
import { alertIds, alertOfIds, poolOfIds } from './live-selection.ts'
import type { LiveState } from './live-state.ts'
import type { LiveTools } from './live-tools.ts'
import { firingAlerts } from './live-words.ts'

export interface LiveViewActions {
  changeLive(change: Partial<Pick<LiveState, 'tab' | 'unit' | 'colour' | 'onlyTrouble' | 'isMoving' | 'metric' | 'minutes' | 'find' | 'pool'>>): void
  selectLiveIds(ids: readonly string[]): void
  clearLiveSelection(): void
  chooseAlert(key: string | null): void
  stepAlert(step: 1 | -1): void
  setLiveTopology(change: Partial<TopologyOptions>): void
  expandLiveGroup(id: string): void
}

/** What of the moment is looked at: boxes, alerts, tabs, how the picture is drawn. */
export function createLiveViewActions({ live, change, refreshPicture }: LiveTools): LiveViewActions {
  const actions: LiveViewActions = {
    changeLive: change,

    selectLiveIds(ids) {
      const { shown, picture } = live()
      const view = picture.answer.value?.view ?? null
      change({ ids, alertKey: alertOfIds(shown, ids), pool: poolOfIds(shown, view, ids) ?? live().pool })
    },
    clearLiveSelection: () => change({ ids: [], alertKey: null, pool: null }),

    chooseAlert(key) {
      const { shown, picture } = live()
      const alert = shown?.alerts.find((one) => one.key === key) ?? null
      if (alert === null) return change({ alertKey: null, ids: [] })
      change({ alertKey: alert.key, ids: alertIds(alert, shown, picture.answer.value?.view ?? null), pool: alert.pool ?? live().pool, metric: null })
    },

    stepAlert(step) {
      const alerts = firingAlerts(live().shown)
      if (alerts.length === 0) return
      const at = alerts.findIndex((alert) => alert.key === live().alertKey)
      const next = alerts[at === -1 ? (step === 1 ? 0 : alerts.length - 1) : (at + step + alerts.length) % alerts.length]
      actions.chooseAlert(next?.key ?? null)
    },

    setLiveTopology(parts) {
      change({ topologyOptions: { ...live().topologyOptions, ...parts } })
      void refreshPicture(true)
    },
    expandLiveGroup(id) {
      const { expanded } = live().topologyOptions
      actions.setLiveTopology({ expanded: expanded.includes(id) ? expanded.filter((each) => each !== id) : [...expanded, id] })
    },
  }
  return actions
}
