import type { Member, Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { isIpAddress, normalAddress } from './address.ts'
import type { RowInterval } from './intervals.ts'
import type { JoinedPool, JoinedServer, Rated } from './join.ts'
import { unnamedPool } from './log/logged-request.ts'
import type { Counters, PoolRow, ServerRow } from './snapshot.ts'

/** Rows of a source that only knows what got traffic. */
export interface TrafficRows {
  readonly pools: ReadonlyMap<string, Rated<PoolRow>>
  readonly servers: ReadonlyMap<string, readonly Rated<ServerRow>[]>
}

const nothing: Counters = {
  requests: 0, connections: 0, selections: 0, bytesIn: 0, bytesOut: 0, status1xx: 0, status2xx: 0, status3xx: 0, status4xx: 0, status5xx: 0, statusOther: 0, failedConnections: 0,
  failedResponses: 0, denied: 0, retries: 0, redispatches: 0, responseMsTotal: 0, responsesTimed: 0,
}
const noGauges = { sessions: null, queued: null, sessionLimit: null, responseMs: null }

/**
 * Pairs what got traffic with what the config says. A pool or server without a row got nothing; whether it is used and a
 * backup is taken from the config. Pools go by name in any case, servers by address: a member that names a host stands for
 * every address that no other member has. Servers without a pool go to the only pool that has their address.
 *
 * Source: nginx documentation, "upstream"; `$proxy_host` and `$upstream_addr`.
 */
export function joinTraffic({ pools, servers }: TrafficRows, model: RoutingModel): readonly JoinedPool[] {
  const still = quietInterval([...pools.values()].map((one) => one.interval).find((one) => one !== null) ?? null)
  // HAProxy tells servers by name, and two pools may differ by their case alone.
  const exact = model.dialect === 'haproxy'
  const spelt = (name: string): string => (exact ? name : name.toLowerCase())
  const byName = new Map([...pools].map(([name, row]) => [spelt(name), { name, row }]))
  const unnamed = shareOut(servers.get(unnamedPool) ?? [], model)
  const joined = model.pools.map((pool): JoinedPool => {
    const name = spelt(pool.name)
    const found = !exact && pool.name.startsWith('stream ') ? undefined : byName.get(name)
    if (found !== undefined) byName.delete(name)
    const besides = unnamed.get(pool) ?? []
    const own = oncePerAddress([...(found === undefined ? [] : servers.get(found.name) ?? []), ...besides])
    const live = summed(found?.row ?? emptyPool(pool, still), besides)
    return { name: pool.name, pool, live, servers: exact ? joinNames(pool, own, still) : joinMembers(pool, own, still) }
  })
  for (const { name, row } of byName.values()) {
    const left = name === unnamedPool ? unnamed.get(null) ?? [] : servers.get(name) ?? []
    if (name !== unnamedPool || left.length > 0 || servers.get(name) === undefined) joined.push({ name, pool: null, live: row, servers: left.map((live) => ({ member: null, live, slot: false })) })
  }
  return joined
}

/** Servers without a pool by the pool that has them; null: none or several do. */
function shareOut(rows: readonly Rated<ServerRow>[], model: RoutingModel): ReadonlyMap<Pool | null, readonly Rated<ServerRow>[]> {
  const owners = new Map<string, Pool | null>()
  if (rows.length > 0) {
    for (const pool of model.pools) {
      for (const address of new Set(pool.members.map(addressOf))) {
        const key = `${pool.protocol} ${address}`
        owners.set(key, owners.has(key) ? null : pool)
      }
    }
  }
  const shared = new Map<Pool | null, Rated<ServerRow>[]>()
  for (const one of rows) {
    const owner = owners.get(`${one.row.protocol} ${normal(one.row.state.address ?? one.row.name)}`) ?? null
    shared.set(owner, [...(shared.get(owner) ?? []), one])
  }
  return shared
}

function joinNames(pool: Pool, live: readonly Rated<ServerRow>[], still: RowInterval | null): readonly JoinedServer[] {
  const left = new Map(live.map((one) => [one.row.name, one]))
  const joined = pool.members.map((member): JoinedServer => {
    const found = left.get(member.name)
    left.delete(member.name)
    return { member, live: found === undefined ? absent(pool, member, still) : asWritten(found, member), slot: false }
  })
  return [...joined, ...[...left.values()].map((one) => ({ member: null, live: one, slot: false }))]
}

function joinMembers(pool: Pool, live: readonly Rated<ServerRow>[], still: RowInterval | null): readonly JoinedServer[] {
  const left = new Map(live.map((one) => [normal(one.row.state.address ?? one.row.name), one]))
  const members = merged(pool.members)
  const joined: JoinedServer[] = []
  const named: Member[] = []
  for (const [address, member] of members) {
    const found = left.get(address)
    if (found !== undefined) left.delete(normal(found.row.state.address ?? found.row.name))
    if (found === undefined && isHostName(member)) named.push(member)
    joined.push({ member, live: found === undefined ? absent(pool, member, still) : asWritten(found, member), slot: false })
  }
  // Only one line can stand for the addresses that are left.
  const host = named.length === 1 ? named[0] as Member : null
  const resolved = host === null ? [] : [...left.values()].filter(({ row }) => (normalAddress(row.state.address ?? '')?.port ?? null) === host.port)
  if (host === null || resolved.length === 0) return [...joined, ...[...left.values()].map((one) => ({ member: null, live: one, slot: false }))]
  for (const { row } of resolved) left.delete(normal(row.state.address ?? row.name))
  const at = joined.findIndex((one) => one.member === host)
  return [
    ...joined.slice(0, at), ...resolved.map((one): JoinedServer => ({ member: { ...host, name: resolved.length === 1 ? host.name : `${host.name} (${one.row.name})` }, live: asWritten(one, host), slot: resolved.length > 1 })),
    ...joined.slice(at + 1), ...[...left.values()].map((one) => ({ member: null, live: one, slot: false })),
  ]
}

/** Members by address; lines with the same one cannot be told apart, so their weights count together. */
function merged(members: readonly Member[]): ReadonlyMap<string, Member> {
  const found = new Map<string, Member>()
  for (const member of members) {
    const address = addressOf(member)
    const known = found.get(address)
    if (known === undefined) found.set(address, member)
    else if (member.options.state === 'enabled' && member.options.level === known.options.level) found.set(address, { ...known, options: { ...known.options, weight: known.options.weight + member.options.weight } })
  }
  return found
}

function isHostName(member: Member): boolean {
  return !member.host.startsWith('/') && !isIpAddress(member.host.replace(/^\[|\]$/g, ''))
}

function addressOf(member: Member): string {
  if (member.address.startsWith('unix:') || member.host.startsWith('/')) return `unix:${member.host.replace(/^unix:/, '')}`
  return normal(`${member.host}${member.port === null ? '' : `:${member.port}`}`)
}

function normal(address: string): string {
  const parts = normalAddress(address)
  return parts === null ? address : `${parts.host} ${parts.port ?? ''}`
}

/** A log does not tell these. */
function asWritten(live: Rated<ServerRow>, member: Member): Rated<ServerRow> {
  return { ...live, row: { ...live.row, state: { ...live.row.state, backup: member.options.level > 0, admin: member.options.state === 'enabled' ? 'ready' : 'maintenance' } } }
}

function absent(pool: Pool, member: Member, interval: RowInterval | null): Rated<ServerRow> {
  return asWritten({
    interval,
    row: {
      kind: 'server', owner: pool.name, name: member.name, protocol: pool.protocol, counters: nothing, gauges: noGauges,
      state: {
        text: 'nothing seen', health: 'unchecked', admin: 'ready', byAgent: false, inherited: false, weight: null, initialWeight: null, throttlePercent: null, backup: false,
        address: null, hostName: null, serviceRecord: null, check: null, checkDetail: null,
      },
    },
  }, member)
}

function emptyPool(pool: Pool, interval: RowInterval | null): Rated<PoolRow> {
  return { interval, row: { kind: 'pool', owner: pool.name, protocol: pool.protocol, counters: nothing, gauges: noGauges, algorithm: null, up: true, stateSeconds: null } }
}

/** Rows of the same server, in and without its pool, as one. */
function oncePerAddress(rows: readonly Rated<ServerRow>[]): readonly Rated<ServerRow>[] {
  const byAddress = new Map<string, Rated<ServerRow>>()
  for (const one of rows) {
    const key = normal(one.row.state.address ?? one.row.name)
    const known = byAddress.get(key)
    byAddress.set(key, known === undefined ? one : summed(known, [one]))
  }
  return [...byAddress.values()]
}

/** A row with others added to it, in its counters and what they grew by. */
function summed<R extends PoolRow | ServerRow>(first: Rated<R>, others: readonly Rated<ServerRow>[]): Rated<R> {
  if (others.length === 0) return first
  const counters: { -readonly [K in keyof Counters]: Counters[K] } = { ...first.row.counters }
  const deltas: Record<keyof Counters, number | null> | null = first.interval === null ? null : { ...first.interval.deltas }
  for (const { row, interval } of others) {
    for (const name of Object.keys(nothing) as (keyof Counters)[]) {
      counters[name] = plus(counters[name], row.counters[name])
      if (deltas !== null && interval !== null) deltas[name] = plus(deltas[name], interval.deltas[name])
    }
  }
  const interval = first.interval === null || deltas === null ? others[0]?.interval ?? null : { ...first.interval, deltas }
  const ms = deltas?.responseMsTotal ?? null
  const timed = deltas?.responsesTimed ?? null
  return { interval, row: { ...first.row, counters, gauges: { ...first.row.gauges, responseMs: ms === null || timed === null || timed === 0 ? null : Math.round(ms / timed * 100) / 100 } } }
}

function plus(sum: number | bigint | null | undefined, more: number | bigint | null | undefined): number | null {
  return (sum ?? null) === null || (more ?? null) === null ? null : Number(sum) + Number(more)
}

function quietInterval(interval: RowInterval | null): RowInterval | null {
  if (interval === null) return null
  return { ...interval, marks: interval.marks.filter((mark) => mark !== 'reset'), leastUnits: 0, deltas: { ...nothing } as RowInterval['deltas'] }
}
