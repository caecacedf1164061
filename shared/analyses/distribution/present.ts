import type { Sentence, Table } from '#shared/presentation/presentation.ts'
import type { PoolDistribution } from './answer.ts'

/** A distribution as one sentence and a table of servers. */
export function presentDistribution(distribution: PoolDistribution): { readonly headline: Sentence; readonly servers: Table } {
  const used = distribution.servers.filter(server => server.share > 0)
  const text = used.length === 0
    ? `Pool ${distribution.pool} has no usable server: every request gets 503.`
    : used.length === 1
      ? `All requests of pool ${distribution.pool} go to ${used[0]?.name ?? ''}.`
      : `Pool ${distribution.pool} spreads requests over ${used.length} servers${distribution.assumed === null ? '' : ` (${distribution.assumed})`}.`
  return {
    headline: {
      id: `distribution-${distribution.pool}`, tone: used.length === 0 ? 'critical' : distribution.onBackups ? 'warning' : 'neutral', text,
      details: distribution.onBackups ? ['No primary server is usable, backups take the traffic.'] : [],
      highlights: [`pool:${distribution.pool}`], before: [], after: [],
    },
    servers: {
      columns: [{ key: 'name', title: 'Server', numeric: false }, { key: 'address', title: 'Address', numeric: false }, { key: 'share', title: 'Expected share', numeric: true }],
      rows: distribution.servers.map(server => ({
        id: server.name, cells: { name: server.name, address: server.address, share: server.share }, tone: server.share === 0 ? 'down' : 'neutral',
        highlights: [`pool:${distribution.pool}/server:${server.name}`],
      })),
    },
  }
}
