import { parseMatchers, type LabelMatcher } from './prometheus/matchers.ts'

/** Where a running balancer is asked for its statistics. `surface`: what answers there. */
export type LiveSource = SocketSource | TcpSource | HttpSource | FileSource

type SocketSurface = 'haproxy' | 'haproxy-master'

/** A stats socket of HAProxy, or that of its master, in the file system. */
interface SocketSource {
  readonly kind: 'socket'
  readonly surface: SocketSurface
  readonly path: string
  readonly title: string
}

/** The same on the network. */
interface TcpSource {
  readonly kind: 'tcp'
  readonly surface: SocketSurface
  readonly host: string
  readonly port: number
  readonly title: string
}

/** An access log, read on from its end. */
export interface FileSource {
  readonly kind: 'file'
  readonly surface: FileSurface
  readonly path: string
  /** What tells how many requests there were, so that those that the log leaves out are seen. */
  readonly countedBy?: LiveSource
  readonly title: string
}

/** `path` without what asks for a form of the page; that of HAProxy may hold a query, as its usual one does. `title` never holds the password. */
export interface HttpSource {
  readonly kind: 'http'
  readonly surface: HttpSurface
  readonly secure: boolean
  readonly host: string
  readonly port: number
  readonly path: string
  readonly user: string | null
  readonly password: string
  /** Sent instead of user and password; comes from outside the address. */
  readonly token?: string
  /** Which balancers, of a source that knows many. */
  readonly matchers?: readonly LabelMatcher[]
  readonly title: string
}

/** Words that stand before an address and say what answers there; without one it is the statistics page of HAProxy. */
const namedSurfaces = [
  'apache',
  'apache-status',
  'caddy',
  'envoy',
  'haproxy-metrics',
  'nginx-plus',
  'nginx-status',
  'nginx-vts',
  'prometheus',
  'traefik',
] as const
export type HttpSurface = 'haproxy' | (typeof namedSurfaces)[number]
/** The same for log files. */
const fileSurfaces = ['caddy-log', 'haproxy-log', 'nginx-log'] as const
export type FileSurface = (typeof fileSurfaces)[number]

/** What counts the requests of the balancer that writes a log. */
const countersOf: Readonly<Record<FileSurface, readonly LiveSource['surface'][]>> = {
  'caddy-log': ['caddy'], 'haproxy-log': ['haproxy', 'haproxy-master', 'haproxy-metrics'], 'nginx-log': ['nginx-status', 'nginx-plus', 'nginx-vts'],
}
const countedBy = '?counted-by='

/**
 * A source as people write it: `/run/haproxy.sock`, `unix@/run/haproxy.sock`, `127.0.0.1:9999`, `tcp:host:port`,
 * `http://host:8404/stats`, `http://host/haproxy?stats`, `nginx-status:http://host/status`, `haproxy-metrics:http://host/metrics`,
 * `nginx-log:/var/log/nginx/access.log`, `nginx-log:FILE?counted-by=nginx-status:http://host/status`, `prometheus:http://host:9090/?job=haproxy`. A text says what is wrong with it.
 */
export function parseLiveSource(written: string): LiveSource | string {
  const whole = written.trim()
  if (whole === '') return 'The source is empty.'
  const logged = fileSurfaces.find((surface) => whole.startsWith(`${surface}:`))
  if (logged !== undefined) return logSource(logged, whole.slice(logged.length + 1))
  const behindMaster = /^haproxy-master:([^]*)$/.exec(whole)?.[1]
  if (behindMaster !== undefined) return masterSource(behindMaster)
  const named = namedSurfaces.find((surface) => whole.startsWith(`${surface}:`))
  const text = named === undefined ? whole : whole.slice(named.length + 1)
  if (named === 'prometheus') return prometheusSource(text)
  const source = parseAddress(text, named === undefined)
  if (named === undefined || typeof source === 'string') return source
  if (named === 'caddy' && source.kind === 'http' && source.path !== '/') return 'caddy: takes the address of the administration without a path, as in http://127.0.0.1:2019.'
  return source.kind === 'http' ? { ...source, surface: named } : `${named} is asked at an http or https address.`
}

function logSource(surface: FileSurface, text: string): LiveSource | string {
  const at = text.indexOf(countedBy)
  const path = at === -1 ? text : text.slice(0, at)
  if (path === '') return `${surface}: takes the path of a log.`
  if (at === -1) return { kind: 'file', surface, path, title: path }
  const counter = parseLiveSource(text.slice(at + countedBy.length))
  if (typeof counter === 'string') return `Behind ${countedBy}: ${counter}`
  if (!countersOf[surface].includes(counter.surface)) return `The requests of ${surface} are counted by ${countersOf[surface].join(', ')}, not by ${counter.surface}.`
  // A log is written down with its whole address; a password must not be.
  if (counter.kind === 'http' && counter.user !== null) return `Behind ${countedBy} no user and password can stand.`
  return { kind: 'file', surface, path, countedBy: counter, title: path }
}

