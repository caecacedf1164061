import type { AppState } from '#renderer/state/app-state.ts'

/** What ticks are kept under: the contents of both configs. */
export function pairKey(state: Pick<AppState, 'before' | 'after'>): string | null {
  const after = state.after.value?.summary.hash
  return after === undefined ? null : `${state.before.value?.summary.hash ?? 'none'}:${after}`
}
