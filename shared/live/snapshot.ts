/** A counter: only ever grows while the process that counts lives. A bigint where a number is not exact; null: the source cannot tell, which is not 0. */
export type Count = number | bigint | null

/**
 * What one poll of a running balancer said, in neutral words.
 *
 * Units: milliseconds unless a name says otherwise. Texts come from the balancer, its servers or its clients: they are
 * cleaned of control characters and cut, and still nobody's word.
 */
export interface LiveSnapshot {
  readonly product: string
  readonly version: string | null
  readonly taken: PollTime
  /** How long the poll took, and how many bytes came. */
  readonly readMs: number
  readonly bytes: number
  /** Names the process that counts; another one means that every counter may have started again. Null: the source does not say. */
  readonly epoch: string | null
  readonly uptimeSeconds: number | null
  /** The process takes no new connections and only ends old ones. */
  readonly stopping: boolean
  /** Names the configuration that runs, where that changes without the counters starting again; another one means a reload. */
  readonly generation?: string
  /** Rows come from what was logged: one that is missing only got nothing so far, and states and weights are not told. */
  readonly fromTraffic?: true
  /** What the numbers leave out, one plain sentence each. */
  readonly notes?: readonly string[]
  /** The balancers that are behind the numbers; missing: the source shows one. */
  readonly fleet?: Fleet
  /** Processes that a reload replaced and that are not done yet; missing: there are none, or the source does not tell. */
  readonly older?: OlderProcesses
  /** How much of what happened is in the log, where one is read. */
  readonly logged?: LogCoverage
  /** In the order of the source. */
  readonly rows: readonly LiveRow[]
}

/** Balancers that one source shows, by name. */
export interface Fleet {
  /** Those that the numbers are of, each with the process that counts and the configuration it runs, as far as that is told. */
  readonly processes: Readonly<Record<string, string>>
  /** Those that the source knows and cannot read. */
  readonly lost: readonly string[]
}

/** What reloads left behind. `sessions` are connections of clients that are open; null: not told. */
export interface OlderProcesses {
  /** The ones that ended up without new connections last come first. */
  readonly processes: readonly { readonly process: string; readonly uptimeSeconds: number | null; readonly sessions: number | null }[]
  /** Those of the process that takes new connections. */
  readonly newestSessions: number | null
  /** Seconds since that one began, which is when the last of the others was replaced. */
  readonly replacedSeconds: number | null
}

/** Counts since watching began. */
export interface LogCoverage {
  /** New lines that were understood, and those that were not or were too long to be read. */
  readonly lines: number
  readonly unreadable: number
  /** What the balancer itself had counted when the log was complete up to here; missing: it is not asked. */
  readonly counted?: CountedRequests
  /** Missing: the log tells no clients. */
  readonly clients?: LoggedClients
}

/** Clients of a log since it is read. */
export interface LoggedClients {
  /** Requests whose client is told. */
  readonly requests: number
  /** How many different addresses they came from. */
  readonly addresses: number
  /** Requests within a minute of the first one of their address. */
  readonly fromNew: number
}

export interface CountedRequests {
  /** Requests that have to be in the log by then, and all that can be: in between are those that are under way or still to be written. */
  readonly atLeast: number
  readonly atMost: number
  /** How often the balancer began to count anew. */
  readonly restarts: number
}

/** End of the read on two clocks: one that only goes forward, and the one on the wall. */
export interface PollTime {
  readonly monotonicMs: number
  readonly wallMs: number
}

export type LiveRow = ListenerRow | PoolRow | ServerRow

interface Row {
  /** Name of the listener group or pool as the source spells it. */
  readonly owner: string
  readonly protocol: 'http' | 'tcp'
  readonly counters: Counters
  readonly gauges: Gauges
  /** Where the counters of this row start again while others go on; else that of the snapshot counts. */
  readonly epoch?: string
}

export interface ListenerRow extends Row {
  readonly kind: 'listener'
}

