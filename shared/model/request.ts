/**
 * One request as it arrives, before any product looked at it.
 *
 * Shape: the published input of `route --requests` (contract/cli), with defaults filled in.
 * `host` is the Host header exactly as sent (null: none); `path` is the request target as sent, unnormalised,
 * query included (`*` and absolute form are allowed). `headers` holds every other header, in order of sending;
 * a header sent twice stands twice. `listener` is an address (`127.0.0.1:8080`) or a listener's name; null lets the
 * model choose the first listener that fits the scheme.
 */
export interface RequestInput {
  readonly listener: string | null
  readonly scheme: 'http' | 'https'
  readonly method: string
  readonly host: string | null
  readonly path: string
  readonly httpVersion: '1.0' | '1.1' | '2'
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly sourceIp: string
  readonly sourcePort: number
  /** Address the client connected to; null: taken from the listener. */
  readonly destinationIp: string | null
  /** Server name of the TLS handshake; null: none sent. */
  readonly sni: string | null
  readonly alpn: readonly string[]
}

export const defaultRequest: RequestInput = {
  listener: null, scheme: 'http', method: 'GET', host: 'localhost', path: '/', httpVersion: '1.1', headers: [],
  sourceIp: '127.0.0.1', sourcePort: 40000, destinationIp: null, sni: null, alpn: [],
}
