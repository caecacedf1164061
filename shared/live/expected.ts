import type { Pool } from '#shared/model/pool.ts'
import { isEligible, type ServerState } from './snapshot.ts'

/**
 * How far the shares of a pool can be foretold.
 * exact: by weights, request by request. random: by weights, on average. load: between equal and by weights.
 * learned: only what was usual. none: one server takes everything by design, or the algorithm is not known.
 */
export type ShareClass = 'exact' | 'random' | 'load' | 'learned' | 'none'

/** What is counted: requests, new decisions where clients stick to servers, connections where the balancer sees nothing else. */
export type ShareUnit = 'requests' | 'selections' | 'connections'

export interface ShareRule {
  readonly class: ShareClass
  readonly unit: ShareUnit
  readonly allBackups: boolean
  /** Rules of the pool pick servers before the algorithm does; how many requests they are about is learned. */
  readonly byRules?: true
}

/** Rule for a pool of a configuration. Source: shared/live/README.md, "Expected shares". */
export function shareRuleOf(pool: Pool, dialect: string): ShareRule {
  const unit: ShareUnit = isSticky(pool) ? 'selections' : pool.protocol === 'tcp' ? 'connections' : 'requests'
  return { class: classOf(pool, dialect), unit, allBackups: pool.allBackups }
}

/** Clients go on with the server they had. */
export function isSticky(pool: Pool): boolean {
  return pool.persistence.some((one) => one.kind === 'cookie' || one.kind === 'stick' || one.kind === 'rdp-cookie') || Object.hasOwn(pool.settings, 'option prefer-last-server')
}

function classOf(pool: Pool, dialect: string): ShareClass {
  switch (pool.algorithm.name) {
    case 'roundrobin': case 'static-rr': return 'exact'
    case 'leastconn': case 'least_time': return 'load'
    // HAProxy draws from a ring with few points per server: the shares are steady, and not those of the weights.
    case 'random': return dialect === 'haproxy' ? 'learned' : pool.algorithm.parameters['choices']?.startsWith('two') === true ? 'load' : 'random'
    case 'source': case 'uri': case 'url_param': case 'hdr': case 'hash': case 'rdp-cookie': case 'log-hash': case 'ip_hash': return 'learned'
    case 'first': case 'sticky': case 'unknown': return 'none'
  }
}

/** A server as the expectation sees it: its running state, and the weight that is to count. */
export interface WeighedServer {
  readonly state: Pick<ServerState, 'health' | 'admin' | 'weight' | 'throttlePercent' | 'backup'>
  readonly weight: number
}

/** Share (0–1) of each server, as a range: both ends are equal unless load decides. */
export interface ShareRange {
  readonly low: number
  readonly high: number
}

export interface ExpectedRanges {
  /** In the order of the servers; all 0 when none is usable. */
  readonly shares: readonly ShareRange[]
  /** Servers that new requests may go to. */
  readonly taking: number
  /** Backups stand in for primaries; a pool that has only backups has nothing to stand in for. */
  readonly onBackups: boolean
}

/**
 * Shares by state first, weight second, algorithm third: the weight of a server that is down, drained or warming up
 * still stands in the statistics.
 *
 * Source: HAProxy configuration manual, "balance", "backup", "allbackups", "slowstart"; shared/live/README.md.
 */
export function expectedRanges(servers: readonly WeighedServer[], rule: Pick<ShareRule, 'class' | 'allBackups'>): ExpectedRanges {
  const eligible = servers.filter((server) => isEligible(server.state, server.weight))
  const primaries = eligible.filter((server) => !server.state.backup)
  const taking = new Set(primaries.length > 0 ? primaries : rule.allBackups ? eligible : eligible.slice(0, 1))
  const weightOf = (server: WeighedServer): number => server.weight * ((server.state.throttlePercent ?? 100) / 100)
  const total = [...taking].reduce((sum, server) => sum + weightOf(server), 0)
  const shares = servers.map((server): ShareRange => {
    if (!taking.has(server) || total === 0) return { low: 0, high: 0 }
    const byWeight = weightOf(server) / total
    const equal = 1 / taking.size
    return rule.class === 'load' ? { low: Math.min(byWeight, equal), high: Math.max(byWeight, equal) } : { low: byWeight, high: byWeight }
  })
  return { shares, taking: taking.size, onBackups: primaries.length === 0 && eligible.length > 0 && servers.some((server) => !server.state.backup) }
}
