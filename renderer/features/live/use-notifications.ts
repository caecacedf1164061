import { useEffect, useRef } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { firingAlerts } from './live-words.ts'
import { toNotification } from './notification-text.ts'

const mostAtOnce = 3

/** Tells new alerts through the system while the window is not in front; only after that was switched on. A click leads to the alert. */
export function useAlertNotifications(): void {
  const { actions } = useApp()
  const on = useAppState((state) => state.settings.liveNotify)
  const newest = useAppState((state) => state.live.newest)
  const kind = useAppState((state) => state.live.session?.kind ?? null)
  const source = useAppState((state) => state.live.session?.title ?? '')
  const told = useRef(new Set<string>())
  useEffect(() => {
    if (newest === null || kind !== 'live') return
    const firing = firingAlerts(newest)
    const fresh = firing.filter((alert) => !told.current.has(`${alert.key} ${alert.sinceMs}`))
    told.current = new Set(firing.map((alert) => `${alert.key} ${alert.sinceMs}`))
    const isInFront = !document.hidden && document.hasFocus()
    if (!on || isInFront || !('Notification' in window) || Notification.permission !== 'granted') return
    const tell = (title: string, body: string, key: string): void => {
      new Notification(title, { body, tag: key }).onclick = () => {
        window.focus()
        actions.goTo('live')
        actions.chooseAlert(key)
      }
    }
    for (const alert of fresh.slice(0, mostAtOnce)) {
      const { title, body } = toNotification(alert, source)
      tell(title, body, alert.key)
    }
    const next = fresh[mostAtOnce]
    if (next !== undefined) tell(source, `${fresh.length - mostAtOnce} more ${fresh.length - mostAtOnce === 1 ? 'alert began' : 'alerts began'}.`, next.key)
  }, [newest, on, kind, source, actions])
}
