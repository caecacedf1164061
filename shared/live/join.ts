import type { Member, Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { normalAddress } from './address.ts'
import type { RatedRow } from './intervals.ts'
import type { Answering } from './log/answering.ts'
import type { ListenerRow, PoolRow, ServerRow } from './snapshot.ts'
import { joinTraffic } from './traffic-join.ts'

/** A row of one kind with what happened in it. */
export interface Rated<R> extends Omit<RatedRow, 'row'> {
  readonly row: R
}

export interface JoinedServer {
  /** Null: the server is only live. */
  readonly member: Member | null
  /** Null: the server is only in the config. */
  readonly live: Rated<ServerRow> | null
  /** The line makes several servers, which are slots: which host sits in which one changes. */
  readonly slot: boolean
}

export interface JoinedPool {
  readonly name: string
  /** Null: the pool is only live, or there is no config to compare with. */
  readonly pool: Pool | null
  /** Null: the pool is only in the config. */
  readonly live: Rated<PoolRow> | null
  /** In the order of the config, then those that are only live. */
  readonly servers: readonly JoinedServer[]
  /** Who answers by what a log shows, where that is not its primaries: its backups, or nobody. */
  readonly answering?: Answering
}

export interface JoinedRows {
  readonly listeners: readonly Rated<ListenerRow>[]
  /** In the order of the config, then those that are only live. */
  readonly pools: readonly JoinedPool[]
}

/**
 * Pairs what runs with what the config says: pools by name, servers by name within their pool, then by address.
 * `fromTraffic`: rows only tell what got traffic.
 */
export function joinRows(rows: readonly RatedRow[], model: RoutingModel | null, fromTraffic = false): JoinedRows {
  const listeners: Rated<ListenerRow>[] = []
  const pools = new Map<string, Rated<PoolRow>>()
  const servers = new Map<string, Rated<ServerRow>[]>()
  for (const { row, interval } of rows) {
    if (row.kind === 'listener') listeners.push({ row, interval })
    else if (row.kind === 'pool') pools.set(row.owner, { row, interval })
    else {
      const list = servers.get(row.owner)
      if (list === undefined) servers.set(row.owner, [{ row, interval }])
      else list.push({ row, interval })
    }
  }
  if (fromTraffic && model !== null) return { listeners, pools: joinTraffic({ pools, servers }, model) }
  const joined: JoinedPool[] = []
  for (const pool of model?.pools ?? []) {
    joined.push({ name: pool.name, pool, live: pools.get(pool.name) ?? null, servers: joinServers(pool, servers.get(pool.name) ?? []) })
    pools.delete(pool.name)
  }
  // HAProxy lists a section `listen` as a pool, too, also one without servers: what it answers itself, as statistics.
  for (const { group } of model?.listeners ?? []) if (!servers.has(group)) pools.delete(group)
  for (const [name, live] of pools) joined.push({ name, pool: null, live, servers: (servers.get(name) ?? []).map((server) => ({ member: null, live: server, slot: false })) })
  return { listeners, pools: joined }
}

function joinServers(pool: Pool, live: readonly Rated<ServerRow>[]): readonly JoinedServer[] {
  const left = new Map(live.map((server) => [server.row.name, server]))
  const lines = new Map<string, number>()
  for (const member of pool.members) lines.set(lineOf(member), (lines.get(lineOf(member)) ?? 0) + 1)
  const byName = pool.members.map((member): JoinedServer => {
    const found = left.get(member.name) ?? null
    if (found !== null) left.delete(member.name)
    return { member, live: found, slot: (lines.get(lineOf(member)) ?? 0) > 1 }
  })
  const joined = byName.map((server): JoinedServer => {
    if (server.live !== null || server.member === null) return server
    const found = onlyWithAddress(server.member, [...left.values()])
    if (found !== null) left.delete(found.row.name)
    return { ...server, live: found }
  })
  for (const server of left.values()) joined.push({ member: null, live: server, slot: false })
  return joined
}

function lineOf(member: Member): string {
  const at = member.origin[0]
  return at === undefined ? member.id : `${at.file}:${at.start}`
}

/** The one live server at the address of a member; null where none or several are. */
function onlyWithAddress(member: Member, live: readonly Rated<ServerRow>[]): Rated<ServerRow> | null {
  const wanted = normalAddress(member.address)
  if (wanted === null || wanted.port === null) return null
  const found = live.filter(({ row }) => {
    const address = row.state.address === null ? null : normalAddress(row.state.address)
    return address?.host === wanted.host && address.port === wanted.port
  })
  return found.length === 1 ? found[0] as Rated<ServerRow> : null
}
