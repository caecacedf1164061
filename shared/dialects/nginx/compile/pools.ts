import type { Algorithm, AlgorithmName, Member, MemberOptions, Pool } from '#shared/model/pool.ts'
import type { Directive } from '../tree.ts'
import type { CompileState } from './state.ts'
import { argument, childrenOf, nameOf, named, values, wordsOf } from './words.ts'

/** The group of that name; names are compared in any case (N-UP-22). */
export function poolNamed(state: CompileState, name: string): Pool | null {
  return state.pools.get(name.toLowerCase()) ?? null
}

const methods: Readonly<Record<string, AlgorithmName>> = { ip_hash: 'ip_hash', hash: 'hash', least_conn: 'leastconn', random: 'random', least_time: 'least_time', sticky: 'sticky' }
const byRotation: Algorithm = { name: 'roundrobin', text: 'round robin', explicit: false, key: null, hash: null, parameters: {}, origin: [] }

/** An `upstream` block. Source: reference section 10. */
export function compileUpstream(state: CompileState, directive: Directive, protocol: 'http' | 'tcp'): void {
  const name = argument(directive, 0).toLowerCase()
  const key = protocol === 'http' ? name : `stream ${name}`
  if (state.pools.has(key)) return
  const children = childrenOf(directive)
  const settings: Record<string, string> = {}
  for (const child of children) {
    const keyword = nameOf(child)
    if (keyword === 'server' || methods[keyword] !== undefined) continue
    const setting = settings[keyword] === undefined ? keyword : wordsOf(child)
    settings[setting] = values(child).join(' ')
    state.places.set(`pool ${key} ${setting}`, child.span)
  }
  const id = `pool:${key}`
  const members: Member[] = []
  for (const server of named(children, 'server')) members.push(memberOf(id, server, members))
  state.pools.set(key, { ...emptyPool, id, name: key, kind: 'upstream', protocol, members, algorithm: algorithmOf(children), settings, origin: [directive.span] })
}

const emptyPool: Omit<Pool, 'id' | 'name' | 'kind' | 'protocol' | 'origin'> = {
  enabled: true, entry: null, members: [], algorithm: byRotation, selectors: [], persistence: [], allBackups: true, check: null, retries: { count: 0, redispatch: true, on: [] }, timeoutsMs: {}, settings: {},
}

/** The method that is named last counts (N-UP-9b). */
function algorithmOf(children: readonly Directive[]): Algorithm {
  const chosen = children.filter((child) => methods[nameOf(child)] !== undefined)
  const last = chosen[chosen.length - 1]
  if (last === undefined) return byRotation
  const name = methods[nameOf(last)] ?? 'unknown'
  const consistent = values(last).includes('consistent')
  return {
    name, text: wordsOf(last), explicit: true, key: null, parameters: {}, origin: [last.span],
    hash: name === 'hash' || name === 'ip_hash' ? { method: consistent ? 'consistent' : 'map-based', fn: 'crc32', modifier: null, balanceFactor: null } : null,
  }
}

function memberOf(pool: string, directive: Directive, others: readonly Member[]): Member {
  const address = argument(directive, 0)
  const words = values(directive).slice(1)
  const options = Object.fromEntries(words.map((word) => {
    const equals = word.indexOf('=')
    return equals === -1 ? [word, ''] : [word.slice(0, equals), word.slice(equals + 1)]
  })) as Readonly<Record<string, string>>
  const { weight, max_conns: limit, backup, down, ...settings } = options
  const same = others.filter((other) => other.address === address).length
  const name = same === 0 ? address : `${address}#${same + 1}`
  return {
    id: `${pool}/server:${name}`, name, address, ...hostAndPort(address, 80), portOffset: 0, origin: [directive.span],
    options: {
      ...plainMember, weight: weight === undefined ? 1 : Number(weight), level: backup === undefined ? 0 : 1, state: down === undefined ? 'enabled' : 'disabled',
      observed: settings['max_fails'] !== '0', maxConnections: limit === undefined || limit === '0' ? null : Number(limit), settings,
    },
  }
}

const plainMember: MemberOptions = { weight: 1, level: 0, state: 'enabled', check: null, observed: true, maxConnections: null, tls: false, sendProxy: false, cookie: null, number: null, settings: {} }

function hostAndPort(address: string, defaultPort: number): { readonly host: string; readonly port: number | null } {
  if (address.startsWith('unix:')) return { host: address.slice(5).replace(/:$/, ''), port: null }
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(address)
  return { host: match?.[1] ?? address, port: match?.[2] === undefined ? defaultPort : Number(match[2]) }
}

/** A server that is named where requests are passed on, without a group. */
export function addressPool(state: CompileState, address: string, protocol: string, directive: Directive): Pool {
  const name = address.toLowerCase()
  const id = `pool:${name}`
  const { host, port } = hostAndPort(address, protocol === 'https' || protocol === 'grpcs' ? 443 : 80)
  const member: Member = { id: `${id}/server:${name}`, name: address, address, host, port, portOffset: 0, options: plainMember, origin: [directive.span] }
  const pool: Pool = { ...emptyPool, id, name, kind: 'address', protocol: protocol === 'tcp' ? 'tcp' : 'http', members: [member], origin: [directive.span] }
  state.pools.set(name, pool)
  return pool
}
