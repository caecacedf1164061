import type { Counters, Gauges, LiveRow, LiveSnapshot, LoggedClients, ServerState } from '#shared/live/snapshot.ts'
import { ClientBook } from './client-book.ts'
import { unnamedPool, type LogFormat, type LoggedAttempt, type LoggedRequest } from './logged-request.ts'
import { ReloadSigns } from './reload-signs.ts'

interface Tally {
  requests: number
  attempts: number
  bytesOut: number
  readonly byClass: number[]
  failed: number
  retries: number
  responseMs: number
  timed: number
}

interface PoolTally {
  readonly protocol: 'http' | 'tcp'
  readonly whole: Tally
  readonly servers: Map<string, { readonly address: string | null; readonly tally: Tally }>
}

const unknownState: ServerState = {
  text: 'in the log', health: 'unchecked', admin: 'ready', byAgent: false, inherited: false, weight: null, initialWeight: null, throttlePercent: null, backup: false,
  address: null, hostName: null, serviceRecord: null, check: null, checkDetail: null,
}

const noGauges: Gauges = { sessions: null, queued: null, sessionLimit: null, responseMs: null }
const longestAheadMs = 5000
/** Names in a log can come from clients: more of them than this are counted together. */
const mostRows = 5000
const others = '(others)'

/**
 * Counts what a log says per listener, pool and server, so that it can be watched like the counters of other products.
 * Answers count at the last server that was asked, tries at each. Health and weights are not in a log.
 *
 * Workers write when they like, so a request counts once its time lies so far back that nothing older is to be expected:
 * up to the moment that `snapshot` is given. Without a time it counts at once.
 */
export class LogTally {
  readonly #listeners = new Map<string, { readonly protocol: 'http' | 'tcp'; readonly tally: Tally }>()
  readonly #pools = new Map<string, PoolTally>()
  readonly #reloads = new ReloadSigns()
  readonly #clients = new ClientBook()
  readonly #tellsSelections: boolean
  #waiting: LoggedRequest[] = []
  #rows = 0
  #newestMs: number | null = null
  #tooMany = false

  constructor(format: Pick<LogFormat, 'tellsSelections'>) {
    this.#tellsSelections = format.tellsSelections
  }

  /** Time of the newest request; null: none tells its time. */
  get newestMs(): number | null {
    return this.#newestMs
  }

  /** Clients of the requests that count; null: not told. */
  get clients(): LoggedClients | null {
    return this.#clients.counts
  }

  /** More names were logged than are kept apart. */
  get tooMany(): boolean {
    return this.#tooMany
  }