/** Dialect of the configs that a source can be compared with; `any`: it shows balancers of every product; null: there is none. */
export function dialectOf({ surface }: LiveSource): 'haproxy' | 'nginx' | 'any' | null {
  switch (surface) {
    case 'haproxy': case 'haproxy-log': case 'haproxy-master': case 'haproxy-metrics': return 'haproxy'
    case 'nginx-log': case 'nginx-plus': case 'nginx-vts': return 'nginx'
    // Totals only, or products whose configs are not read.
    case 'apache': case 'apache-status': case 'caddy': case 'caddy-log': case 'envoy': case 'nginx-status': case 'traefik': return null
    case 'prometheus': return 'any'
  }
}

function masterSource(text: string): LiveSource | string {
  const source = parseAddress(text)
  if (typeof source === 'string') return source
  return source.kind === 'socket' || source.kind === 'tcp' ? { ...source, surface: 'haproxy-master' } : 'haproxy-master is asked at a socket.'
}

/** The address of the server, and behind a `?` the labels of the balancers that are meant. */
function prometheusSource(text: string): LiveSource | string {
  const query = text.indexOf('?')
  const source = parseAddress(query === -1 ? text : text.slice(0, query))
  if (typeof source === 'string') return source
  if (source.kind !== 'http') return 'prometheus is asked at an http or https address.'
  const matchers = parseMatchers(query === -1 ? '' : text.slice(query + 1))
  if (typeof matchers === 'string') return matchers
  return { ...source, surface: 'prometheus', matchers, title: `${source.title}${matchers.length === 0 ? '' : `?${matchers.map(({ name, operator, value }) => `${name}${operator}${value}`).join('&')}`}` }
}

/** `takesQuery`: what is meant if it is a page is the statistics page of HAProxy, whose address is often `/haproxy?stats`. */
function parseAddress(text: string, takesQuery = false): LiveSource | string {
  const page = /^(https?):\/\/(?:([^/@]*)@)?(\[[0-9a-f:.]+\]|[^/:?#@]+)(?::(\d+))?(\/[^?#]*)?([?#].*)?$/i.exec(text)
  if (page !== null) return pageSource(page, takesQuery)
  if (/^[a-z]+:\/\//i.test(text)) return `"${text}" is neither a socket nor an http or https address.`
  const path = /^(?:unix[@:])?([./~][^]*)$/.exec(text)?.[1] ?? /^unix[@:]([^]+)$/.exec(text)?.[1]
  if (path !== undefined) return { kind: 'socket', surface: 'haproxy', path, title: path }
  const address = /^(?:tcp:|ipv[46]@)?(?:\[([0-9a-f:.]+)\]|([^:/@[\]]+)):(\d+)$/i.exec(text)
  if (address !== null) {
    const host = address[1] ?? address[2] as string
    const port = Number(address[3])
    return isPort(port) ? { kind: 'tcp', surface: 'haproxy', host, port, title: `${address[1] === undefined ? host : `[${host}]`}:${port}` } : `${port} is not a port.`
  }
  if (text.includes('/')) return { kind: 'socket', surface: 'haproxy', path: text, title: text }
  return `"${text}" is not a source: give the path of a stats socket, HOST:PORT, or the http address of the statistics page.`
}

function pageSource(page: RegExpExecArray, takesQuery: boolean): LiveSource | string {
  const [, scheme = '', credentials, written = '', port, path = '/', behind = ''] = page
  if (behind.includes('#')) return 'The address of a statistics page takes nothing behind a "#".'
  if (behind !== '' && !takesQuery) return 'The address of a statistics page takes no query.'
  const secure = scheme.toLowerCase() === 'https'
  const number = port === undefined ? (secure ? 443 : 80) : Number(port)
  if (!isPort(number)) return `${number} is not a port.`
  // Signs that steer what the page does; the client adds those that it needs.
  const plain = `${path}${behind}`.replace(/;.*$/, '')
  if (/[\u0000-\u0020\u007f-\uffff]/.test(plain)) return 'The path of the statistics page may only hold plain characters.'
  const colon = credentials?.indexOf(':') ?? -1
  const user = credentials === undefined ? null : decode(colon === -1 ? credentials : credentials.slice(0, colon))
  const password = credentials === undefined || colon === -1 ? '' : decode(credentials.slice(colon + 1))
  if (user === undefined || password === undefined) return 'The user and password in the address are not encoded as an address wants it.'
  return { kind: 'http', surface: 'haproxy', secure, host: written.replace(/^\[|\]$/g, ''), port: number, path: plain, user, password, title: `${scheme.toLowerCase()}://${written}${port === undefined ? '' : `:${port}`}${plain}` }
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port > 0 && port < 65_536
}
