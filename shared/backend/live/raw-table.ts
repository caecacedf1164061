import type { Table } from '#shared/presentation/presentation.ts'
import type { Count, CounterName, LiveSnapshot } from '#shared/live/snapshot.ts'

const counters: readonly (readonly [CounterName, string])[] = [
  ['requests', 'requests'], ['connections', 'connections'], ['selections', 'assignments'], ['bytesIn', 'bytes in'], ['bytesOut', 'bytes out'], ['status2xx', '2xx'], ['status3xx', '3xx'],
  ['status4xx', '4xx'], ['status5xx', '5xx'], ['failedConnections', 'failed connections'], ['failedResponses', 'failed responses'], ['denied', 'denied'], ['retries', 'retries'], ['redispatches', 'redispatches'],
]

/** Every row of a poll with its counters as they were read; empty cells: the source does not say. */
export function toRawTable(snapshot: LiveSnapshot): Table {
  return {
    columns: [
      { key: 'kind', title: 'kind', numeric: false }, { key: 'owner', title: 'name', numeric: false }, { key: 'server', title: 'server', numeric: false }, { key: 'state', title: 'state', numeric: false },
      { key: 'weight', title: 'weight', numeric: true }, { key: 'sessions', title: 'sessions', numeric: true }, { key: 'queued', title: 'queue', numeric: true }, { key: 'responseMs', title: 'ms', numeric: true },
      ...counters.map(([key, title]) => ({ key, title, numeric: true })),
    ],
    rows: snapshot.rows.map((row, index) => ({
      id: `raw-${index}`, tone: 'neutral', highlights: [],
      cells: {
        kind: row.kind, owner: row.owner, server: row.kind === 'server' ? row.name : '', state: row.kind === 'server' ? row.state.text : row.kind === 'pool' ? (row.up ? 'UP' : 'DOWN') : '',
        weight: row.kind === 'server' ? row.state.weight : null, sessions: row.gauges.sessions, queued: row.gauges.queued, responseMs: row.gauges.responseMs,
        ...Object.fromEntries(counters.map(([key]) => [key, cell(row.counters[key])])),
      },
    })),
  }
}

function cell(count: Count | undefined): number | string | null {
  return typeof count === 'bigint' ? count.toString() : (count ?? null)
}
