import { prepareRouter, type RouteDependency } from '#shared/analyses/route/index.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Listener, RoutingModel } from '#shared/model/routing-model.ts'

/** Where a request arrives in one config. */
export interface Arrival {
  readonly listener: Listener
  /** Which of its addresses. */
  readonly address: number
  readonly destinationIp: string | null
  readonly destinationPort: number
}

export interface Expected {
  /** Null: nothing listens there. */
  readonly arrival: Arrival | null
  /** What could change the answer and is not modelled; empty: the answer is certain. */
  readonly depends: readonly RouteDependency[]
}

/** The listener that takes the request, as the simulator says, and the addresses of the connection. */
export function arrivalOf(model: RoutingModel, request: RequestInput): Expected {
  const answer = prepareRouter(model).route(request, { explain: false })
  const depends = answer.certain ? [] : answer.depends
  const listener = model.listeners.find((one) => one.id === answer.visited[0])
  if (listener === undefined) return { arrival: null, depends }
  const place = placeOf(request.listener)
  const port = place?.port ?? listener.addresses[0]?.fromPort ?? 0
  const fits = (ip: string | null): number => listener.addresses.findIndex((one) => one.socket === null && port >= one.fromPort && port <= one.toPort && (ip === null || isAny(one.ip) || one.ip === ip))
  const address = Math.max(0, fits(place?.ip ?? request.destinationIp) >= 0 ? fits(place?.ip ?? request.destinationIp) : fits(null))
  const bound = listener.addresses[address]?.ip ?? ''
  return { arrival: { listener, address, destinationIp: place?.ip ?? request.destinationIp ?? (isAny(bound) ? null : bound), destinationPort: port }, depends }
}

const isAny = (ip: string): boolean => ip === '' || ip === '*' || ip === '0.0.0.0' || ip === '::'

/** `10.0.0.1:80`, `[::1]:80`, `:80`; null: a name. */
function placeOf(text: string | null): { readonly ip: string | null; readonly port: number } | null {
  const match = text === null ? null : /^(\[[^\]]*\]|[^:]*|[0-9a-fA-F:]*):(\d{1,5})$/.exec(text)
  if (match === null) return null
  const ip = (match[1] ?? '').replace(/^\[|\]$/g, '')
  return { ip: isAny(ip) ? null : ip, port: Number(match[2]) }
}
