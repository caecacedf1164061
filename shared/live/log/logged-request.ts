/** What one line of an access log says about a request or session, in neutral words. */
export interface LoggedRequest {
  /** End of the request, milliseconds of the wall clock; null: the line does not tell it to the millisecond. */
  readonly atMs: number | null
  /** Worker that wrote it. */
  readonly process: string | null
  /** Address of the client; missing: the line does not tell it. */
  readonly client?: string
  /** Where the client came in, as far as the line says. */
  readonly listener: string | null
  /** Null: the format does not log it, or nothing was passed on. */
  readonly pool: string | null
  readonly protocol: 'http' | 'tcp'
  readonly status: number | null
  readonly bytesSent: number | null
  /** Tries in the pool that answered, in their order; empty: the request was not passed on. */
  readonly attempts: readonly LoggedAttempt[]
  /** Pools that were asked before and whose answer was not passed on; their names are mostly not logged. */
  readonly earlier?: readonly Pick<LoggedRequest, 'pool' | 'attempts'>[]
  /** The line names no server, and it cannot be told whether the log ever would. */
  readonly silent?: true
}

/** One try at one server. */
export interface LoggedAttempt {
  /** Name or address as written; null: no server could be asked. */
  readonly server: string | null
  /** `10.0.4.11:8080` or `unix:/run/app.sock`; null: the log names servers by name only. */
  readonly address: string | null
  /** Null: no answer came. */
  readonly status: number | null
  readonly responseMs: number | null
  /** No connection came about. */
  readonly failed: boolean
}

/** Owner of what was passed on without a word about the pool. */
export const unnamedPool = '(unnamed)'

/** How a product's log is read. */
export interface LogFormat {
  readonly product: string
  /** Null: the line says nothing about servers, as an ordinary access log does not. other: it is about something else. */
  readonly parse: (line: string) => LoggedRequest | 'other' | null
  /** How long after its own time a line may be written; 0: times are not told, and a line counts when it is read. */
  readonly lateMs: number
  /** Every try is a decision of the balancer. */
  readonly tellsSelections: boolean
  /** What has to be logged so that servers are told; whole sentences. */
  readonly advice: string
}
