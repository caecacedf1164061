import { createContext, useContext, useSyncExternalStore } from 'react'
import type { SteelyardClient } from '#shared/rpc/client.ts'
import type { AppState } from '#renderer/state/app-state.ts'
import type { Store } from '#renderer/state/store.ts'
import type { Actions } from './actions.ts'

export interface App {
  readonly store: Store<AppState>
  readonly client: SteelyardClient
  readonly actions: Actions
  /** Runs a command of the palette by its id; an unknown id does nothing. */
  readonly run: (command: string) => void
}

export const AppContext = createContext<App | null>(null)

export function useApp(): App {
  const app = useContext(AppContext)
  if (app === null) throw new Error('useApp stands outside the app')
  return app
}

/** A part of the state. `select` returns it as it is: a new object on every call would render for ever. */
export function useAppState<T>(select: (state: AppState) => T): T {
  const { store } = useApp()
  return useSyncExternalStore(store.subscribe, () => select(store.get()))
}
