import type { JoinedPool, JoinedServer, Rated } from '#shared/live/join.ts'
import type { PoolRow, ServerRow } from '#shared/live/snapshot.ts'

/** Who answers for a pool, where a log shows that it is not its primaries: its backups, or nobody. */
export type Answering = 'backups' | 'nobody'

interface Seen {
  answering: Answering | null
  /** Answers without a server since the last one of a server. */
  unserved: number
}

/** Caddy does not log the server of a try that failed: there it takes as many answers without one, as chance does not bring about. */
const manyUnserved = 16

/**
 * States of servers as far as a log shows them. Answers that only backups gave mean that no primary could take a request,
 * and answers without a server, while no server gave one, that nobody could. That stands until a server shows otherwise.
 *
 * Source: nginx documentation, `$upstream_addr`: where no server can be asked, it is the name of the group.
 */
export class AnsweringBook {
  readonly #pools = new Map<string, Seen>()

  /** The pools with servers that nobody heard of as not known; their states come from the config until then. */
  note(pools: readonly JoinedPool[], product: string): readonly JoinedPool[] {
    const least = product === 'Caddy' ? manyUnserved : 1
    return pools.map((pool): JoinedPool => {
      const answering = this.#look(pool, least)
      if (answering === null) return pool
      const live = pool.live === null || answering === 'backups' ? pool.live : { ...pool.live, row: { ...pool.live.row, up: false } }
      return { ...pool, answering, live, servers: pool.servers.map((server) => (server.live === null || (answering === 'backups' && server.live.row.state.backup) ? server : unheard(server, server.live))) }
    })
  }

  #look({ name, live, servers }: JoinedPool, least: number): Answering | null {
    const seen = this.#pools.get(name) ?? { answering: null, unserved: 0 }
    this.#pools.set(name, seen)
    const whole = live === null ? null : answersOf(live)
    if (live === null || whole === null || servers.length === 0) return seen.answering
    let answered = 0
    const good = { primaries: 0, backups: 0 }
    for (const server of servers) {
      if (server.live === null) continue
      const own = answersOf(server.live)
      if (own === null) return seen.answering
      answered += own
      good[server.live.row.state.backup ? 'backups' : 'primaries'] += Math.max(0, own - failedAnswers(server.live))
    }
    if (good.primaries + good.backups > 0) {
      seen.unserved = 0
      seen.answering = good.primaries > 0 ? null : 'backups'
      return seen.answering
    }
    seen.unserved += Math.max(0, whole - answered)
    if (seen.unserved >= least) seen.answering = 'nobody'
    return seen.answering
  }
}

function answersOf({ row, interval }: Rated<PoolRow> | Rated<ServerRow>): number | null {
  return interval?.deltas[row.protocol === 'tcp' ? 'connections' : 'requests'] ?? null
}

/** Answers that are a failed try: of all that failed those that were not tried again. */
function failedAnswers({ interval }: Rated<ServerRow>): number {
  return Math.max(0, (interval?.deltas.failedConnections ?? 0) - (interval?.deltas.retries ?? 0))
}

function unheard(server: JoinedServer, live: Rated<ServerRow>): JoinedServer {
  return { ...server, live: { ...live, row: { ...live.row, state: { ...live.row.state, health: 'unknown', text: 'no answer' } } } }
}
