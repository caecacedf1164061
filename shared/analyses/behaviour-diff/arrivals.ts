import type { Listener, ListenAddress, RoutingModel } from '#shared/model/routing-model.ts'
import { formatIp, parseIp } from '#shared/requests/ip.ts'
import type { ListenerChange } from './answer.ts'

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

/** Addresses of both sides, those of the after side first, in configuration order. Disabled listeners do not listen. */
export function pairListeners(before: RoutingModel, after: RoutingModel): readonly PairedListener[] {
  const taken = new Map<string, { readonly listener: Listener; readonly address: ListenAddress }[]>()
  for (const { listener, address } of addresses(before)) {
    const key = addressKey(address)
    taken.set(key, [...(taken.get(key) ?? []), { listener, address }])
  }
  const pairs: PairedListener[] = []
  for (const { listener, address } of addresses(after)) {
    const candidates = taken.get(addressKey(address)) ?? []
    // Several listeners may share an address; the one of the same name is meant first.
    const at = Math.max(0, candidates.findIndex((candidate) => candidate.listener.group === listener.group))
    const partner = candidates.splice(at, 1)[0]
    pairs.push({ address, before: partner?.listener ?? null, after: listener })
  }
  for (const left of taken.values()) for (const { listener, address } of left) pairs.push({ address, before: listener, after: null })
  return pairs
}

function addresses(model: RoutingModel): readonly { readonly listener: Listener; readonly address: ListenAddress }[] {
  return model.listeners.flatMap((listener) => (listener.enabled ? listener.addresses.map((address) => ({ listener, address })) : []))
}

/** True when both sides take the same kinds of connection there. */
export function sameKind(before: Listener, after: Listener): boolean {
  return (before.tls === null) === (after.tls === null) && before.protocol === after.protocol
}

/** One row per listener name; `differing`: names with at least one class or unknown region. */
export function listenerChanges(before: RoutingModel, after: RoutingModel, pairs: readonly PairedListener[], differing: ReadonlySet<string>): readonly ListenerChange[] {
  const groups = (model: RoutingModel): Map<string, string[]> => {
    const found = new Map<string, string[]>()
    for (const listener of model.listeners) found.set(listener.group, [...(found.get(listener.group) ?? []), ...listener.addresses.map((address) => address.text)])
    return found
  }
  const was = groups(before)
  const is = groups(after)
  const moved = new Set(pairs.filter((pair) => pair.before === null || pair.after === null || !sameKind(pair.before, pair.after) || pair.before.group !== pair.after.group).flatMap((pair) => [pair.before?.group ?? '', pair.after?.group ?? '']))
  const rows = [...is].map(([name, texts]): ListenerChange => ({ name, addresses: texts, status: !was.has(name) ? 'added' : moved.has(name) || differing.has(name) ? 'changed' : 'same' }))
  return [...rows, ...[...was].filter(([name]) => !is.has(name)).map(([name, texts]): ListenerChange => ({ name, addresses: texts, status: 'removed' }))]
}
