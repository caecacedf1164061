import { parseIp } from '../ip.ts'
import { loggedRequest, type AccessLogReader, type LoggedRequest } from './logged-request.ts'
import { parseRequestLine, takeTarget, toHttpVersion, type RequestLine } from './request-line.ts'

/**
 * One JSON object a line, under the keys that nginx (`$request_method` and so on, or the short ones of the format in
 * docs), Caddy, Traefik and Envoy use. Whatever a syslog daemon put in front of the first brace is left out.
 */
export function createJsonReader(): AccessLogReader {
  return { format: 'json', assumptions: [], read: (line) => toRequest(parseObject(line)) }
}

type Fields = ReadonlyMap<string, unknown>

/** Keys of one meaning, most trusted first; without `_`, `-`, `.` and `:`, in lower case. */
const keys = {
  method: ['requestmethod', 'method', 'httpmethod', 'verb', 'm'],
  line: ['request', 'requestline'],
  whole: ['requesturi', 'requesturl', 'url'],
  path: ['uri', 'requestpath', 'path', 'documenturi'],
  query: ['args', 'querystring', 'query'],
  host: ['httphost', 'authority', 'requestaddr', 'host', 'requesthost', 'vhost', 'servername', 'srv'],
  source: ['remoteaddr', 'remoteip', 'clientip', 'clienthost', 'sourceip', 'clientaddr', 'downstreamremoteaddress', 'ra', 'client'],
  scheme: ['scheme', 'requestscheme', 'xforwardedproto'],
  version: ['serverprotocol', 'requestprotocol', 'proto', 'protocol', 'httpversion'],
  port: ['serverport', 'sport'],
  listener: ['frontendname', 'frontend', 'entrypointname'],
  pool: ['backendname', 'backend', 'proxyhost', 'ph'],
  sni: ['sslservername', 'requestedservername', 'sni'],
} as const satisfies Record<string, readonly string[]>

/** `http_…` of nginx that are no request header. */
const noHeaders: ReadonlySet<string> = new Set(['http_version', 'http_method', 'http_status', 'http_referrer_domain'])

function parseObject(line: string): Readonly<Record<string, unknown>> | null {
  const brace = line.indexOf('{')
  if (brace === -1) return null
  try {
    return asObject(JSON.parse(brace === 0 ? line : line.slice(brace)))
  } catch (error) {
    // A line that was cut off or is no JSON is no request; anything else is our fault.
    if (error instanceof SyntaxError) return null
    throw error
  }
}

function asObject(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : null
}

function toRequest(object: Readonly<Record<string, unknown>> | null): LoggedRequest | null {
  if (object === null) return null
  const nested = asObject(object['request']) ?? asObject(object['httpRequest'])
  const fields: Fields = new Map([...Object.entries(object), ...Object.entries(nested ?? {})].map(([name, value]) => [name.toLowerCase().replaceAll(/[_\-.:]/g, ''), value]))
  const line = requestLine(fields)
  if (line === null) return null
  const tls = asObject(nested?.['tls'])
  const host = line.host ?? hostOf(fields)
  return loggedRequest({
    ...line, host,
    scheme: line.scheme ?? schemeOf(fields, object, nested, tls),
    sourceIp: addressOf(text(fields, keys.source)),
    port: portOf(text(fields, keys.port)),
    listenerGroup: text(fields, keys.listener),
    pool: text(fields, keys.pool),
    sni: typeof tls?.['server_name'] === 'string' ? tls['server_name'] : text(fields, keys.sni),
    ...headersOf(object, nested),
  })
}

/** The first of `names` that holds a text or a number worth having; `-` is none. */
function text(fields: Fields, names: readonly string[]): string | null {
  for (const name of names) {
    const value = fields.get(name)
    if (typeof value === 'string' && value !== '' && value !== '-') return value
    if (typeof value === 'number') return String(value)
  }
  return null
}

