import type { Algorithm, Member, MemberOptions, Pool } from '#shared/model/pool.ts'
import type { Predicate, View } from '#shared/model/predicate.ts'
import { noSurroundings, type Action, type Effect, type Listener, type RoutingModel, type Scope, type Step } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'

let place = 0
/** A span of its own for each element, ten units apart. */
export function span(): Span {
  place += 10
  return { file: 'haproxy.cfg', start: place, end: place + 9 }
}

export function view(field: View['field']): View {
  return { field, transforms: [], type: 'string', pick: 'any', absentAs: 'nothing' }
}

export const host: View = { ...view({ kind: 'header', name: 'host', split: 'comma', occurrence: null }), transforms: [{ kind: 'field', index: 1, delimiters: ':', count: 1 }] }
export const path: View = view({ kind: 'path' })

export function test(of: View, kind: 'exact' | 'prefix' | 'suffix' | 'substring', ...values: readonly string[]): Predicate {
  return { kind: 'test', view: of, matcher: { kind, values, ignoreCase: false }, origin: span() }
}

export function named(name: string, of: Predicate): Predicate {
  return { kind: 'named', name, of }
}

export function both(...of: readonly Predicate[]): Predicate {
  return { kind: 'and', of }
}

export function step(id: string, when: Predicate, does: Action | Effect): Step {
  return { id, when, does, origin: [span()] }
}

export function forward(pool: string): Action {
  return { kind: 'forward', pool }
}

export const options: MemberOptions = {
  weight: 1, level: 0, state: 'enabled', check: { intervalMs: 2000, fall: 3, rise: 2, port: null, address: null, by: 'check', track: null },
  maxConnections: null, tls: false, sendProxy: false, cookie: null, number: null, settings: {},
}

export function member(pool: string, name: string, address: string, changed: Partial<MemberOptions> = {}): Member {
  const [ip = '', port = '80'] = address.split(':')
  return { id: `pool:${pool}/server:${name}`, name, address, host: ip, port: Number(port), portOffset: 0, options: { ...options, ...changed }, origin: [span()] }
}

export const roundrobin: Algorithm = { name: 'roundrobin', text: 'roundrobin', explicit: true, key: null, hash: null, parameters: {}, origin: [] }

export function pool(name: string, members: readonly Member[], changed: Partial<Pool> = {}): Pool {
  return {
    id: `pool:${name}`, name, kind: 'backend', protocol: 'http', enabled: true, entry: null, members, algorithm: roundrobin, selectors: [], persistence: [], allBackups: false,
    check: { kind: 'http', method: 'GET', uri: '/health', httpVersion: null, host: null, expect: null, origin: [] },
    retries: { count: 3, redispatch: true, on: [] }, timeoutsMs: { connect: 2000, server: 30000 }, settings: {}, origin: [span()], ...changed,
  }
}

export function servers(poolName: string, amount: number, changed: Partial<MemberOptions> = {}): readonly Member[] {
  return Array.from({ length: amount }, (_, index) => member(poolName, `${poolName}-${index + 1}`, `192.0.2.${index + 1}:8080`, changed))
}

export function listener(group: string, port: number, entry: string, changed: Partial<Listener> = {}): Listener {
  return {
    id: `listener:${group}@:${port}`, group, name: null, number: 1, addresses: [{ text: `:${port}`, ip: '', fromPort: port, toPort: port, socket: null }], protocol: 'http', tls: null,
    acceptProxy: false, enabled: true, entry, kind: 'frontend', settings: {}, origin: [span()], ...changed,
  }
}

export function scope(id: string, steps: readonly Step[], next: string | null = null, otherwise: Action | null = { kind: 'respond', status: 503, why: 'no rule matched' }): Scope {
  return { id, title: id, steps, next, otherwise: next === null ? otherwise : null }
}

export function model(parts: { readonly listeners?: readonly Listener[]; readonly scopes?: readonly Scope[]; readonly pools?: readonly Pool[]; readonly tables?: RoutingModel['tables'] }): RoutingModel {
  return {
    dialect: 'haproxy', product: 'HAProxy', version: '2.6', listeners: parts.listeners ?? [], conflicts: [], scopes: new Map((parts.scopes ?? []).map((one) => [one.id, one])),
    pools: parts.pools ?? [], tables: parts.tables ?? new Map(), gaps: [], surroundings: noSurroundings, environment: new Map(),
  }
}

const hostApi = (): Predicate => named('host_api', test(host, 'exact', 'api.shop.example'))
const isStatic = (): Predicate => named('is_static', test(path, 'prefix', '/static/', '/img/'))
const isAuth = (): Predicate => named('is_auth', test(path, 'prefix', '/v2/auth/'))

/** The sample incident, by hand: before, and after the two rules swapped places and the weights changed. */
export function incident(side: 'before' | 'after'): RoutingModel {
  const auth = step('step:https-in/auth', both(hostApi(), isAuth()), forward('auth'))
  const api = step('step:https-in/api', hostApi(), forward('api'))
  const rules = side === 'before' ? [auth, api] : [api, auth]
  const weights = side === 'before' ? [100, 100, 100] : [200, 2, 2]
  return model({
    listeners: [listener('https-in', 443, 'scope:https-in/http-request', { tls: { names: ['*.shop.example'], certificates: ['a', 'b'], strictSni: false, alpn: ['h2', 'http/1.1'] } })],
    scopes: [
      scope('scope:https-in/http-request', [
        step('step:https-in/set', { kind: 'true' }, { kind: 'set-header', name: 'x-forwarded-proto', value: { parts: ['https'], text: 'https' } }),
        step('step:https-in/deny', test(path, 'prefix', '/.git/', '/.env'), { kind: 'deny', status: 403 }),
      ], 'scope:https-in/switching'),
      scope('scope:https-in/switching', [step('step:https-in/assets', isStatic(), forward('assets')), ...rules, step('step:https-in/default', { kind: 'true' }, forward('web'))]),
    ],
    pools: [
      pool('assets', servers('assets', 2)),
      pool('api', weights.map((weight, index) => member('api', `api-${index + 1}`, `192.0.2.1${index}:8080`, { weight })), side === 'before' ? { algorithm: { ...roundrobin, name: 'leastconn', text: 'leastconn' } } : {}),
      pool('auth', servers('auth', 2)),
      pool('web', servers('web', 6)),
    ],
  })
}
