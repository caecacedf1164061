import type { Algorithm, AlgorithmName, Member, Pool } from '#shared/model/pool.ts'
import type { Span } from '#shared/text/span.ts'
import { ServerBlock, tellingOf } from '../server-block.ts'
import type { Directive } from '../tree.ts'
import { hostAndPort, plainMember, PoolModel } from './pool-model.ts'
import type { CompileState } from './state.ts'
import { argument, nameOf, values, wordsOf } from './words.ts'

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
  const settings: Record<string, string> = {}
  const { block } = directive
  let servers = block instanceof ServerBlock ? block.servers : 0
  let method: Directive | null = null
  for (const child of block === null ? [] : tellingOf(block)) {
    const keyword = nameOf(child)
    if (keyword === 'server') servers += 1
    // The method that is named last counts (N-UP-9b).
    else if (Object.hasOwn(methods, keyword)) method = child
    else settings[settings[keyword] === undefined ? keyword : wordsOf(child)] = values(child).join(' ')
  }
  state.upstreams.set(key, directive)
  state.pools.set(key, new PoolModel({ id: `pool:${key}`, name: key, kind: 'upstream', protocol, algorithm: method === null ? byRotation : algorithmOf(method), settings, origin: [directive.span] }, directive, servers, state.memberOptions))
}

/** Place of the line that sets something of a group; null: no line does. */
export function placeOfSetting(state: CompileState, pool: string, setting: string): Span | null {
  const block = state.upstreams.get(pool)?.block ?? null
  const seen = new Set<string>()
  let place: Span | null = null
  for (const child of block === null ? [] : tellingOf(block)) {
    const keyword = nameOf(child)
    if (keyword === 'server' || Object.hasOwn(methods, keyword)) continue
    if ((seen.has(keyword) ? wordsOf(child) : keyword) === setting) place = child.span
    seen.add(keyword)
  }
  return place
}

const emptyPool: Omit<Pool, 'id' | 'name' | 'kind' | 'protocol' | 'origin'> = {
  enabled: true, entry: null, members: [], algorithm: byRotation, selectors: [], persistence: [], allBackups: true, check: null, retries: { count: 0, redispatch: true, on: [] }, timeoutsMs: {}, settings: {},
}

function algorithmOf(directive: Directive): Algorithm {
  const name = methods[nameOf(directive)] ?? 'unknown'
  const consistent = values(directive).includes('consistent')
  return {
    name, text: wordsOf(directive), explicit: true, key: null, parameters: parametersOf(name, values(directive)), origin: [directive.span],
    hash: name === 'hash' || name === 'ip_hash' ? { method: consistent ? 'consistent' : 'map-based', fn: 'crc32', modifier: null, balanceFactor: null } : null,
  }
}

/** What servers are chosen by, beside the name of the method. */
function parametersOf(name: AlgorithmName, words: readonly string[]): Readonly<Record<string, string>> {
  if (name === 'hash') return { key: words[0] ?? '' }
  return words.length === 0 ? {} : { [name === 'random' ? 'choices' : 'arguments']: words.join(' ') }
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