function requestLine(fields: Fields): RequestLine | null {
  const line = text(fields, keys.line)
  const parsed = line === null ? null : parseRequestLine(line)
  const whole = text(fields, keys.whole)
  if (parsed !== null && whole === null) return parsed
  const method = text(fields, keys.method) ?? parsed?.method ?? null
  if (method === null || !/^[A-Za-z][A-Za-z_-]{0,30}$/.test(method)) return null
  const target = whole ?? pathAndQuery(fields)
  if (target === null || /[\x00-\x20]/.test(target)) return null
  const httpVersion = toHttpVersion(text(fields, keys.version) ?? '') ?? parsed?.httpVersion ?? null
  // A key that holds a whole address is the log's own way to say where the request went.
  const taken = takeTarget(target, whole === null ? httpVersion : '2')
  return taken === null || !(taken.target.startsWith('/') || taken.target === '*') ? null : { method: method.toUpperCase(), ...taken, httpVersion, truncated: false }
}

function pathAndQuery(fields: Fields): string | null {
  const path = text(fields, keys.path)
  const query = text(fields, keys.query)
  if (path === null || query === null || path.includes('?')) return path
  return query.startsWith('?') ? `${path}${query}` : `${path}?${query}`
}

/** nginx writes `_` where a server has no name, and an empty `$http_host` where the request named none. */
function hostOf(fields: Fields): string | null {
  const sent = fields.get('httphost')
  if (sent === '' || sent === '-') return ''
  const host = text(fields, keys.host)
  return host === '_' ? null : host
}

function addressOf(value: string | null): string | null {
  if (value === null || parseIp(value) !== null) return value
  const withoutPort = value.replace(/^\[?(.*?)\]?:\d+$/, '$1')
  return parseIp(withoutPort) === null ? null : withoutPort
}

function portOf(value: string | null): number | null {
  return value !== null && /^\d{1,5}$/.test(value) ? Number(value) : null
}

function schemeOf(fields: Fields, object: Readonly<Record<string, unknown>>, nested: Readonly<Record<string, unknown>> | null, tls: Readonly<Record<string, unknown>> | null): 'http' | 'https' | null {
  const scheme = text(fields, keys.scheme)?.toLowerCase()
  if (scheme === 'http' || scheme === 'https') return scheme
  if (tls !== null || object['https'] === 'on') return 'https'
  const protocol = object['ssl_protocol']
  if (typeof protocol === 'string') return protocol.startsWith('TLS') || protocol.startsWith('SSL') ? 'https' : 'http'
  // Caddy tells of TLS wherever there was any.
  return nested !== null && asObject(nested['headers']) !== null ? 'http' : null
}

/** Caddy lists every header and empties those that hold credentials; nginx names single ones `http_<name>`. */
function headersOf(object: Readonly<Record<string, unknown>>, nested: Readonly<Record<string, unknown>> | null): Pick<LoggedRequest, 'headers' | 'hiddenHeaders'> {
  const headers: [string, string | null][] = []
  const all = asObject(nested?.['headers'])
  if (all !== null) {
    const hidden: string[] = []
    for (const [name, values] of Object.entries(all)) {
      const texts = Array.isArray(values) ? values.filter((value): value is string => typeof value === 'string' && value !== 'REDACTED') : []
      if (texts.length === 0) hidden.push(name.toLowerCase())
      else headers.push(...texts.map((value): [string, string] => [name.toLowerCase(), value]))
    }
    // Emptied also where the request had none.
    return { headers, hiddenHeaders: [...new Set([...hidden, 'cookie', 'authorization', 'proxy-authorization'])].filter((name) => !headers.some(([known]) => known === name)) }
  }
  for (const [name, value] of Object.entries(object)) {
    const key = name.toLowerCase()
    if (!key.startsWith('http_') || key === 'http_host' || noHeaders.has(key) || typeof value !== 'string') continue
    headers.push([key.slice(5).replaceAll('_', '-'), value === '-' || value === '' ? null : value])
  }
  return { headers, hiddenHeaders: null }
}
