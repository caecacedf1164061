import type { AppState } from '#renderer/state/app-state.ts'

/** Where ticks live between two visits: local storage, or a map in tests. */
export type TickStorage = Pick<Storage, 'getItem' | 'setItem'>

const key = 'steelyard:reviewed'
const mostPairs = 60

type Kept = readonly (readonly [pair: string, ids: readonly string[]])[]

/** What ticks are kept under: the contents of both configs. */
export function pairKey(state: Pick<AppState, 'before' | 'after'>): string | null {
  const after = state.after.value?.summary.hash
  return after === undefined ? null : `${state.before.value?.summary.hash ?? 'none'}:${after}`
}

function readAll(storage: TickStorage): Kept {
  const text = storage.getItem(key)
  if (text === null) return []
  try {
    const value: unknown = JSON.parse(text)
    return Array.isArray(value) ? value.filter(isEntry) : []
  } catch {
    // Damaged by hand or by another version: ticks start anew.
    return []
  }
}

function isEntry(value: unknown): value is Kept[number] {
  return Array.isArray(value) && typeof value[0] === 'string' && Array.isArray(value[1]) && value[1].every((id) => typeof id === 'string')
}

export function loadReviewed(storage: TickStorage, pair: string): ReadonlySet<string> {
  return new Set(readAll(storage).find(([name]) => name === pair)?.[1] ?? [])
}

/** The pair that was ticked last stands first; the oldest ones are forgotten. */
export function saveReviewed(storage: TickStorage, pair: string, ids: ReadonlySet<string>): void {
  const others = readAll(storage).filter(([name]) => name !== pair)
  const kept: Kept = [...(ids.size === 0 ? [] : [[pair, [...ids]] as const]), ...others].slice(0, mostPairs)
  try {
    storage.setItem(key, JSON.stringify(kept))
  } catch {
    // Full or forbidden: the ticks still hold while the window is open.
    return
  }
}
