import type { Listener } from '#shared/model/routing-model.ts'
import type { RequestInput } from '#shared/model/request.ts'
import { toBytes } from '#shared/requests/bytes.ts'
import { headerElements, splitTarget, withoutUserInfo } from '#shared/requests/http-values.ts'
import { parseIp, type IpAddress } from '#shared/requests/ip.ts'
import type { Known, Sample, Unknown } from './sample.ts'

/** Facts of the connection; rules never change them except by `set-src` and the like. */
export interface Connection {
  readonly listener: Listener
  readonly terminatesTls: boolean
  /** The client speaks TLS, whoever ends it. */
  readonly tls: boolean
  readonly sni: string | null
  readonly alpn: readonly string[]
  /** False: the bytes of the request are encrypted for this product. */
  readonly readable: boolean
}

export interface Header {
  /** Lower case. */
  readonly name: string
  readonly value: string | Unknown
}

/** One version of the request. Effects make a new one; nothing is changed in place. */
export interface RequestState {
  readonly connection: Connection
  readonly method: string | Unknown
  /** Method as it arrived: tests go on seeing it where it is one the product knows (H-RW-1). */
  readonly firstMethod: string
  /** Request target as byte string. */
  readonly target: string | Unknown
  readonly httpVersion: RequestInput['httpVersion']
  readonly headers: readonly Header[]
  readonly variables: ReadonlyMap<string, Sample>
  readonly sourceIp: Sample | null
  readonly sourcePort: Sample
  readonly localIp: Sample | null
  readonly localPort: Sample
  /** The request as products read it that normalise first; null: this one does not, or the request is refused. */
  readonly normalised: { readonly sent: string; readonly path: string; readonly query: string; readonly host: string | null } | null
  /** Set when the target stands in HTTP/2 pseudo headers: servers get the origin form. */
  readonly pseudoHeaders: boolean
}

export function initialState(request: RequestInput, listener: Listener, localIp: IpAddress | null, localPort: number): RequestState {
  const terminatesTls = listener.tls !== null
  const host = request.host === null ? [] : [{ name: 'host', value: toBytes(request.host).trim() }]
  const headers = request.headers.map(([name, value]) => ({ name: toBytes(name).toLowerCase(), value: toBytes(value).replace(/^[ \t]+|[ \t]+$/g, '') }))
  const pseudoHeaders = request.httpVersion === '2' && request.path.startsWith('/')
  // HTTP/2 sends scheme and authority apart; rules see them as an absolute target (H-H2-1).
  const sent = pseudoHeaders ? `${request.scheme}://${toBytes(request.host ?? '')}${toBytes(request.path)}` : toBytes(request.path)
  const path = withoutDefaultPort(sent)
  return {
    connection: {
      listener, terminatesTls, tls: request.scheme === 'https', sni: request.sni, alpn: request.alpn,
      readable: request.scheme === 'http' || terminatesTls,
    },
    method: toBytes(request.method),
    firstMethod: toBytes(request.method),
    target: path,
    httpVersion: request.httpVersion,
    headers: normaliseHost([...host, ...headers], path === sent ? null : withoutUserInfo(splitTarget(path).authority ?? '')),
    variables: new Map<string, Known>(),
    sourceIp: parseIp(request.sourceIp),
    sourcePort: request.sourcePort,
    localIp,
    localPort,
    normalised: null,
    pseudoHeaders,
  }
}

/** Equal Host lines collapse into one; the authority of a target that lost its default port replaces what Host said (H-H1-1). */
function normaliseHost(headers: readonly Header[], authority: string | null): readonly Header[] {
  const first = headers.find(header => header.name === 'host')
  const kept = headers.filter(header => header.name !== 'host' || header === first)
  return authority === null ? kept : kept.map(header => (header === first ? { name: 'host', value: authority } : header))
}

/** An absolute target whose port is the default of its scheme, or empty, is passed on without it. */
function withoutDefaultPort(target: string): string {
  const { form, scheme, authority } = splitTarget(target)
  if (form !== 'absolute' || scheme === null || authority === null) return target
  const { name, port } = splitPort(authority)
  if (port === null || !(port === '' || port === defaultPorts[scheme])) return target
  const start = target.indexOf('://') + 3
  return target.slice(0, start) + name + target.slice(start + authority.length)
}

/** `port` is null when there is no colon before digits at the end. */
function splitPort(host: string): { readonly name: string; readonly port: string | null } {
  const match = /^(.*):(\d*)$/.exec(host)
  return match === null ? { name: host, port: null } : { name: match[1] ?? '', port: match[2] ?? '' }
}

const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' }

/** Why the product refuses the request before any rule sees it, or null. Source: H-H1-1, H-ACL-10, H-URI-1. */
export function requestFault(request: RequestInput): string | null {
  const target = toBytes(request.path)
  if (!token.test(request.method)) return `method ${request.method} has characters that are not allowed`
  for (let at = 0; at < target.length; at += 1) {
    const code = target.charCodeAt(at)
    if (code <= 32 || code >= 127 || code === 35) return `the request target has a character that is not allowed at position ${at + 1}`
  }
  const parts = splitTarget(target)
  if (parts.form === 'empty') return 'the request target is empty'
  for (const [name, value] of request.headers) {
    if (!token.test(name)) return `header name ${name} has characters that are not allowed`
    if (/[\0\r\n]/.test(value)) return `header ${name} has a character that is not allowed`
  }
  const hosts = [...(request.host === null ? [] : [request.host]), ...request.headers.filter(([name]) => name.toLowerCase() === 'host').map(([, value]) => value)]
    .map(host => toBytes(host).trim())
  const host = hosts[0]
  if (host === undefined) return null
  if (hosts.some(other => other.toLowerCase() !== host.toLowerCase())) return 'the Host headers differ'
  if (parts.authority !== null && !sameAuthority(withoutUserInfo(parts.authority), host, parts.scheme)) return `the target names ${parts.authority}, the Host header ${host}`
  return null
}

/** Names compare without case, ports by number: the default of the scheme, an empty one and none are the same. */
function sameAuthority(authority: string, host: string, scheme: string | null): boolean {
  const left = splitPort(authority.toLowerCase())
  const right = splitPort(host.toLowerCase())
  const effective = (port: string | null): string => (port === null || port === (scheme === null ? '' : (defaultPorts[scheme] ?? '')) ? '' : port)
  return left.name === right.name && effective(left.port) === effective(right.port)
}

/** Values of a header in order; `split: 'comma'` takes each line apart. */
export function headerValues(state: RequestState, name: string, split: 'comma' | 'line'): (string | Unknown)[] {
  const values: (string | Unknown)[] = []
  for (const header of state.headers) {
    if (header.name !== name) continue
    if (split === 'line' || typeof header.value !== 'string') values.push(header.value)
    else values.push(...headerElements(header.value))
  }
  return values
}

/** Path and query of a target; null where it has none. */
export function pathAndQueryOf(target: string): string | null {
  const parts = splitTarget(target)
  return parts.pathAt === -1 ? null : target.slice(parts.pathAt)
}

/** The target as a server gets it: what HTTP/2 spreads over pseudo headers goes out in origin form (H-H2-1). */
export function receivedTarget(state: RequestState): string | Unknown {
  if (typeof state.target !== 'string' || !state.pseudoHeaders) return state.target
  return pathAndQueryOf(state.target) ?? state.target
}
