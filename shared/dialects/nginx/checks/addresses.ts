import { hasOption, listenAddress } from '../listen.ts'
import type { ListenAddress } from '../listen.ts'
import type { Directive } from '../tree.ts'
import type { Level } from '../validate/contexts.ts'
import { all } from './config.ts'
import type { CheckedConfig } from './config.ts'

/** A server on an address. */
export interface Bound {
  readonly server: Level
  /** Null: the server names no address and listens on port 80. */
  readonly listen: Directive | null
  readonly address: ListenAddress
}

const implicit: ListenAddress = { key: '0.0.0.0:80', host: '0.0.0.0', port: 80, family: 'ipv4' }

/** Servers of HTTP by address, each in the order of the text, includes replaced. */
export function addressGroups({ levels }: CheckedConfig): ReadonlyMap<string, readonly Bound[]> {
  const groups = new Map<string, Bound[]>()
  for (const server of levels) {
    if (server.context !== 'server') continue
    const listens = all(server, 'listen')
    const bound: Bound[] = listens.length === 0 ? [{ server, listen: null, address: implicit }] : listens.flatMap((listen) => {
      const address = listenAddress(listen.args[0]?.value ?? '')
      return address === null || hasOption(listen, 'quic') ? [] : [{ server, listen, address }]
    })
    for (const one of bound) {
      const group = groups.get(one.address.key)
      if (group === undefined) groups.set(one.address.key, [one])
      else group.push(one)
    }
  }
  return groups
}

/** Names of a server; a server without any answers requests without a host. */
export function namesOf(server: Level): readonly string[] {
  return all(server, 'server_name').flatMap((directive) => directive.args.map((word) => word.value.toLowerCase()))
}

export function isDefault({ listen }: Bound): boolean {
  return listen !== null && (hasOption(listen, 'default_server') || hasOption(listen, 'default'))
}
