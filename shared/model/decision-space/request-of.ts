import { defaultRequest, type RequestInput } from '../request.ts'
import { anyHost } from './request-variables.ts'
import { fromBytes } from '#shared/requests/bytes.ts'
import { formatIp } from '#shared/requests/ip.ts'
import { wordAddress } from '#shared/requests/languages/addresses.ts'
import { escapedPath } from '#shared/requests/normalised-target.ts'
import type { Witness } from '#shared/requests/space/solver.ts'
import type { Value } from '#shared/requests/space/variable.ts'
import type { World } from '#shared/requests/space/world.ts'
import type { Arrival } from './state.ts'

/** The request that a solution of the solver stands for, as it is sent to `arrival`. */
export function requestOf(world: World, witness: Witness, arrival: Arrival): RequestInput {
  const values = new Map<string, Value>()
  let hasLists = false
  for (const [id, value] of witness.values) {
    values.set(world.variableOf(id).key, value)
    hasLists ||= Array.isArray(value)
  }
  const single = (key: string, otherwise: string | null): string | null => {
    const value = values.get(key)
    return value === undefined ? otherwise : typeof value === 'string' ? fromBytes(value) : null
  }
  const listed = (prefix: string): (readonly [name: string, values: readonly string[]])[] => !hasLists ? [] :
    [...values].flatMap(([key, value]) => (key.startsWith(prefix) && Array.isArray(value) ? [[key.slice(prefix.length), (value as readonly string[]).map(fromBytes)] as const] : []))
  const readsHost = ['host-name', 'other-host', 'strange-host', 'spelling:host'].some((key) => values.has(key))
  const host = readsHost ? sentHost(values) : single('host', 'any.example')
  // Without a name only HTTP/1.0 is answered where hosts are looked up by name.
  const version = single('http-version', readsHost && host === null ? '1.0' : '1.1')
  const httpVersion = version === '2.0' ? '2' : version === '1.0' ? '1.0' : '1.1'
  const headers: (readonly [string, string])[] = []
  for (const [name, lines] of listed('header:')) for (const line of lines) headers.push([name.replace(/ as lines$/, ''), line])
  const cookies = listed('cookie:').flatMap(([name, all]) => all.map((value) => `${name}=${value}`))
  // An empty value at the very end would be no cookie (H-COOK-1).
  if (cookies.length > 0) headers.push(['cookie', cookies.some((cookie) => cookie.endsWith('=')) ? `${cookies.join('; ')}; x=1` : cookies.join('; ')])
  const tls = arrival.tls
  const name = host === null ? null : /^[A-Za-z0-9.-]+/.exec(host)?.[0] ?? null
  const alpn = [...values].flatMap(([key, value]) => (key.startsWith('alpn:') && typeof value === 'string' ? [value] : key === 'alpn-peeked' && Array.isArray(value) ? value as string[] : []))
  const source = values.get('source-ip')
  const local = values.get('local-ip')
  return {
    ...defaultRequest,
    listener: listenerText(values, arrival),
    scheme: tls ? 'https' : 'http', method: single('method', 'GET') ?? 'GET', host, path: targetOf(values, host, tls, httpVersion), httpVersion, headers,
    sourceIp: addressText(source) ?? '203.0.113.7', sourcePort: Number(single('source-port', '40000')),
    destinationIp: addressText(local) ?? fixedIp(arrival),
    sni: tls ? single('sni', values.has('sni') ? null : name) : null, alpn,
  }
}

/** The name with a port where it has to be spelled otherwise than it is looked up. */
function sentHost(values: ReadonlyMap<string, Value>): string | null {
  const name = values.has('host-name') ? values.get('host-name') : anyHost
  const spelling = values.get('spelling:host')
  const spelled = spelling === 'other' || spelling === 'strange' ? values.get(`${spelling}-host`) : undefined
  if (typeof spelled === 'string') return fromBytes(spelled)
  return typeof name !== 'string' ? null : `${fromBytes(name)}${values.get('spelling:host') === 'other' ? ':8080' : ''}`
}

/** The path is one that is sent otherwise than it is read, and it is known how. */
function isOtherPath(values: ReadonlyMap<string, Value>): boolean {
  if (!values.has('other-path')) return false
  const path = values.get('normalised-path')
  return values.get('spelling:path') === 'other' || (typeof path === 'string' && escapedPath(path) !== path)
}

/** The path with percent sequences where it needs them; with a dot segment where it has to be spelled otherwise. */
function sentPath(values: ReadonlyMap<string, Value>): string {
  const path = values.get('normalised-path')
  return `${values.get('spelling:path') === 'other' ? '/.' : ''}${escapedPath(typeof path === 'string' ? path : '/')}`
}

/** The address to send to, with the port that the request asks for; a listener without one by its id. */
function listenerText(values: ReadonlyMap<string, Value>, { listener }: Arrival): string {
  const address = listener.addresses[0]
  if (address === undefined || address.socket !== null) return listener.id
  const port = values.get(`local-port:${listener.id}`)
  const shown = typeof port === 'string' ? port : String(address.fromPort)
  const ip = address.ip === '*' ? '' : address.ip
  return `${ip.includes(':') ? `[${ip}]` : ip}:${shown}`
}

function addressText(value: Value | undefined): string | null {
  const ip = typeof value === 'string' ? wordAddress(value) : null
  return ip === null ? null : formatIp(ip)
}

function fixedIp({ listener }: Arrival): string | null {
  const ip = listener.addresses[0]?.ip ?? ''
  return ip === '' || ip === '*' || ip === '0.0.0.0' || ip === '::' ? '127.0.0.1' : null
}

function targetOf(values: ReadonlyMap<string, Value>, host: string | null, tls: boolean, httpVersion: string): string {
  const text = (key: string): string | null | undefined => {
    const value = values.get(key)
    return typeof value === 'string' ? fromBytes(value) : value === undefined ? undefined : null
  }
  const path = isOtherPath(values) ? text('other-path') : values.has('normalised-path') || values.has('spelling:path') ? sentPath(values) : text('path') === undefined ? '/' : text('path')
  const parameters = [...values].flatMap(([key, value]) => (key.startsWith('parameter:') && Array.isArray(value) ? (value as readonly string[]).map((one) => `${key.slice(10)}=${fromBytes(one)}`) : []))
  const first = [...values].flatMap(([key, value]) => (key.startsWith('argument:') && typeof value === 'string' ? [`${key.slice(9)}=${fromBytes(value)}`] : []))
  const query = [text('query') ?? null, ...first, ...parameters].filter((part): part is string => part !== null)
  const isUrl = values.get('form') === 'absolute' && httpVersion !== '2'
  const target = `${path ?? (isUrl ? '' : `*${text('target-rest') ?? ''}`)}${query.length === 0 ? '' : `?${query.join('&')}`}`
  return isUrl ? `${text('target-scheme') ?? (tls ? 'https' : 'http')}://${host ?? ''}${target}` : target
}
