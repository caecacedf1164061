import { useEffect, useRef } from 'react'
import { useAppState } from '#renderer/app/context.ts'
import { firingAlerts } from './live-words.ts'

/** Tells new alerts through the system while nobody sees the window; only after that was switched on. */
export function useAlertNotifications(): void {
  const on = useAppState((state) => state.settings.liveNotify)
  const newest = useAppState((state) => state.live.newest)
  const kind = useAppState((state) => state.live.session?.kind ?? null)
  const title = useAppState((state) => state.live.session?.title ?? '')
  const told = useRef(new Set<string>())
  useEffect(() => {
    if (newest === null || kind !== 'live') return
    const firing = firingAlerts(newest)
    const fresh = firing.filter((alert) => !told.current.has(`${alert.key} ${alert.sinceMs}`))
    told.current = new Set(firing.map((alert) => `${alert.key} ${alert.sinceMs}`))
    if (!on || !document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return
    for (const alert of fresh.slice(0, 3)) new Notification(title, { body: alert.sentence, tag: alert.key })
  }, [newest, on, kind, title])
}
