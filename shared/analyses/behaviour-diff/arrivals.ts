import type { Listener, ListenAddress, RoutingModel } from '#shared/model/routing-model.ts'
import { formatIp, parseIp } from '#shared/requests/ip.ts'
import type { ListenerChange } from './answer.ts'
import { areTwoProducts } from './two-products.ts'

/** One address of one side, or the same address of both. */
export interface PairedListener {
  readonly address: ListenAddress
  readonly before: Listener | null
  readonly after: Listener | null
}

/** Empty for every way to write "any address". */
function ipKey(text: string): string {
  if (text === '' || text === '*' || text === '0.0.0.0' || text === '::') return ''
  const ip = parseIp(text)
  return ip === null ? text : formatIp(ip)
}

function addressKey(address: ListenAddress): string {
  return address.socket ?? `${ipKey(address.ip)} ${address.fromPort}-${address.toPort}`
}

interface Bound {
  readonly listener: Listener
  readonly address: ListenAddress
}

/**
 * Addresses of both sides, those of the after side first, in configuration order. Disabled listeners do not listen.
 *
 * An address that both sides write alike is one pair. What is left is cut where a port range of either side begins or
 * ends, and each part is paired with whatever takes its connections on the other side: the same address, else one that
 * takes any address (route: `listeners.ts`).
 */
export function pairListeners(before: RoutingModel, after: RoutingModel): readonly PairedListener[] {
  const sides = { before: addresses(before), after: addresses(after) }
  const open = new Map<string, Bound[]>()
  for (const bound of sides.before) {
    const key = addressKey(bound.address)
    open.set(key, [...(open.get(key) ?? []), bound])
  }
  const pairs: PairedListener[] = []
  const left: { readonly side: 'before' | 'after'; readonly bound: Bound }[] = []
  for (const bound of sides.after) {
    const candidates = open.get(addressKey(bound.address)) ?? []
    // Several listeners may share an address; the one of the same name is meant first.
    const at = Math.max(0, candidates.findIndex((candidate) => candidate.listener.group === bound.listener.group))
    const partner = candidates.splice(at, 1)[0]
    if (partner === undefined) left.push({ side: 'after', bound })
    else pairs.push({ address: bound.address, before: partner.listener, after: bound.listener })
  }
  for (const rest of open.values()) for (const bound of rest) left.push({ side: 'before', bound })
  const cuts = [...new Set([...sides.before, ...sides.after].flatMap(({ address }) => [address.fromPort, address.toPort + 1]))].sort((a, b) => a - b)
  const seen = new Set<string>()
  for (const { side, bound } of left) {
    for (const address of partsOf(bound.address, cuts)) {
      const other = ownerOf(sides[side === 'before' ? 'after' : 'before'], address, bound.listener.group)
      // A part that both sides have is met twice.
      const key = `${addressKey(address)} ${bound.listener.id} ${other?.id ?? ''}`
      const mirrored = `${addressKey(address)} ${other?.id ?? ''} ${bound.listener.id}`
      if (side === 'before' && seen.has(mirrored)) continue
      if (side === 'after') seen.add(key)
      pairs.push(side === 'after' ? { address, before: other, after: bound.listener } : { address, before: bound.listener, after: other })
    }
  }
  return pairs
}

/** The address in parts that no port range of either side divides. */
function partsOf(address: ListenAddress, cuts: readonly number[]): readonly ListenAddress[] {
  if (address.socket !== null) return [address]
  const inner = cuts.filter((cut) => cut > address.fromPort && cut <= address.toPort)
  if (inner.length === 0) return [address]
  const host = address.text.slice(0, address.text.lastIndexOf(':') + 1)
  return [address.fromPort, ...inner].map((fromPort, index) => {
    const toPort = (inner[index] ?? address.toPort + 1) - 1
    return { ...address, fromPort, toPort, text: `${host}${fromPort}${toPort === fromPort ? '' : `-${toPort}`}` }
  })
}

/** Who takes connections to a part of an address on one side. */
function ownerOf(bounds: readonly Bound[], part: ListenAddress, group: string): Listener | null {
  const covering = bounds.filter(({ address }) => (part.socket === null
    ? address.socket === null && address.fromPort <= part.fromPort && address.toPort >= part.toPort && (ipKey(address.ip) === ipKey(part.ip) || ipKey(address.ip) === '')
    : address.socket === part.socket))
  const exact = covering.filter(({ address }) => ipKey(address.ip) === ipKey(part.ip))
  const owners = exact.length > 0 ? exact : covering
  return (owners.find(({ listener }) => listener.group === group) ?? owners[0])?.listener ?? null
}

function addresses(model: RoutingModel): readonly Bound[] {
  return model.listeners.flatMap((listener) => (listener.enabled ? listener.addresses.map((address) => ({ listener, address })) : []))
}

/** True when both sides take the same kinds of connection there. */
export function sameKind(before: Listener, after: Listener): boolean {
  return (before.tls === null) === (after.tls === null) && before.protocol === after.protocol
}

/**
 * One row per listener name; `differing`: names with at least one class or unknown region. Two products call listeners by
 * other names: there those that take the same connections are one.
 */
export function listenerChanges(before: RoutingModel, after: RoutingModel, pairs: readonly PairedListener[], differing: ReadonlySet<string>): readonly ListenerChange[] {
  const groups = (model: RoutingModel): Map<string, string[]> => {
    const found = new Map<string, string[]>()
    for (const listener of model.listeners) found.set(listener.group, [...(found.get(listener.group) ?? []), ...listener.addresses.map((address) => address.text)])
    return found
  }
  const was = groups(before)
  const is = groups(after)
  const areTwo = areTwoProducts(before, after)
  const twins = new Map(areTwo ? pairs.flatMap((pair) => (pair.before === null || pair.after === null ? [] : [[pair.after.group, pair.before.group] as const])) : [])
  const moved = new Set(pairs.filter((pair) => pair.before === null || pair.after === null || !sameKind(pair.before, pair.after) || (!areTwo && pair.before.group !== pair.after.group)).flatMap((pair) => [pair.before?.group ?? '', pair.after?.group ?? '']))
  const rows = [...is].map(([name, texts]): ListenerChange => ({ name, addresses: texts, status: !was.has(name) && !twins.has(name) ? 'added' : moved.has(name) || differing.has(name) ? 'changed' : 'same' }))
  const kept = new Set(twins.values())
  return [...rows, ...[...was].filter(([name]) => !is.has(name) && !kept.has(name)).map(([name, texts]): ListenerChange => ({ name, addresses: texts, status: 'removed' }))]
}
