import type { Member, Pool } from '#shared/model/pool.ts'
import type { Field, Matcher, Predicate, Template, View } from '#shared/model/predicate.ts'
import { noSurroundings, type Action, type Effect, type Listener, type LookupTable, type RoutingModel, type Scope, type Step } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'

/** Hand-built models for tests: every line gets its own place so that rules can be told apart. */
let offset = 0

export function place(): Span {
  offset += 10
  return { file: 'hand.cfg', start: offset, end: offset + 5 }
}

export function view(field: Field, more: Partial<View> = {}): View {
  return { field, transforms: [], type: 'string', pick: 'any', absentAs: 'nothing', ...more }
}

export const host = (): View => view({ kind: 'header', name: 'host', split: 'comma', occurrence: null })
export const path = (): View => view({ kind: 'path' })

export function is(subject: View, ...values: readonly string[]): Predicate {
  return { kind: 'test', view: subject, matcher: { kind: 'exact', values, ignoreCase: false }, origin: place() }
}

export function startsWith(subject: View, ...values: readonly string[]): Predicate {
  return { kind: 'test', view: subject, matcher: { kind: 'prefix', values, ignoreCase: false }, origin: place() }
}

export function matches(subject: View, matcher: Matcher): Predicate {
  return { kind: 'test', view: subject, matcher, origin: place() }
}

export function opaque(text: string): Predicate {
  return { kind: 'opaque', text, reason: 'a script decides', dependsOn: 'request', origin: place() }
}

export function template(...parts: readonly (string | View)[]): Template {
  return { parts, text: parts.map(part => (typeof part === 'string' ? part : '%[…]')).join('') }
}

let steps = 0

export function step(when: Predicate, does: Effect | Action): Step {
  steps += 1
  return { id: `step:${steps}`, when, does, origin: [place()] }
}

export function member(name: string, more: Partial<Member['options']> = {}): Member {
  return {
    id: `server:${name}`, name, address: `10.0.0.1:${8000 + name.length}`, host: '10.0.0.1', port: 8000 + name.length, portOffset: 0, origin: [place()],
    options: { weight: 1, level: 0, state: 'enabled', check: null, maxConnections: null, tls: false, sendProxy: false, cookie: null, number: null, settings: {}, ...more },
  }
}

export function pool(name: string, members: readonly Member[] = [member(`${name}-1`)], more: Partial<Pool> = {}): Pool {
  return {
    id: `pool:${name}`, name, kind: 'backend', protocol: 'http', enabled: true, entry: null, members,
    algorithm: { name: 'roundrobin', text: 'roundrobin', explicit: true, key: null, hash: null, parameters: {}, origin: [] },
    selectors: [], persistence: [], allBackups: false, check: null, retries: { count: 3, redispatch: false, on: [] }, timeoutsMs: {}, settings: {}, origin: [place()], ...more,
  }
}

export function listener(name: string, entry: string, more: Partial<Listener> = {}): Listener {
  return {
    id: `listener:${name}`, group: name, name: null, number: 1, addresses: [{ text: ':80', ip: '', fromPort: 80, toPort: 80, socket: null }], protocol: 'http', tls: null,
    acceptProxy: false, enabled: true, entry, kind: 'frontend', settings: {}, origin: [place()], ...more,
  }
}

export function model(parts: { readonly scopes: readonly Scope[]; readonly pools: readonly Pool[]; readonly listeners?: readonly Listener[]; readonly tables?: readonly LookupTable[] }): RoutingModel {
  return {
    dialect: 'hand', product: 'Hand', version: '1', listeners: parts.listeners ?? [listener('web', parts.scopes[0]?.id ?? '')], conflicts: [],
    scopes: new Map(parts.scopes.map(scope => [scope.id, scope])), pools: parts.pools, tables: new Map((parts.tables ?? []).map(table => [table.id, table])), gaps: [], surroundings: noSurroundings, environment: new Map(),
  }
}

export function scope(id: string, list: readonly Step[], more: Partial<Scope> = {}): Scope {
  return { id, title: `rules of ${id}`, steps: list, next: null, otherwise: { kind: 'respond', status: 503, why: 'no rule matched' }, ...more }
}
