import type { RowInterval } from '#shared/live/intervals.ts'
import type { ListenerRow, PoolRow, ServerRow } from '#shared/live/snapshot.ts'

/** What a listener, pool or server got in an interval: connections in TCP, else requests, or tries where only those are counted. Null: not known. */
export function unitsIn(row: ListenerRow | PoolRow | ServerRow, interval: RowInterval | null): number | null {
  if (interval === null) return null
  return row.protocol === 'tcp' ? interval.deltas.connections : interval.deltas.requests ?? interval.deltas.selections
}

/** Word for what is counted, where all of them count the same. */
export function unitWord(rows: readonly (ListenerRow | PoolRow)[]): string {
  const words = new Set(rows.map(({ protocol, counters }) => (protocol === 'tcp' ? 'connections' : counters.requests === null && counters.selections !== null ? 'tries' : 'requests')))
  return words.size === 1 ? [...words][0] as string : 'requests'
}
