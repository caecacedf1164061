import type { ListenAddress, Listener, ListenerConflict, ListenerTls } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import { argument, childrenOf, headOf, named, values } from './words.ts'

/** A server on one address. */
export interface Bound {
  readonly server: Directive
  readonly isDefault: boolean
  readonly at: Span
}

/** All servers of one address and port, in configuration order. */
export interface ListenGroup {
  readonly address: ListenAddress
  readonly bound: Bound[]
  readonly options: Set<string>
}

/** An address as `listen` writes it. Source: reference section 3.1. */
export function listenAddress(text: string): ListenAddress {
  if (text.startsWith('unix:')) return { text, ip: '', fromPort: 0, toPort: 0, socket: text.slice(5) }
  const match = /^(?:(\[[^\]]*\]|[^:]*):)?(\d+)$/.exec(text)
  const host = match === null ? text : (match[1] ?? '')
  const port = match === null ? 80 : Number(match[2])
  const ip = host === '*' || host === '0.0.0.0' ? '' : host.replace(/^\[|\]$/g, '')
  return { text: `${host === '' || host === '*' ? '' : host}:${port}`, ip, fromPort: port, toPort: port, socket: null }
}

/** Servers by the address that they listen on. */
export function listenGroups(servers: readonly Directive[]): readonly ListenGroup[] {
  const groups = new Map<string, ListenGroup>()
  const add = (server: Directive, text: string, options: readonly string[], at: Span): void => {
    const address = listenAddress(text)
    const key = address.socket ?? `${address.ip} ${address.fromPort}`
    const group = groups.get(key) ?? { address, bound: [], options: new Set<string>() }
    groups.set(key, group)
    for (const option of options) group.options.add(option)
    // Servers come one after the other, so one that is there already is the last.
    if (group.bound[group.bound.length - 1]?.server === server) return
    group.bound.push({ server, isDefault: options.includes('default_server') || options.includes('default'), at })
  }
  for (const server of servers) {
    const lines = named(childrenOf(server), 'listen')
    if (lines.length === 0) add(server, '*:80', [], headOf(server))
    for (const line of lines) add(server, argument(line, 0), values(line).slice(1), line.span)
  }
  return [...groups.values()]
}

/** The server that takes what no name decides. */
export function defaultOf(group: ListenGroup): Directive {
  return (group.bound.find(({ isDefault }) => isDefault) ?? (group.bound[0] as Bound)).server
}

/** Options of `listen` that the model says elsewhere. */
const modelled: ReadonlySet<string> = new Set(['default_server', 'default', 'ssl', 'proxy_protocol'])

export function listenerOf(group: ListenGroup, entry: string, protocol: 'http' | 'tcp', number: number, kind: string): Listener {
  const { address, bound, options } = group
  const settings = Object.fromEntries([...options].filter((option) => !modelled.has(option)).map((option) => {
    const [name = '', value = ''] = option.split('=', 2)
    return [name, value]
  }))
  const http2 = options.has('http2') || bound.some(({ server }) => named(childrenOf(server), 'http2').some((line) => argument(line, 0) === 'on'))
  return {
    id: `listener:${address.text}`, group: address.text, name: null, number, addresses: [address], protocol, tls: options.has('ssl') ? tlsOf(group, http2) : null,
    acceptProxy: options.has('proxy_protocol'), enabled: true, entry, kind, settings, origin: bound.map(({ at }) => at),
  }
}

function tlsOf({ bound }: ListenGroup, http2: boolean): ListenerTls {
  const certificates = bound.flatMap(({ server }) => named(childrenOf(server), 'ssl_certificate').map((line) => argument(line, 0)))
  return { names: [], certificates, strictSni: false, alpn: http2 ? ['h2', 'http/1.1'] : ['http/1.1'] }
}

/** Addresses that cover each other: the narrower one takes its connections (N-SRV-4). */
export function conflictsOf(listeners: readonly Listener[]): readonly ListenerConflict[] {
  const byPort = new Map<number, Listener[]>()
  for (const listener of listeners) {
    for (const port of new Set(listener.addresses.filter((one) => one.socket === null && one.ip !== '' && !one.ip.includes(':')).map((one) => one.fromPort))) {
      const known = byPort.get(port)
      if (known === undefined) byPort.set(port, [listener])
      else known.push(listener)
    }
  }
  return listeners.flatMap((wide) => {
    const [address] = wide.addresses
    if (address === undefined || address.ip !== '' || address.socket !== null) return []
    const narrow = (byPort.get(address.fromPort) ?? []).filter((other) => other !== wide)
    return narrow.length === 0 ? [] : [{ address: address.text, listeners: [...narrow, wide].map(({ id }) => id), decidedBy: 'specificity' as const }]
  })
}
