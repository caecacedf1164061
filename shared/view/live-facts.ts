import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { JoinedServer, Rated } from '#shared/live/join.ts'
import type { LiveView, WatchedPool } from '#shared/live/live-watch.ts'
import { perSecond } from '#shared/live/per-second.ts'
import { measuredResponseMs, type ListenerRow, type LiveRow } from '#shared/live/snapshot.ts'
import type { LiveMarks } from './live-marks.ts'
import type { TopologyEdge, TopologyNode, TopologyView } from './topology-view.ts'

/** Times its expected share: the gate of the share test. */
const tooMuch = 1.25

/** One poll with what fires after it (`LiveMoment`). */
export type Moment = { readonly view: LiveView; readonly alerts: readonly Alert[] }

/** What is looked up for many boxes of one picture. */
export interface Facts {
  readonly unit: LiveMarks['unit']
  readonly nodeOf: ReadonlyMap<string, TopologyNode>
  readonly listeners: ReadonlyMap<string, Rated<ListenerRow>>
  readonly pools: ReadonlyMap<string, WatchedPool>
  /** Pool and place in it of each server, by node id; groups have several. */
  readonly members: ReadonlyMap<string, { readonly pool: WatchedPool; readonly at: readonly number[] }>
  /** Alerts of a pool and of all its servers. */
  readonly poolAlerts: (pool: WatchedPool) => readonly Alert[]
  readonly serverAlerts: (pool: WatchedPool, at: number) => readonly Alert[]
  readonly edgesTo: ReadonlyMap<string, readonly TopologyEdge[]>
}

/** A server or the sum of a folded group; null where one of them is not known. `responseMs`: the slowest. */
export interface ServerSum {
  readonly rate: number | null
  readonly errors: number | null
  readonly responseMs: number | null
}

export function factsOf(moment: Moment, view: TopologyView, unit: LiveMarks['unit']): Facts {
  const { view: live, alerts } = moment
  const nodeOf = new Map(view.nodes.map((node) => [node.id, node]))
  const pools = new Map(live.pools.flatMap((pool) => (pool.pool === null ? [] : [[pool.pool.id, pool] as const])))
  const members = new Map<string, { pool: WatchedPool; at: number[] }>()
  for (const pool of pools.values()) {
    pool.servers.forEach((server, at) => {
      if (server.member !== null && nodeOf.has(server.member.id)) members.set(server.member.id, { pool, at: [at] })
    })
  }
  for (const node of view.nodes) {
    const pool = node.column === 'server' && node.members.length > 0 && node.parent !== null ? pools.get(node.parent) : undefined
    // A group lists only its first members: it stands for all servers of its pool that have no box of their own.
    if (pool !== undefined) members.set(node.id, { pool, at: pool.servers.flatMap((server, at) => (server.member !== null && !nodeOf.has(server.member.id) ? [at] : [])) })
  }
  const byPool = groupBy(alerts, (alert) => alert.pool ?? '')
  const none: readonly Alert[] = []
  return {
    unit, nodeOf, pools, members, listeners: new Map(live.listeners.map((listener) => [`listener:${listener.row.owner}`, listener])),
    edgesTo: groupBy(view.edges, (edge) => edge.to), poolAlerts: (pool) => byPool.get(pool.name) ?? none,
    serverAlerts(pool, at) {
      const own = byPool.get(pool.name) ?? none
      const name = nameOf(pool.servers[at] as JoinedServer)
      return own.length === 0 ? none : own.filter((alert) => alert.server === name || (alert.server === null && alert.rule === 'share' && takesTooMuch(pool, at)))
    },
  }
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): ReadonlyMap<string, readonly Item[]> {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const list = groups.get(keyOf(item))
    if (list === undefined) groups.set(keyOf(item), [item])
    else list.push(item)
  }
  return groups
}

/** Where the shares of a pool are wrong, the servers with more than theirs are the ones to look at. */
function takesTooMuch(pool: WatchedPool, at: number): boolean {
  const part = pool.shares.servers[at]
  return part !== undefined && part.share !== null && part.expected !== null && part.share > part.expected.high * tooMuch
}

