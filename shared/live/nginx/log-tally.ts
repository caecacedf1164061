import type { Counters, LiveRow, LiveSnapshot, PoolRow, ServerRow, ServerState } from '#shared/live/snapshot.ts'
import type { UpstreamLine } from './log-line.ts'

interface Tally {
  requests: number
  attempts: number
  bytesOut: number
  readonly byClass: number[]
  failed: number
  retries: number
}

const unknownState: ServerState = {
  text: 'in the log', health: 'unchecked', admin: 'ready', byAgent: false, inherited: false, weight: null, initialWeight: null, throttlePercent: null, backup: false,
  address: null, hostName: null, serviceRecord: null, check: null, checkDetail: null,
}

/**
 * Counts log lines of nginx per pool and server, so that they can be watched like the counters of other products. Answers
 * count at the last server that was asked, tries at each. Health and weights are not in a log.
 */
export class LogTally {
  readonly #pools = new Map<string, { readonly whole: Tally; readonly servers: Map<string, Tally> }>()

  add(line: UpstreamLine): void {
    const last = line.attempts.at(-1)
    if (last === undefined) return
    const name = line.pool ?? (last.isAddress ? '' : last.address)
    const pool = this.#pools.get(name) ?? { whole: emptyTally(), servers: new Map<string, Tally>() }
    this.#pools.set(name, pool)
    count(pool.whole, line.status, line.bytesSent)
    // The name of the pool belongs to the last group only: earlier ones were asked by a location that failed over.
    const attempts = line.attempts.filter((attempt) => attempt.group === last.group)
    pool.whole.attempts += attempts.length
    pool.whole.retries += attempts.length - 1
    for (const attempt of attempts) {
      if (!attempt.isAddress) continue
      const server = pool.servers.get(attempt.address) ?? emptyTally()
      pool.servers.set(attempt.address, server)
      server.attempts += 1
      if (attempt === last) count(server, attempt.status, line.bytesSent)
      else {
        server.retries += 1
        if (attempt.connectSeconds === null) server.failed += 1
      }
    }
  }

  /** What was counted so far. `epoch`: anything that changes when counting starts anew. */
  snapshot(taken: LiveSnapshot['taken'], epoch: string): LiveSnapshot {
    const gauges = { sessions: null, queued: null, sessionLimit: null, responseMs: null }
    const rows: LiveRow[] = []
    for (const [owner, { whole, servers }] of this.#pools) {
      for (const [address, tally] of servers) {
        const row: ServerRow = { kind: 'server', owner, name: address, protocol: 'http', counters: countersOf(tally), gauges, state: { ...unknownState, address } }
        rows.push(row)
      }
      const row: PoolRow = { kind: 'pool', owner, protocol: 'http', counters: countersOf(whole), gauges, algorithm: null, up: servers.size > 0, stateSeconds: null }
      rows.push(row)
    }
    return { product: 'nginx', version: null, taken, readMs: 0, bytes: 0, epoch, uptimeSeconds: null, stopping: false, rows }
  }
}

function emptyTally(): Tally {
  return { requests: 0, attempts: 0, bytesOut: 0, byClass: [0, 0, 0, 0, 0, 0], failed: 0, retries: 0 }
}

function count(tally: Tally, status: number | null, bytes: number | null): void {
  tally.requests += 1
  tally.bytesOut += bytes ?? 0
  const of = status === null ? 0 : Math.floor(status / 100)
  const at = of >= 1 && of <= 5 ? of : 0
  tally.byClass[at] = (tally.byClass[at] as number) + 1
}

function countersOf(tally: Tally): Counters {
  const [statusOther = 0, status1xx = 0, status2xx = 0, status3xx = 0, status4xx = 0, status5xx = 0] = tally.byClass
  return {
    requests: tally.requests, connections: null, selections: tally.attempts, bytesIn: null, bytesOut: tally.bytesOut, status1xx, status2xx, status3xx, status4xx, status5xx, statusOther,
    failedConnections: tally.failed, failedResponses: null, denied: null, retries: tally.retries, redispatches: null,
  }
}
