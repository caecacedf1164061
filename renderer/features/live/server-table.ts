import type { Table } from '#shared/presentation/presentation.ts'
import { workRate, type LiveSample } from '#shared/view/live-sample.ts'
import { serverState, workTitle } from './live-words.ts'

/** Every server of every pool, to sort and to copy. Empty cells are not known. */
export function toServerTable(sample: LiveSample): Table {
  const [counted, ...others] = new Set(sample.pools.map((pool) => pool.counted))
  return {
    columns: [
      { key: 'pool', title: 'pool', numeric: false }, { key: 'server', title: 'server', numeric: false }, { key: 'state', title: 'state', numeric: false }, { key: 'address', title: 'address', numeric: false },
      { key: 'rate', title: workTitle(others.length > 0 ? null : counted ?? 'requests'), numeric: true }, { key: 'share', title: 'share %', numeric: true }, { key: 'expected', title: 'expected %', numeric: true }, { key: 'errors', title: '5xx/s', numeric: true },
      { key: 'ms', title: 'latency ms', numeric: true }, { key: 'queued', title: 'queue', numeric: true }, { key: 'sessions', title: 'sessions', numeric: true }, { key: 'weight', title: 'weight', numeric: true },
      ...(sample.configId === null ? [] : [{ key: 'config', title: 'in config', numeric: false }]),
    ],
    rows: sample.pools.flatMap((pool) => pool.servers.map((server) => {
      const state = serverState(server)
      return {
        id: `${pool.name}/${server.name}`, tone: state.tone, highlights: server.id === null ? [] : [server.id],
        cells: {
          pool: pool.name, server: server.name, state: state.word, address: server.address, rate: tenths(workRate(pool, server.rates)), share: percent(server.share),
          expected: server.expected === null ? null : server.expected.low === server.expected.high ? percent(server.expected.high) : `${String(percent(server.expected.low))}–${String(percent(server.expected.high))}`,
          errors: tenths(server.rates.errors), ms: server.responseMs === null ? null : Math.round(server.responseMs), queued: server.queued, sessions: server.sessions, weight: server.weight, config: server.inConfig ? 'yes' : 'no',
        },
      }
    })),
  }
}

function tenths(rate: number | null): number | null {
  return rate === null ? null : Math.round(rate * 10) / 10
}

function percent(share: number | null): number | null {
  return share === null ? null : Math.round(share * 1000) / 10
}
