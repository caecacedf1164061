/** A value that screens watch. `update` takes the parts that change, or a function of the present state. */
export interface Store<S> {
  get(): S
  update(change: Partial<S> | ((state: S) => Partial<S>)): void
  subscribe(listener: () => void): () => void
}

export function createStore<S extends object>(initial: S): Store<S> {
  let state = initial
  const listeners = new Set<() => void>()
  return {
    get: () => state,
    update(change) {
      const parts = typeof change === 'function' ? change(state) : change
      const keys = Object.keys(parts) as (keyof S)[]
      if (keys.every((key) => Object.is(state[key], parts[key]))) return
      state = { ...state, ...parts }
      for (const listener of [...listeners]) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
