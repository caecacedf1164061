import { splitTarget, withoutUserInfo } from '../http-values.ts'
import type { LoggedRequest } from './logged-request.ts'

export type RequestLine = Pick<LoggedRequest, 'method' | 'target' | 'truncated' | 'host' | 'scheme' | 'httpVersion'>

const method = /^[A-Z][A-Z_-]{0,30}$/
const plainTarget = /^[^\x00-\x20]+$/

/**
 * `GET /path HTTP/1.1` as logs quote it. A line that ends without its version was cut off.
 *
 * HTTP/2 has no request line; products that make one up write the target in absolute form (HAProxy) or leave the host
 * out (nginx). Errors: null for what is no request line (`<BADREQ>`, `-`, bytes of a TLS handshake).
 */
export function parseRequestLine(text: string): RequestLine | null {
  const first = text.indexOf(' ')
  if (first === -1) return null
  const name = text.slice(0, first)
  if (!method.test(name)) return null
  const last = text.lastIndexOf(' ')
  const version = last > first && text.startsWith('HTTP/', last + 1) ? text.slice(last + 6) : null
  const target = version === null ? text.slice(first + 1) : text.slice(first + 1, last)
  if (!plainTarget.test(target)) return null
  const httpVersion = version === null ? null : toHttpVersion(version)
  if (version !== null && httpVersion === null) return null
  const taken = takeTarget(target, httpVersion)
  return taken === null ? null : { method: name, ...taken, httpVersion, truncated: version === null }
}

/**
 * A target as logged. The absolute form of HTTP/2 and later is only the log's way to write scheme and authority, so it is
 * taken apart; of HTTP/1 it is what the client sent.
 */
export function takeTarget(target: string, httpVersion: LoggedRequest['httpVersion']): Pick<RequestLine, 'target' | 'host' | 'scheme'> | null {
  const parts = splitTarget(target)
  if (parts.form === 'empty') return null
  if (parts.form !== 'absolute' || parts.authority === null) return { target, host: null, scheme: null }
  const host = withoutUserInfo(parts.authority)
  if (httpVersion !== '2') return { target, host, scheme: null }
  const scheme = parts.scheme === 'http' || parts.scheme === 'https' ? parts.scheme : null
  return { target: parts.pathAt === -1 ? '/' : target.slice(parts.pathAt), host, scheme }
}

/** `1.1`, `2.0`, `HTTP/3.0`; later ones are treated as HTTP/2. Null: no version. */
export function toHttpVersion(text: string): LoggedRequest['httpVersion'] {
  const match = /^(?:HTTP\/)?([0-9])(?:\.([0-9]))?$/i.exec(text)
  if (match === null) return null
  if (match[1] === '1') return match[2] === '0' ? '1.0' : '1.1'
  return match[1] === '0' ? '1.0' : '2'
}
