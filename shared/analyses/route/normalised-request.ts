import type { Listener } from '#shared/model/routing-model.ts'
import type { RequestInput } from '#shared/model/request.ts'
import { toBytes } from '#shared/requests/bytes.ts'
import type { IpAddress } from '#shared/requests/ip.ts'
import { normalisedHost, parseNormalisedTarget } from '#shared/requests/normalised-target.ts'
import type { Fault } from './faults.ts'
import { initialState, type Header, type RequestState } from './request-state.ts'

/** Header names that are kept; others are dropped silently (N-HDR-1). */
const keptName = /^[A-Za-z0-9-]+$/

/** The request as a product reads it that decodes and resolves targets before any rule sees them. */
export function normalisedState(request: RequestInput, listener: Listener, localIp: IpAddress | null, localPort: number): RequestState {
  const plain = initialState({ ...request, path: '/' }, listener, localIp, localPort)
  const host: readonly Header[] = request.host === null ? [] : [{ name: 'host', value: trimmed(toBytes(request.host)) }]
  const others = request.headers.flatMap(([name, value]): readonly Header[] => (keptName.test(name) ? [{ name: name.toLowerCase(), value: trimmed(toBytes(value)) }] : []))
  const target = parseNormalisedTarget(toBytes(request.path))
  const state = { ...plain, headers: [...host, ...oneCookieLine(others)], pseudoHeaders: false }
  if (!target.ok) return { ...state, target: toBytes(request.path) }
  return { ...state, target: target.sent, normalised: { sent: target.sent, path: target.path, query: target.query, host: hostOf(target.authority, state.headers) } }
}

function hostOf(authority: string | null, headers: readonly Header[]): string | null {
  const value = authority ?? headers.find(header => header.name === 'host')?.value
  return typeof value === 'string' ? normalisedHost(value) : null
}

/** Several Cookie lines count as one (source: ngx_http_variable_cookies). */
function oneCookieLine(headers: readonly Header[]): readonly Header[] {
  const cookies = headers.filter(header => header.name === 'cookie')
  const first = cookies[0]
  if (cookies.length < 2) return headers
  const joined = cookies.map(header => (typeof header.value === 'string' ? header.value : '')).join('; ')
  return headers.flatMap(header => (header.name !== 'cookie' ? [header] : header === first ? [{ name: 'cookie', value: joined }] : []))
}

const trimmed = (value: string): string => value.replace(/^ +| +$/g, '')

/** Why the request is refused before any rule sees it, or null. Source: N-SRV-2, N-URI-3, N-METH-1. */
export function normalisedFault(request: RequestInput): Fault | null {
  const refused = (words: string, status = 400): Fault => ({ words, status })
  if (!/^[A-Z_-]+$/.test(request.method)) return refused(`method ${request.method} has characters that are not allowed`)
  const target = parseNormalisedTarget(toBytes(request.path))
  if (!target.ok) return refused(target.reason)
  for (const [name, value] of request.headers) {
    if (name === '' || /[\x00-\x20\x7f]/.test(name) || /[\0\r\n]/.test(value)) return refused(`header ${name} has a character that is not allowed`)
  }
  const hosts = [...(request.host === null ? [] : [request.host]), ...request.headers.filter(([name]) => name.toLowerCase() === 'host').map(([, value]) => value)].map(host => trimmed(toBytes(host)))
  if (hosts.length > 1) return refused('there is more than one Host header')
  if (target.authority !== null && normalisedHost(target.authority) === null) return refused('the target names no host')
  if (hosts[0] === undefined && request.httpVersion !== '1.0') return refused('there is no Host header')
  if (hosts[0] !== undefined && normalisedHost(hosts[0]) === null) return refused('the Host header holds no name')
  return request.method === 'TRACE' || request.method === 'CONNECT' ? refused(`method ${request.method} is not served`, 405) : null
}
