import type { ServerShare } from './outcome.ts'
import type { Member, Pool } from './pool.ts'

/** What has to hold for the shares to be true; shown beside them. */
export type ShareAssumption =
  /** Shares follow from weights alone. */
  | 'weights'
  /** Servers answer equally fast, so that the number of open connections evens out. */
  | 'equal-service-times'
  /** Keys spread evenly over the hash; one client or key always gets the same server. */
  | 'many-different-keys'
  /** The first server never reaches its connection limit. */
  | 'below-first-limit'
  /** The algorithm is not modelled; equal shares by weight are a guess. */
  | 'unknown-algorithm'

export interface ExpectedShares {
  /** One entry per member, in configuration order; shares add up to 1, or are all 0 when none is usable. */
  readonly shares: readonly ServerShare[]
  readonly assumption: ShareAssumption
  /** True when backups carry the traffic because no primary is usable. */
  readonly onBackups: boolean
}

/** Members that new requests are spread over: enabled primaries with weight, else backups (the first one, or all). */
export function usableMembers(pool: Pool): { readonly members: readonly Member[]; readonly onBackups: boolean } {
  if (!pool.enabled) return { members: [], onBackups: false }
  const usable = pool.members.filter(member => member.options.state === 'enabled' && member.options.weight > 0)
  const levels = [...new Set(usable.map(member => member.options.level))].sort((a, b) => a - b)
  const level = levels[0]
  if (level === undefined) return { members: [], onBackups: false }
  const members = usable.filter(member => member.options.level === level)
  if (level === 0) return { members, onBackups: false }
  return { members: pool.allBackups ? members : members.slice(0, 1), onBackups: true }
}

/** Address with the port filled in where it follows the port the client connected to. */
export function addressOf(member: Member, localPort: number | null): string {
  if (member.port !== null || localPort === null || member.host.startsWith('/')) return member.address
  const host = member.host.includes(':') && !member.host.startsWith('[') ? `[${member.host}]` : member.host
  return `${host}:${localPort + member.portOffset}`
}

/**
 * Share of new requests each member gets, from weights and configured states. Health is taken as the configuration
 * starts it: every checked server up.
 *
 * Units: `share` 0–1. `localPort`: the port the client connected to, for members that follow it; null leaves the
 * address as written.
 * Errors: none.
 * Source: HAProxy configuration manual, "balance", server options "weight" and "backup"; H-BAL-1, H-BAL-2, H-BAL-6.
 */
export function expectedShares(pool: Pool, localPort: number | null = null): ExpectedShares {
  const { members, onBackups } = usableMembers(pool)
  const shares = new Map<Member, number>()
  let assumption: ShareAssumption = 'weights'
  switch (pool.algorithm.name) {
    case 'first': {
      assumption = 'below-first-limit'
      const first = members.reduce<Member | null>((best, member) => (best === null || numberOf(pool, member) < numberOf(pool, best) ? member : best), null)
      if (first !== null) shares.set(first, 1)
      break
    }
    case 'sticky': {
      // Everything to one server until it fails; the server with the highest weight is not preferred, the order is.
      assumption = 'many-different-keys'
      byWeight(members, shares)
      break
    }
    case 'leastconn': case 'random': case 'least_time':
      assumption = 'equal-service-times'
      byWeight(members, shares)
      break
    case 'source': case 'uri': case 'url_param': case 'hdr': case 'hash': case 'rdp-cookie': case 'log-hash': case 'ip_hash':
      assumption = 'many-different-keys'
      byWeight(members, shares)
      break
    case 'unknown':
      assumption = 'unknown-algorithm'
      byWeight(members, shares)
      break
    case 'roundrobin': case 'static-rr':
      byWeight(members, shares)
      break
  }
  return {
    shares: pool.members.map(member => ({ name: member.name, address: addressOf(member, localPort), share: shares.get(member) ?? 0 })),
    assumption: members.length <= 1 ? 'weights' : assumption,
    onBackups,
  }
}

/** Explicit id, else position counted from 1. */
function numberOf(pool: Pool, member: Member): number {
  return member.options.number ?? pool.members.indexOf(member) + 1
}

function byWeight(members: readonly Member[], shares: Map<Member, number>): void {
  const total = members.reduce((sum, member) => sum + member.options.weight, 0)
  for (const member of members) shares.set(member, member.options.weight / total)
}
