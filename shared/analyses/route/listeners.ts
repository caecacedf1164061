import type { Listener, RoutingModel } from '#shared/model/routing-model.ts'
import type { RequestInput } from '#shared/model/request.ts'
import { formatIp, parseIp, type IpAddress } from '#shared/requests/ip.ts'

/** Where a request arrives. More than one listener: the product leaves the choice to chance. */
export interface Arrival {
  readonly listeners: readonly Listener[]
  readonly localIp: IpAddress | null
  readonly localPort: number
}

interface Place {
  readonly ip: string
  readonly port: number
}

/** Arrivals of one model by what they depend on, so that many requests to the same place are looked up once. */
export type ArrivalCache = Map<string, Arrival | null>

const maximumCached = 1000

/** The listeners a request reaches; null: nothing listens there. Source: H-BND-1, H-BND-2. */
export function arrivalOf(model: RoutingModel, request: RequestInput, cache: ArrivalCache): Arrival | null {
  const key = `${request.listener ?? ''}\n${request.scheme}\n${request.destinationIp ?? ''}\n${request.listener === null}`
  const known = cache.get(key)
  if (known !== undefined) return known
  const arrival = findArrival(model, request)
  if (cache.size >= maximumCached) cache.clear()
  cache.set(key, arrival)
  return arrival
}

function findArrival(model: RoutingModel, request: RequestInput): Arrival | null {
  const enabled = model.listeners.filter(listener => listener.enabled)
  const place = request.listener === null ? null : parsePlace(request.listener)
  if (place !== null) {
    const arrival = atPlace(enabled, place, request)
    if (arrival !== null) return arrival
  }
  const chosen = request.listener === null ? firstForScheme(enabled, request) : byName(enabled, request.listener)
  if (chosen === null) return null
  const address = chosen.addresses[0]
  const ip = canonicalIp(request.destinationIp ?? address?.ip ?? '')
  const port = address?.fromPort ?? 0
  // Another listener on the same address competes for the connection.
  const rivals = ip === '' || port === 0 ? null : atPlace(enabled, { ip, port }, request)
  const shared = rivals !== null && rivals.listeners.includes(chosen) ? rivals.listeners : [chosen]
  return { listeners: request.listener === null ? shared : [chosen], localIp: parseIp(ip), localPort: port }
}

function atPlace(listeners: readonly Listener[], place: Place, request: RequestInput): Arrival | null {
  const wanted = place.ip === '' ? canonicalIp(request.destinationIp ?? '') : place.ip
  let exact: Listener[] = []
  const any: Listener[] = []
  const onPort: Listener[] = []
  let firstIp = ''
  for (const listener of listeners) {
    for (const address of listener.addresses) {
      if (address.socket !== null || place.port < address.fromPort || place.port > address.toPort) continue
      const ip = canonicalIp(address.ip)
      if (onPort.length === 0) firstIp = ip
      if (!onPort.includes(listener)) onPort.push(listener)
      if (ip === '') {
        if (!any.includes(listener)) any.push(listener)
      } else if (ip === wanted && !exact.includes(listener)) exact.push(listener)
    }
  }
  let localIp = wanted
  if (exact.length === 0 && any.length === 0 && wanted === '') {
    // `:8080` on listeners that all bind one address: the first of them is meant.
    exact = onPort.slice(0, 1)
    localIp = firstIp
  }
  const found = exact.length > 0 ? exact : any
  return found.length === 0 ? null : { listeners: distinctEntries(found), localIp: localIp === '' ? null : parseIp(localIp), localPort: place.port }
}

/** Listeners of one entry that differ in nothing a rule can see count once. */
function distinctEntries(listeners: readonly Listener[]): readonly Listener[] {
  const seen = new Set<string>()
  return listeners.filter(listener => {
    const key = `${listener.entry} ${listener.protocol} ${listener.tls !== null} ${listener.name ?? ''} ${listener.name === null ? '' : listener.number}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function parsePlace(text: string): Place | null {
  const match = /^(\[[^\]]*\]|[^:]*|[0-9a-fA-F:]*):(\d{1,5})$/.exec(text)
  if (match === null) return null
  const host = (match[1] ?? '').replace(/^\[|\]$/g, '')
  const ip = canonicalIp(host)
  if (ip !== '' && parseIp(ip) === null) return null
  return { ip, port: Number(match[2]) }
}

/** Empty for every way to write "any address". */
function canonicalIp(text: string): string {
  if (text === '' || text === '*' || text === '0.0.0.0' || text === '::') return ''
  const ip = parseIp(text)
  return ip === null ? text : formatIp(ip)
}

function byName(listeners: readonly Listener[], name: string): Listener | null {
  return listeners.find(listener => listener.id === name) ?? listeners.find(listener => listener.name === name) ?? listeners.find(listener => listener.group === name)
    ?? listeners.find(listener => listener.addresses.some(address => address.text === name || address.socket === name)) ?? null
}

function firstForScheme(listeners: readonly Listener[], request: RequestInput): Listener | null {
  if (request.scheme === 'https') return listeners.find(listener => listener.tls !== null) ?? listeners.find(listener => listener.protocol === 'tcp') ?? null
  return listeners.find(listener => listener.tls === null && listener.protocol === 'http') ?? listeners.find(listener => listener.tls === null) ?? null
}
