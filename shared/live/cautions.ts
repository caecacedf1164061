import type { LiveSource } from './live-source.ts'

/** Rows above which a poll each second is felt by the balancer, and how long to wait then. */
const manyRows = 2000
const sparingMs = 10_000

/** What the one who watches should know of a source, one plain sentence each: that it could be misused, or that asking it costs. */
export function cautionsOf(source: LiveSource, rows: number, intervalMs: number): readonly string[] {
  const power = powerOf(source)
  return [
    ...(power === null ? [] : [power]),
    ...(rows > manyRows && intervalMs < sparingMs && asksBalancer(source)
      ? [`Each poll asks the balancer for ${rows.toLocaleString('en')} rows, every ${intervalMs === 1000 ? 'second' : `${intervalMs / 1000} seconds`}, and it has to write them beside its work. ${sparingMs / 1000} seconds between polls spare it; Prometheus, where there is one, costs it nothing more.`]
      : []),
  ]
}

function asksBalancer({ kind, surface }: LiveSource): boolean {
  return kind !== 'file' && surface !== 'prometheus'
}

/**
 * That whoever reaches the address can change more than read, by the products' own words for it; null: it only reads.
 * Which rights a socket or page was given is not asked, since that would take more than reads.
 */
export function powerOf(source: LiveSource): string | null {
  switch (source.surface) {
    case 'apache': return 'Whoever may open the balancer manager can switch servers off with it. Steelyard only reads it; give it to few machines.'
    case 'caddy': return 'Whoever reaches the administration of Caddy can replace its whole config. Steelyard only reads it; keep it on the machine itself.'
    case 'envoy': return 'Whoever reaches the administration of Envoy can drain and end it. Steelyard only reads it; keep it on the machine itself.'
    case 'haproxy':
      if (source.kind === 'http') return 'If "stats admin" stands in its section, whoever may open this page can take servers out. Steelyard only reads it and does not need that.'
      return `${source.kind === 'tcp' ? 'A stats socket asks nobody for a password, and with' : 'With'} "level admin" or "level operator" whoever reaches it can change HAProxy. Steelyard gives up those rights first: "level user" is enough.`
    case 'haproxy-master': return 'Whoever reaches the socket of the master can reload HAProxy and pass commands to its processes. Steelyard only reads it; the stats socket with "level user" is enough for one process.'
    case 'nginx-plus': return 'If the API was made writable ("api write=on"), whoever reaches it can change servers of nginx. Steelyard only reads it and does not need that.'
    case 'nginx-vts': return 'Whoever reaches this page can clear its counters through the control page beside it. Steelyard only reads it.'
    case 'apache-status': case 'caddy-log': case 'haproxy-log': case 'haproxy-metrics': case 'nginx-log': case 'nginx-status': case 'prometheus': case 'traefik': return null
  }
}
