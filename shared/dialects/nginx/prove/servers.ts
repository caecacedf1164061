import { listenAddress, listenGroups, type ListenGroup } from '../compile/listens.ts'
import { argument, childrenOf, named, values } from '../compile/words.ts'
import { quoted } from '../quoted.ts'
import type { Directive } from '../tree.ts'
import { note, refuse, type Draft } from './draft.ts'

const keptFlags = new Set(['default_server', 'default', 'ssl', 'http2', 'proxy_protocol'])
const droppedFlags = new Set(['bind', 'deferred', 'reuseport', 'spdy'])
const droppedValued = /^(?:setfib|fastopen|backlog|rcvbuf|sndbuf|accept_filter|ipv6only|so_keepalive)=/

/** Sockets for the addresses that servers listen on. */
export interface Sockets {
  /** Address and port → socket. */
  readonly byAddress: ReadonlyMap<string, string>
  /** Servers that listen on a port which their redirects have to name. */
  readonly namePorts: ReadonlySet<Directive>
  readonly groups: readonly ListenGroup[]
}

const keyOf = (text: string): string => {
  const address = listenAddress(text)
  return address.socket ?? `${address.ip} ${address.fromPort}`
}

/** Whether listeners expect a PROXY header. */
export function proxyHeadersOf(servers: readonly Directive[]): Draft['proxyHeaders'] {
  const groups = listenGroups(servers)
  const count = groups.filter((group) => group.options.has('proxy_protocol')).length
  return count === 0 ? 'none' : count === groups.length ? 'all' : 'some'
}

export function socketsOf(draft: Draft, servers: readonly Directive[]): Sockets {
  const groups = listenGroups(servers)
  const byAddress = new Map<string, string>()
  const namePorts = new Set<Directive>()
  for (const group of groups) {
    const { address, bound, options } = group
    if (address.socket === null && address.fromPort !== (options.has('ssl') ? 443 : 80)) for (const { server } of bound) namePorts.add(server)
    byAddress.set(address.socket ?? `${address.ip} ${address.fromPort}`, `l${byAddress.size}`)
  }
  for (const group of groups) {
    const at = group.bound[0]?.at
    const socket = byAddress.get(group.address.socket ?? `${group.address.ip} ${group.address.fromPort}`)
    if (at === undefined || socket === undefined) continue
    draft.listeners.push({ socket, at, address: 0, takesProxyHeader: true, redirects: group.bound.some(({ server }) => namePorts.has(server)) ? 'by-path' : 'whole' })
  }
  if (groups.length > 0) note(draft, 'Addresses that are listened on are moved to sockets in a folder of the run.')
  if (namePorts.size > 0) note(draft, 'Redirects that nginx completes itself are compared without scheme, host and port where a server listens on other ports than 80 and 443.')
  return { byAddress, namePorts, groups }
}

/** `listen` lines of one server on sockets of our own; a server always has one, or nginx would listen on port 80. */
export function listenLines(draft: Draft, server: Directive, sockets: Sockets): readonly string[] {
  const lines = named(childrenOf(server), 'listen')
  if (lines.length === 0) return [`listen unix:${sockets.byAddress.get(keyOf('*:80')) ?? 'ln'} proxy_protocol;`]
  const out = lines.flatMap((line) => listenLine(draft, line, sockets))
  return out.length > 0 ? out : ['listen unix:ln proxy_protocol;']
}

function listenLine(draft: Draft, line: Directive, { byAddress, groups }: Sockets): readonly string[] {
  const address = listenAddress(argument(line, 0))
  const isName = address.socket === null && /[a-z]/i.test(address.ip) && !address.ip.includes(':')
  const rival = isName && groups.some((group) => group.address.socket === null && group.address.fromPort === address.fromPort && group.address.ip !== '' && group.address.ip !== address.ip)
  if (rival) {
    refuse(draft, line, 'listens on a name, which may be the same address as another listener')
    return []
  }
  const options: string[] = []
  for (const option of values(line).slice(1)) {
    if (option === 'quic') {
      note(draft, 'QUIC listeners are left out: requests over HTTP/3 are not replayed.')
      return []
    }
    if (option === 'ssl') draft.usesCertificate = true
    if (keptFlags.has(option)) options.push(option)
    else if (!droppedFlags.has(option) && !droppedValued.test(option)) {
      refuse(draft, line, `has the option ${option}, of which it is not known whether it may be used`)
      return []
    }
  }
  if (!options.includes('proxy_protocol')) options.push('proxy_protocol')
  return [`listen unix:${byAddress.get(keyOf(argument(line, 0))) ?? 'ln'} ${options.map(quoted).join(' ')};`]
}

