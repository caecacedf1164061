import type { WatchedPool } from '#shared/live/live-watch.ts'

/** A server at which requests come to grief, and how often in the polls that were looked at. */
export interface FailingServer {
  readonly server: string
  readonly count: number
}

/** Where requests of a pool come to grief, by the counters of its servers. */
export interface Trouble {
  /** Servers that connections fail to; null: the source does not count them server by server. */
  readonly connections: readonly FailingServer[] | null
  /** Servers whose answers do not come in time or break off; null as above. */
  readonly responses: readonly FailingServer[] | null
  readonly overMs: number
  /** Whether the balancer gave the answers that it is about itself; null: it cannot be told, or it is not about answers. */
  readonly own: boolean | null
}

interface Tally {
  readonly connections: number | null
  readonly responses: number | null
  readonly requests: number
}

interface Kept {
  readonly servers: ReadonlyMap<string, Tally>
  readonly durationMs: number
}

const longest = 16
const leastFailures = 5
/** Part of what a server was asked for from which on its failures are worth a word, and part of those of the worst server. */
const leastPart = 0.02
const leastOfWorst = 0.25

/** Remembers where requests failed in the last polls, pool by pool. */
export class TroubleBook {
  readonly #pools = new Map<string, Kept[]>()

  /** Every poll, once. */
  look(joined: WatchedPool): Trouble {
    const history = this.#pools.get(joined.name) ?? []
    this.#pools.set(joined.name, history)
    const servers = new Map(joined.servers.flatMap(({ live, member }) => {
      const tally = live === null ? null : tallyOf(live.interval?.deltas, joined.pool?.retries.count ?? 0)
      return live === null || tally === null ? [] : [[member?.name ?? live.row.name, tally] as const]
    }))
    if (servers.size > 0) history.push({ servers, durationMs: joined.live?.interval?.durationMs ?? 0 })
    if (history.length > longest) history.shift()
    return { connections: failing(history, 'connections'), responses: failing(history, 'responses'), overMs: history.reduce((sum, one) => sum + one.durationMs, 0), own: null }
  }
}

type Deltas = NonNullable<NonNullable<WatchedPool['live']>['interval']>['deltas']

/** Null: nothing of this interval is known. `tries`: how often the pool tries again. */
function tallyOf(deltas: Deltas | undefined, tries: number): Tally | null {
  if (deltas === undefined) return null
  const { failedConnections, failedResponses, retries, redispatches } = deltas
  const again = retries === null && redispatches === null ? null : (retries ?? 0) + (redispatches ?? 0)
  // What waited too long for a server counts as a failed connection, too; nobody tried that again.
  const connections = failedConnections === null ? again : again === 0 && tries > 0 ? 0 : failedConnections + (again ?? 0)
  const requests = deltas.requests ?? deltas.connections ?? deltas.selections
  return connections === null && failedResponses === null ? null : { connections, responses: failedResponses, requests: requests ?? 0 }
}

function failing(history: readonly Kept[], what: 'connections' | 'responses'): readonly FailingServer[] | null {
  const sums = new Map<string, { count: number; requests: number }>()
  for (const { servers } of history) {
    for (const [server, tally] of servers) {
      const count = tally[what]
      if (count === null) continue
      const sum = sums.get(server) ?? { count: 0, requests: 0 }
      sums.set(server, { count: sum.count + count, requests: sum.requests + tally.requests })
    }
  }
  if (sums.size === 0) return null
  const worst = Math.max(...[...sums.values()].map((one) => one.count))
  return [...sums].flatMap(([server, { count, requests }]) => (count < leastFailures || count < leastPart * (requests + count) || count < leastOfWorst * worst ? [] : [{ server, count }]))
}

/** Servers at which requests come to grief, each once. */
export function failingServers({ connections, responses }: Trouble): readonly string[] {
  return [...new Set([...connections ?? [], ...responses ?? []].map((one) => one.server))]
}

/** `Connections to s2 fail (441 in 10 s).` Empty: no server stands out. */
export function troubleWords({ connections, responses, overMs }: Trouble): readonly string[] {
  const counts = (list: readonly FailingServer[]): string => `${list.reduce((sum, one) => sum + one.count, 0)} in ${Math.max(1, Math.round(overMs / 1000))} s`
  return [
    ...(connections === null || connections.length === 0 ? [] : [`Connections to ${namesOf(connections)} fail (${counts(connections)}).`]),
    ...(responses === null || responses.length === 0 ? [] : [`Answers of ${namesOf(responses)} do not come in time or break off (${counts(responses)}).`]),
  ]
}

/** `s2`, `s2 and s3`, `s1, s2 and 4 more`. */
export function namesOf(list: readonly FailingServer[]): string {
  const names = list.map((one) => one.server)
  if (names.length > 3) return `${names.slice(0, 2).join(', ')} and ${names.length - 2} more`
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
