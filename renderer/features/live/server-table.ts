import type { Table } from '#shared/presentation/presentation.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'
import { serverState, workRate } from './live-words.ts'

/** Every server of every pool, to sort and to copy. Empty cells are not known. */
export function toServerTable(sample: LiveSample): Table {
  return {
    columns: [
      { key: 'pool', title: 'pool', numeric: false }, { key: 'server', title: 'server', numeric: false }, { key: 'state', title: 'state', numeric: false }, { key: 'address', title: 'address', numeric: false },
      { key: 'rate', title: 'req/s', numeric: true }, { key: 'share', title: 'share %', numeric: true }, { key: 'expected', title: 'expected %', numeric: true }, { key: 'errors', title: '5xx/s', numeric: true },
      { key: 'ms', title: 'ms', numeric: true }, { key: 'queued', title: 'queue', numeric: true }, { key: 'sessions', title: 'sessions', numeric: true }, { key: 'weight', title: 'weight', numeric: true },
      { key: 'config', title: 'in config', numeric: false },
    ],
    rows: sample.pools.flatMap((pool) => pool.servers.map((server) => {
      const state = serverState(server)
      return {
        id: `${pool.name}/${server.name}`, tone: state.tone, highlights: server.id === null ? [] : [server.id],
        cells: {
          pool: pool.name, server: server.name, state: state.word, address: server.address, rate: workRate(pool.protocol, server.rates), share: percent(server.share),
          expected: server.expected === null ? null : server.expected.low === server.expected.high ? percent(server.expected.high) : `${String(percent(server.expected.low))}–${String(percent(server.expected.high))}`,
          errors: server.rates.errors, ms: server.responseMs, queued: server.queued, sessions: server.sessions, weight: server.weight, config: server.inConfig ? 'yes' : 'no',
        },
      }
    })),
  }
}

function percent(share: number | null): number | null {
  return share === null ? null : Math.round(share * 1000) / 10
}