  /** `readMs`: when the line was read, on the wall clock; a time that lies clearly ahead of it is not waited for. */
  add(request: LoggedRequest, readMs: number): void {
    this.#reloads.add(request)
    if (request.atMs !== null && (this.#newestMs === null || request.atMs > this.#newestMs)) this.#newestMs = request.atMs
    if (request.atMs === null || request.atMs > readMs + longestAheadMs) this.#count(request, readMs)
    else this.#waiting.push(request)
  }

  /** What was counted up to `untilMs` of the wall clock. */
  snapshot(product: string, poll: Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes'>, untilMs: number): LiveSnapshot {
    const waiting = this.#waiting
    this.#waiting = []
    for (const request of waiting) {
      if ((request.atMs as number) <= untilMs) this.#count(request, request.atMs as number)
      else this.#waiting.push(request)
    }
    const generation = this.#reloads.generation
    return { product, version: null, ...poll, epoch: null, uptimeSeconds: null, stopping: false, fromTraffic: true, ...(generation === null ? {} : { generation }), rows: this.#toRows() }
  }

  #toRows(): readonly LiveRow[] {
    const rows: LiveRow[] = []
    for (const [owner, { protocol, tally }] of this.#listeners) rows.push({ kind: 'listener', owner, protocol, counters: this.#countersOf(tally, protocol), gauges: noGauges })
    for (const [owner, { protocol, whole, servers }] of this.#pools) {
      for (const [name, { address, tally }] of servers) {
        rows.push({ kind: 'server', owner, name, protocol, counters: this.#countersOf(tally, protocol), gauges: noGauges, state: { ...unknownState, address } })
      }
      rows.push({ kind: 'pool', owner, protocol, counters: this.#countersOf(whole, protocol), gauges: noGauges, algorithm: null, up: servers.size > 0, stateSeconds: null })
    }
    return rows
  }

  #countersOf(tally: Tally, protocol: 'http' | 'tcp'): Counters {
    const counters = toCounters(tally, protocol)
    return this.#tellsSelections ? counters : { ...counters, selections: null }
  }

  #count(request: LoggedRequest, atMs: number): void {
    const { protocol, client } = request
    if (client !== undefined) this.#clients.add(client, atMs)
    const listener = this.#entry(this.#listeners, request.listener ?? 'all', () => ({ protocol, tally: emptyTally() }))
    count(listener.tally, request.status, request.bytesSent)
    for (const before of request.earlier ?? []) this.#countPool(protocol, before, before.attempts.at(-1)?.status ?? null, null)
    this.#countPool(protocol, request, request.status, request.bytesSent)
  }

  #countPool(protocol: 'http' | 'tcp', { pool: name, attempts }: Pick<LoggedRequest, 'pool' | 'attempts'>, status: number | null, bytes: number | null): void {
    const last = attempts.at(-1)
    if (last === undefined) return
    const pool = this.#entry(this.#pools, name ?? unnamedPool, () => ({ protocol, whole: emptyTally(), servers: new Map<string, { address: string | null; tally: Tally }>() }))
    count(pool.whole, status, bytes)
    pool.whole.attempts += attempts.length
    pool.whole.retries += attempts.length - 1
    if (last.responseMs !== null && last.server !== null) time(pool.whole, last.responseMs)
    for (const attempt of attempts) this.#countAttempt(pool, attempt, attempt === last, bytes)
  }

  /** `answered`: this try is the one that counts. */
  #countAttempt(pool: PoolTally, attempt: LoggedAttempt, answered: boolean, bytes: number | null): void {
    if (attempt.server === null) return
    const { tally } = this.#entry(pool.servers, attempt.server, () => ({ address: attempt.address, tally: emptyTally() }))
    tally.attempts += 1
    if (attempt.failed) tally.failed += 1
    if (!answered) {
      tally.retries += 1
      return
    }
    count(tally, attempt.status, bytes)
    if (attempt.responseMs !== null) time(tally, attempt.responseMs)
  }

  #entry<T>(entries: Map<string, T>, name: string, make: () => T): T {
    const known = entries.get(name)
    if (known !== undefined) return known
    if (this.#rows >= mostRows && name !== others) {
      this.#tooMany = true
      return this.#entry(entries, others, make)
    }
    this.#rows += 1
    const made = make()
    entries.set(name, made)
    return made
  }
}

function emptyTally(): Tally {
  return { requests: 0, attempts: 0, bytesOut: 0, byClass: [0, 0, 0, 0, 0, 0], failed: 0, retries: 0, responseMs: 0, timed: 0 }
}

function count(tally: Tally, status: number | null, bytes: number | null): void {
  tally.requests += 1
  tally.bytesOut += bytes ?? 0
  const of = status === null ? 0 : Math.floor(status / 100)
  const at = of >= 1 && of <= 5 ? of : 0
  tally.byClass[at] = (tally.byClass[at] as number) + 1
}

function time(tally: Tally, ms: number): void {
  tally.responseMs += ms
  tally.timed += 1
}

function toCounters(tally: Tally, protocol: 'http' | 'tcp'): Counters {
  const [statusOther = 0, status1xx = 0, status2xx = 0, status3xx = 0, status4xx = 0, status5xx = 0] = tally.byClass
  const common = { selections: tally.attempts, bytesIn: null, bytesOut: tally.bytesOut, failedConnections: tally.failed, failedResponses: null, denied: null, retries: tally.retries, redispatches: null }
  if (protocol === 'tcp') {
    return { ...common, requests: null, connections: tally.requests, status1xx: null, status2xx: null, status3xx: null, status4xx: null, status5xx: null, statusOther: null }
  }
  return { ...common, requests: tally.requests, connections: null, status1xx, status2xx, status3xx, status4xx, status5xx, statusOther, responseMsTotal: tally.responseMs, responsesTimed: tally.timed }
}