/** Apache only knows how often it tried a server: then tries stand for requests everywhere. */
export function drawnUnit({ view }: Moment, asked: 'requests' | 'connections' | 'bytes'): LiveMarks['unit'] {
  if (asked !== 'requests') return asked
  const pools = view.pools.flatMap(({ live }) => (live !== null && live.row.protocol === 'http' ? [live] : []))
  const knows = (counter: 'requests' | 'selections'): boolean => pools.some(({ interval }) => perSecond(interval, counter) !== null)
  return knows('selections') && !knows('requests') ? 'tries' : 'requests'
}

/** Rate of a row in the unit of the picture; where no HTTP is spoken requests are connections. Listeners are not tried: they tell requests. */
export function rateOf(rated: Pick<Rated<LiveRow>, 'row' | 'interval'> | null, unit: LiveMarks['unit']): number | null {
  if (rated === null) return null
  const { interval, row } = rated
  if (unit === 'bytes') {
    const into = perSecond(interval, 'bytesIn')
    const out = perSecond(interval, 'bytesOut')
    return into === null && out === null ? null : (into ?? 0) + (out ?? 0)
  }
  if (unit === 'connections' || row.protocol === 'tcp') return perSecond(interval, 'connections')
  return perSecond(interval, unit === 'tries' && row.kind !== 'listener' ? 'selections' : 'requests')
}

/** A total that is the same on both ends of a way; connections and bytes of HTTP are not, so listeners say nothing there, and tries are not. */
export function conservedTotal({ listeners, pools, unit }: Facts, node: TopologyNode): number | null {
  // A request may be several tries.
  if (unit === 'tries') return null
  if (node.column === 'pool') return rateOf(pools.get(node.id)?.live ?? null, unit)
  if (node.tag === 'disabled') return 0
  const listener = listeners.get(node.id) ?? null
  if (listener === null || unit === 'bytes' || (unit === 'connections' && listener.row.protocol === 'http')) return null
  return rateOf(listener, unit)
}

/** Two counts of one poll may differ by a request that arrived in between. */
export function slackOf(live: LiveView): number {
  const interval = [...live.listeners, ...live.pools.flatMap((pool) => (pool.live === null ? [] : [pool.live]))].find((rated) => rated.interval !== null)?.interval ?? null
  return interval === null || interval.durationMs <= 0 ? 0 : 2 / (interval.durationMs / 1000)
}

export function serverRates({ members, unit }: Facts): ReadonlyMap<string, ServerSum> {
  return new Map([...members].map(([id, { pool, at }]) => {
    const parts = at.flatMap((index) => pool.servers[index]?.live ?? [])
    const sum = (values: readonly (number | null)[]): number | null => (values.length === 0 || values.length < at.length || values.includes(null) ? null : values.reduce<number>((total, one) => total + (one ?? 0), 0))
    const delays = parts.flatMap((part) => measuredResponseMs(part.row) ?? [])
    return [id, { rate: sum(parts.map((part) => rateOf(part, unit))), errors: sum(parts.map((part) => perSecond(part.interval, 'status5xx'))), responseMs: delays.length === 0 ? null : Math.max(...delays) }]
  }))
}

interface Taking {
  readonly name: string
  readonly share: number
  readonly expected: { readonly low: number; readonly high: number } | null
}

/** The server that takes the most of its pool, of those named. */
export function mostTaking(pool: WatchedPool, at: readonly number[]): Taking | null {
  let found: Taking | null = null
  for (const index of at) {
    const part = pool.shares.servers[index]
    const server = pool.servers[index]
    if (part === undefined || part.share === null || server === undefined || (found !== null && part.share <= found.share)) continue
    found = { name: nameOf(server), share: part.share, expected: part.expected }
  }
  return found
}

export function nameOf(server: JoinedServer): string {
  return server.member?.name ?? server.live?.row.name ?? ''
}
