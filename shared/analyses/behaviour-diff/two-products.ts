import { canonicalText } from '#shared/model/canonical.ts'
import type { Member, Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { UnknownRegion } from './answer.ts'

/** What a comparison between two products takes for granted. */
export const betweenProducts: readonly string[] = [
  'Settings, rules on answers and lines outside the rules are not compared between two products, nor are health checks, limits and the pages that a product brings along.',
  'Headers that hold for one connection only (Connection, Upgrade, TE and the like) are not compared between two products, nor headers with names that one of them drops.',
  'Targets that are whole URLs, as clients send them to proxies, and HTTP/2 without TLS are left out between two products.',
  'Requests that no HTTP client may send (other than printable ASCII in targets or methods, several Host headers) are left out between two products, and so are CONNECT, and TRACE for paths that lead up with dots.',
]

/**
 * A rule about the whole target on a side that looks at targets as they are sent: in HTTP/2 that is a whole URL, which is
 * left out between two products. Only where connections can bring HTTP/2: over TLS.
 */
export function wholeUrlRegions(before: RoutingModel, after: RoutingModel): readonly UnknownRegion[] {
  if (!areTwoProducts(before, after)) return []
  return ([['before', before], ['after', after]] as const).flatMap(([side, model]): readonly UnknownRegion[] => {
    if (model.requests === 'normalised' || model.listeners.every(({ tls }) => tls === null)) return []
    for (const { steps } of model.scopes.values()) {
      const step = steps.find(({ when, does }) => `${canonicalText(when)} ${canonicalText(does)}`.includes('"kind":"target"'))
      const at = step?.origin[0]
      if (at !== undefined) return [{ listener: null, when: 'requests of HTTP/2', because: 'A rule looks at the whole target, which is a whole URL in HTTP/2; such requests are not compared between two products.', side, at }]
    }
    return []
  })
}

/** Headers that hold for one connection only. Source: RFC 9110, section 7.6.1. */
export const hopByHop: ReadonlySet<string> = new Set(['connection', 'proxy-connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade'])

export function areTwoProducts(before: Pick<RoutingModel, 'dialect'>, after: Pick<RoutingModel, 'dialect'>): boolean {
  return before.dialect !== after.dialect
}

/** Where a server is: two that have this in common are the same server, whatever they are called. */
function placeOf({ host, port, portOffset, address }: Member): string {
  return port === null ? `${address.toLowerCase()} ${portOffset}` : `${host.toLowerCase()} ${port} ${portOffset}`
}

/** Methods that mean the same in every product that has them, as long as they have no key. */
const sharedMethods = new Set(['roundrobin', 'leastconn'])

const backups = (pool: Pool): number => pool.members.filter((member) => member.options.level > 0 && member.options.state === 'enabled').length

/**
 * A pool of another product as the one that it stands for says it: servers at the same address have the same name, and
 * what is not compared between products is as there.
 *
 * Shape: what is compared stays as it is: addresses, weights, roles, states, PROXY headers, stickiness, and the method
 * unless both products mean the same by it.
 */
export function asCompared(before: Pool, after: Pool): Pool {
  const open = new Map<string, Member[]>()
  for (const member of before.members) open.set(placeOf(member), [...(open.get(placeOf(member)) ?? []), member])
  const members = after.members.map((member): Member => {
    const twin = open.get(placeOf(member))?.shift()
    if (twin === undefined) return member
    const { check, maxConnections, number, settings, tls } = twin.options
    const cookie = before.persistence.length === 0 ? twin.options.cookie : member.options.cookie
    return { ...member, id: twin.id, name: twin.name, address: twin.address, host: twin.host, port: twin.port, options: { ...member.options, check, maxConnections, number, settings, tls, cookie } }
  })
  const sameMethod = before.algorithm.name === after.algorithm.name && sharedMethods.has(after.algorithm.name) && before.algorithm.key === null && after.algorithm.key === null
  const order = new Map(before.members.map((member, index) => [member.name, index]))
  // The order says something only where a key chooses.
  const ordered = sameMethod ? [...members].sort((one, other) => (order.get(one.name) ?? members.length) - (order.get(other.name) ?? members.length)) : members
  return {
    ...after, members: ordered, algorithm: sameMethod ? before.algorithm : after.algorithm, allBackups: backups(before) <= 1 && backups(after) <= 1 ? before.allBackups : after.allBackups,
    check: before.check, retries: before.retries, timeoutsMs: before.timeoutsMs, settings: before.settings,
  }
}

/** Pools of the after side that stand for one of the before side, as they are compared. `names`: name there → name here. */
export function comparedPools(before: RoutingModel, after: RoutingModel, names: ReadonlyMap<string, string>): ReadonlyMap<string, { readonly before: Pool; readonly after: Pool }> {
  const known = new Map(before.pools.map((pool) => [pool.name, pool]))
  return new Map(after.pools.flatMap((pool) => {
    const partner = known.get(names.get(pool.name) ?? pool.name)
    return partner === undefined ? [] : [[pool.name, { before: partner, after: asCompared(partner, pool) }] as const]
  }))
}
