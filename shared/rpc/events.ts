import type { Events } from './payloads.ts'

export type Emit = <K extends keyof Events>(event: K, payload: Events[K]) => void

/** A set of listeners for the events of one engine. */
export interface EventHub {
  readonly emit: Emit
  readonly listen: (listener: (event: string, payload: unknown) => void) => () => void
}

export function createEventHub(): EventHub {
  const listeners = new Set<(event: string, payload: unknown) => void>()
  return {
    emit(event, payload) {
      for (const listener of [...listeners]) listener(event, payload)
    },
    listen(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
