import { addressOf, expectedShares } from '#shared/model/expected-shares.ts'
import type { ServerShare } from '#shared/model/outcome.ts'
import type { Member, Persistence, Pool } from '#shared/model/pool.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import { toBytes } from '#shared/requests/bytes.ts'
import { cookieValues, headerElements } from '#shared/requests/http-values.ts'
import type { RequestState } from './request-state.ts'
import { templateText } from './templates.ts'
import type { Surroundings } from './transforms.ts'

/** How the walk decides a condition of the server stage: it may be taken either way when it is unmodelled. */
export type Decide = (predicate: Predicate, at: Span, what: string, version: 'now' | 'at-choice') => boolean

export interface ServerChoice {
  /** Empty: no server can take the request. */
  readonly servers: readonly ServerShare[]
  /** What chose, when it was not balancing. */
  readonly by: { readonly origin: Span; readonly reason: string } | null
}

/**
 * Servers of the chosen pool that may get this request, with their shares. Order: use-server, persistence cookie,
 * balancing. Source: H-ORD-18, H-PER-1 … H-PER-10, H-BAL-2.
 */
export function chooseServers(pool: Pool, around: Surroundings, decide: Decide): ServerChoice {
  const localPort = typeof around.state.localPort === 'number' ? around.state.localPort : null
  const only = (member: Member): readonly ServerShare[] => [{ name: member.name, address: addressOf(member, localPort), share: 1 }]
  if (!pool.enabled) return { servers: [], by: null }
  const sticking = stickiness(pool, around, decide)
  const forced = sticking === 'forced' || (pool.settings['option persist'] ?? 'no') !== 'no'
  /** Drain and weight 0 still take what is sent to them by name, servers in maintenance only when that is forced. */
  const takes = (member: Member): boolean => forced || member.options.state !== 'disabled'

  for (const selector of pool.selectors) {
    const at = selector.origin[0] ?? around.at
    if (!decide(selector.when, at, 'use-server', 'now')) continue
    const name = typeof selector.server === 'string' ? selector.server : templateText(selector.server, { ...around, at })
    // The model names no server for an unmodelled value; balancing is what remains known.
    if (typeof name !== 'string') {
      decide({ kind: 'opaque', text: name.unknown.text, reason: name.unknown.reason, dependsOn: 'request', origin: at }, at, 'use-server', 'now')
      break
    }
    const member = pool.members.find(candidate => candidate.name === name)
    if (member === undefined) break
    if (takes(member)) return { servers: only(member), by: { origin: at, reason: `use-server names ${member.name}` } }
  }

  const remembered = sticking === 'ignored' ? null : persistent(pool, around, takes)
  if (remembered !== null) return { servers: only(remembered.member), by: { origin: remembered.origin, reason: remembered.reason } }

  return { servers: balanced(pool, localPort), by: null }
}

const balancing = new WeakMap<Pool, Map<number | null, readonly ServerShare[]>>()

/** Servers that balancing spreads over; computed once per pool and port. */
function balanced(pool: Pool, localPort: number | null): readonly ServerShare[] {
  let byPort = balancing.get(pool)
  if (byPort === undefined) {
    byPort = new Map()
    balancing.set(pool, byPort)
  }
  let servers = byPort.get(localPort)
  if (servers === undefined) {
    servers = expectedShares(pool, localPort).shares.filter(server => server.share > 0)
    byPort.set(localPort, servers)
  }
  return servers
}

/**
 * What the first force-persist or ignore-persist rule that holds asks for. They are decided when the pool is chosen,
 * before its rules rewrite anything (measured on HAProxy 2.6).
 */
function stickiness(pool: Pool, around: Surroundings, decide: Decide): 'forced' | 'ignored' | 'normal' {
  for (const entry of pool.persistence) {
    if (entry.kind !== 'ignore-persist' && entry.kind !== 'force-persist') continue
    if (decide(entry.when, entry.origin[0] ?? around.at, entry.kind, 'at-choice')) return entry.kind === 'force-persist' ? 'forced' : 'ignored'
  }
  return 'normal'
}

function persistent(pool: Pool, around: Surroundings, takes: (member: Member) => boolean): { readonly member: Member; readonly origin: Span; readonly reason: string } | null {
  const cookies = pool.persistence.filter((entry): entry is Extract<Persistence, { readonly kind: 'cookie' }> => entry.kind === 'cookie')
  const cookie = cookies[cookies.length - 1]
  if (cookie === undefined) return null
  const at = cookie.origin[0] ?? around.at
  let found: Member | null = null
  let value = ''
  for (const candidate of requestCookies(around.state, toBytes(cookie.name))) {
    const key = cookie.mode === 'prefix' ? prefixOf(candidate) : datedValue(candidate)
    const member = pool.members.find(one => one.options.cookie !== null && toBytes(one.options.cookie) === key && takes(one))
    if (member === undefined) continue
    found = member
    value = candidate
    break
  }
  if (found === null) return null
  return { member: found, origin: at, reason: `cookie ${cookie.name}=${value} belongs to ${found.name}` }
}

/** Server part of `server~value`; without `~` the whole value. */
function prefixOf(value: string): string {
  const tilde = value.indexOf('~')
  return tilde === -1 ? value : value.slice(0, tilde)
}

/** Value without the dates that `maxidle` and `maxlife` append after `|`. */
function datedValue(value: string): string {
  const bar = value.indexOf('|')
  return bar === -1 ? value : value.slice(0, bar)
}

function requestCookies(state: RequestState, name: string): string[] {
  const values: string[] = []
  for (const header of state.headers) {
    if (header.name !== 'cookie' || typeof header.value !== 'string') continue
    for (const element of headerElements(header.value)) values.push(...cookieValues(element, name))
  }
  return values
}