export interface PoolRow extends Row {
  readonly kind: 'pool'
  /** Running algorithm by the product's word; null: the source does not show it. */
  readonly algorithm: string | null
  readonly up: boolean
  /** Seconds since the state changed. */
  readonly stateSeconds: number | null
}

export interface ServerRow extends Row {
  readonly kind: 'server'
  readonly name: string
  readonly state: ServerState
}

export interface Counters {
  /** Requests answered, or passed on where nobody answered. */
  readonly requests: Count
  readonly connections: Count
  /** New decisions of the algorithm: leaves out what persistence sent and what waited in the queue. */
  readonly selections: Count
  readonly bytesIn: Count
  readonly bytesOut: Count
  readonly status1xx: Count
  readonly status2xx: Count
  readonly status3xx: Count
  readonly status4xx: Count
  readonly status5xx: Count
  readonly statusOther: Count
  readonly failedConnections: Count
  readonly failedResponses: Count
  readonly denied: Count
  readonly retries: Count
  readonly redispatches: Count
  /** Sum of response times in milliseconds, and how many answers it is of; missing: the source has no such sum. */
  readonly responseMsTotal?: Count
  readonly responsesTimed?: Count
}

export type CounterName = keyof Counters

export interface Gauges {
  readonly sessions: number | null
  readonly queued: number | null
  readonly sessionLimit: number | null
  /** Mean response time as the product smooths it; in a rated row of a source that has a sum instead, that of the interval. */
  readonly responseMs: number | null
}

export type Health = 'up' | 'down' | 'unchecked' | 'unknown'

/** Why a server gets no new work although it is not down. `unresolved`: a slot of a template that has no address yet. */
export type Admin = 'ready' | 'drain' | 'weight-zero' | 'maintenance' | 'stopping' | 'unresolved'

export interface ServerState {
  /** As the source words it. */
  readonly text: string
  readonly health: Health
  readonly admin: Admin
  /** Set by the agent of the server, not by an operator. */
  readonly byAgent: boolean
  /** Follows from the state of another server or of the pool. */
  readonly inherited: boolean
  /** Weight in force, in the product's own unit; it keeps its value while the server is down. */
  readonly weight: number | null
  /** Weight that the configuration of the running process gave. */
  readonly initialWeight: number | null
  /** 0–100 while the server warms up, else null. */
  readonly throttlePercent: number | null
  readonly backup: boolean
  /** `10.0.4.11:8080`; null: not shown or not known. */
  readonly address: string | null
  /** Host name behind the address, and the DNS service record behind that. */
  readonly hostName: string | null
  readonly serviceRecord: string | null
  /** Result of the last check, e.g. `L4CON`, with the detail that came with it. */
  readonly check: string | null
  readonly checkDetail: string | null
}

/**
 * True for rows in TCP mode that HAProxy counts: there the connections of a server are tries, of which those that were
 * made again or elsewhere are retries and redispatches, and failed connections are those that were given up.
 *
 * Source: HAProxy management guide, 9.1 (`stot`, `wretr`, `wredis`, `econ`), and measured with 2.6. No other source tells redispatches.
 */
export function countsTries({ protocol, counters }: Pick<LiveRow, 'protocol' | 'counters'>): boolean {
  return protocol === 'tcp' && counters.retries !== null && counters.redispatches !== null
}

/** Identity of a row from poll to poll. */
export function rowKey(row: LiveRow): string {
  return row.kind === 'server' ? `server:${row.owner}/${row.name}` : `${row.kind}:${row.owner}`
}

/** Mean response time of a row; null where it got no request so far, which a source may tell as 0. */
export function measuredResponseMs({ counters, gauges }: Pick<LiveRow, 'counters' | 'gauges'>): number | null {
  return counters.requests === 0 ? null : gauges.responseMs
}

/** New requests may go there by state alone; whether a backup gets them depends on the others. `weight`: another one than the running one. */
export function isEligible(state: Pick<ServerState, 'health' | 'admin' | 'weight'>, weight = state.weight): boolean {
  return (state.health === 'up' || state.health === 'unchecked') && state.admin === 'ready' && weight !== 0
}
