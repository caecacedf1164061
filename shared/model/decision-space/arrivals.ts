import { canonicalText } from '../canonical.ts'
import type { ListenAddress, Listener, RoutingModel } from '../routing-model.ts'
import type { Arrival } from './state.ts'

/** The listener as if it had this address only. */
export function at(listener: Listener, address: ListenAddress): Listener {
  return listener.addresses.length === 1 && listener.addresses[0] === address ? listener : { ...listener, addresses: [address] }
}

/** Kinds of connection that an address takes and that rules can tell apart. */
export function arrivalsAt(listener: Listener): readonly Arrival[] {
  if (listener.tls !== null) return [{ listener, tls: true, readable: true }]
  const plain: Arrival = { listener, tls: false, readable: true }
  return listener.protocol === 'http' ? [plain] : [plain, { listener, tls: true, readable: false }]
}

/** Ports of an address as decimal numbers; a long range by its ends. */
export function portsOf(address: ListenAddress): readonly string[] {
  if (address.socket !== null) return ['0']
  const count = address.toPort - address.fromPort + 1
  return count > 256 ? [String(address.fromPort), String(address.toPort)] : Array.from({ length: count }, (_, index) => String(address.fromPort + index))
}

/** Text that is equal for listeners of one entry that no rule can tell apart, unless `readsListener`. */
export function kindOfListener({ entry, protocol, tls }: Listener): string {
  return `${entry} ${protocol} ${tls === null ? 'plain' : `tls ${tls.alpn.join(',')}`}`
}

const listenerFields: readonly string[] = ['listener-name', 'listener-id', 'local-ip', 'local-port']
const readers = new WeakMap<RoutingModel, boolean>()

/** Does anything look at which listener of its entry a connection came through? */
export function readsListener(model: RoutingModel): boolean {
  let reads = readers.get(model)
  if (reads === undefined) {
    reads = model.pools.some((pool) => pool.selectors.length > 0) || [...model.scopes.values()].some((scope) => scope.steps.some((step) => {
      const text = `${canonicalText(step.when)}${step.does.kind === 'forward' ? '' : canonicalText(step.does)}`
      return listenerFields.some((field) => text.includes(field))
    }))
    readers.set(model, reads)
  }
  return reads
}
