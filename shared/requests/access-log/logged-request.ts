/**
 * What one line of an access log says about one request. Texts are as the client sent them, escapes of the log undone.
 *
 * Null always means: the log does not say. A log never says more than it was told to, so most fields of most formats are
 * null; whoever routes such a request has to treat the missing facts as unknown, not as absent.
 */
export interface LoggedRequest {
  /** Name of the frontend or entry point that took the request. */
  readonly listenerGroup: string | null
  /** Name of the pool that the product chose when it wrote the line. */
  readonly pool: string | null
  /** Port the client connected to. */
  readonly port: number | null
  readonly method: string
  /** Request target in origin form, or in absolute form where an HTTP/1 client sent that. */
  readonly target: string
  /** True: the log cut the target off. */
  readonly truncated: boolean
  /** Host as sent, port included; empty: the request named none. */
  readonly host: string | null
  readonly sourceIp: string | null
  readonly scheme: 'http' | 'https' | null
  /** Server name of the TLS handshake; empty: none was sent. */
  readonly sni: string | null
  readonly httpVersion: '1.0' | '1.1' | '2' | null
  /** Headers the log tells of, names in lower case; null as value: the request had no such header. */
  readonly headers: readonly (readonly [name: string, value: string | null])[]
  /** Null: nothing is known of headers that are not listed. Else every header is listed, except these, which the log hides. */
  readonly hiddenHeaders: readonly string[] | null
  /** Every line counts once. */
  readonly weight: 1
}

/** Reads lines of one format. Made anew for each log, because a format may depend on a config or on other lines. */
export interface AccessLogReader {
  /** `haproxy-httplog`, `nginx-combined`, `json`. */
  readonly format: string
  /** What had to be guessed about this log, as sentences. */
  readonly assumptions: readonly string[]
  /** One line without its line end; null: it is no request of this format. */
  readonly read: (line: string) => LoggedRequest | null
}

const nothingSaid: Omit<LoggedRequest, 'method' | 'target'> = {
  listenerGroup: null, pool: null, port: null, truncated: false, host: null, sourceIp: null, scheme: null, sni: null, httpVersion: null, headers: [], hiddenHeaders: null, weight: 1,
}

export function loggedRequest(said: Partial<LoggedRequest> & Pick<LoggedRequest, 'method' | 'target'>): LoggedRequest {
  return { ...nothingSaid, ...said }
}
