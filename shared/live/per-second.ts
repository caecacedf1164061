import type { RowInterval } from './intervals.ts'

/** Per second; null where the interval has no rate. */
export function perSecond(interval: RowInterval | null, counter: keyof RowInterval['deltas']): number | null {
  const delta = interval?.deltas[counter] ?? null
  return delta === null || interval === null ? null : delta / (interval.durationMs / 1000)
}
