import type { Failure, Result } from '#shared/diagnostics/failure.ts'

/**
 * Something asked of the engine. While it is asked again, `value` stays, so that a refresh never empties a screen.
 * `failed` keeps the last value too: the screen shows it beside what went wrong.
 */
export type Remote<T> =
  | { readonly state: 'idle'; readonly value: null }
  | { readonly state: 'loading'; readonly value: T | null }
  | { readonly state: 'ready'; readonly value: T }
  | { readonly state: 'failed'; readonly value: T | null; readonly failure: Failure }

export const idle: Remote<never> = { state: 'idle', value: null }

export function loading<T>(previous: Remote<T>): Remote<T> {
  return { state: 'loading', value: previous.value }
}

export function settled<T>(result: Result<T>, previous: Remote<T>): Remote<T> {
  return result.ok ? { state: 'ready', value: result.value } : { state: 'failed', value: previous.value, failure: result.failure }
}

/** Somebody stopped it before there was an answer. */
export function wasStopped(remote: Remote<unknown>): boolean {
  return remote.state === 'failed' && remote.failure.code === 'cancelled'
}
