import { motionOf, themeOf, type AppState } from '#renderer/state/app-state.ts'
import type { Store } from '#renderer/state/store.ts'

/** Keeps the attributes of the page in step with the settings and with what the system prefers. */
export function followSystemLook(store: Store<AppState>): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)')
  const still = window.matchMedia('(prefers-reduced-motion: reduce)')
  const look = (): void => store.update({ systemDark: dark.matches, systemReducedMotion: still.matches })
  dark.addEventListener('change', look)
  still.addEventListener('change', look)
  look()

  const apply = (): void => {
    const state = store.get()
    const root = document.documentElement
    root.dataset['theme'] = themeOf(state)
    root.dataset['density'] = state.settings.density
    root.dataset['motion'] = motionOf(state)
  }
  store.subscribe(apply)
  apply()
}
