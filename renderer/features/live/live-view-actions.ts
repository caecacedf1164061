import type { TimelineMark } from '#shared/rpc/live-payloads.ts'
import type { TopologyOptions } from '#shared/rpc/payloads.ts'
import { alertIds, alertOfIds, chosenAlert, poolOfIds } from './live-selection.ts'
import type { LiveState } from './live-state.ts'
import type { LiveTime } from './live-time-actions.ts'
import type { LiveTools } from './live-tools.ts'
import { firingAlerts } from './live-words.ts'

export interface LiveViewActions {
  changeLive(change: Partial<Pick<LiveState, 'tab' | 'unit' | 'colour' | 'onlyTrouble' | 'isMoving' | 'metric' | 'minutes' | 'find' | 'pool'>>): void
  selectLiveIds(ids: readonly string[]): void
  clearLiveSelection(): void
  chooseAlert(key: string | null): void
  stepAlert(step: 1 | -1): void
  /** To when the chosen alert began; without one, the first that fires is chosen. */
  rewindToAlert(): void
  /** To a mark of the timeline, and to the alert that it tells of. */
  goToMark(mark: Pick<TimelineMark, 'atMs' | 'key'>): void
  setLiveTopology(change: Partial<TopologyOptions>): void
  expandLiveGroup(id: string): void
}

/** What of the moment is looked at: boxes, alerts, tabs, how the picture is drawn. */
export function createLiveViewActions({ live, change, refreshPicture }: LiveTools, time: LiveTime): LiveViewActions {
  const actions: LiveViewActions = {
    changeLive: change,

    selectLiveIds(ids) {
      const { shown, picture } = live()
      const view = picture.answer.value?.view ?? null
      change({ ids, alert: alertOfIds(shown, ids), pool: poolOfIds(shown, view, ids) ?? live().pool })
    },
    clearLiveSelection: () => change({ ids: [], alert: null, pool: null }),

    chooseAlert(key) {
      const { shown, picture } = live()
      const alert = shown?.alerts.find((one) => one.key === key) ?? null
      if (alert === null) return change({ alert: null, ids: [] })
      change({ alert, ids: alertIds(alert, shown, picture.answer.value?.view ?? null), pool: alert.pool ?? live().pool, metric: null })
    },

    stepAlert: (step) => time.onceThere(() => {
      const alerts = firingAlerts(live().shown)
      if (alerts.length === 0) return
      const at = alerts.findIndex((alert) => alert.key === live().alert?.key)
      const next = alerts[at === -1 ? (step === 1 ? 0 : alerts.length - 1) : (at + step + alerts.length) % alerts.length]
      actions.chooseAlert(next?.key ?? null)
    }),
    rewindToAlert: () => time.onceThere(() => {
      if (live().alert === null) actions.chooseAlert(firingAlerts(live().shown)[0]?.key ?? null)
      const alert = chosenAlert(live())
      if (alert !== null) time.seekLive(alert.sinceMs)
    }),
    goToMark({ atMs, key }) {
      time.seekLive(atMs)
      if (key !== null) time.onceThere(() => actions.chooseAlert(key))
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
