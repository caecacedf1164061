import type { Span } from '#shared/text/span.ts'
import type { ScopeId } from './routing-model.ts'
import type { Predicate, Template, View } from './predicate.ts'

/** A set of servers that share work (HAProxy backend or listen, nginx upstream). */
export interface Pool {
  readonly id: string
  /** The product's own name. */
  readonly name: string
  /** Product's word: `backend`, `listen`, `upstream`. */
  readonly kind: string
  readonly protocol: 'http' | 'tcp'
  readonly enabled: boolean
  /** Rules that run once the pool is chosen; null: none. Its last scope ends in `leave`, then a server is selected. */
  readonly entry: ScopeId | null
  /** In configuration order, templates expanded. */
  readonly members: readonly Member[]
  /** Number of members, where the list is only made when asked for; ask `memberCount`. */
  readonly memberCount?: number
  readonly algorithm: Algorithm
  /** Ordered: tried before balancing, in this order. */
  readonly selectors: readonly ServerSelector[]
  readonly persistence: readonly Persistence[]
  /** All backups together (`option allbackups`) instead of the first usable one. */
  readonly allBackups: boolean
  readonly check: HealthCheck | null
  readonly retries: Retries
  /** Milliseconds by the product's own name (`connect`, `server`, `queue`, `check`, `tunnel`, …). */
  readonly timeoutsMs: Readonly<Record<string, number>>
  /** Everything else worth comparing (`fullconn`, `http-reuse`, options), name to value as written. */
  readonly settings: Readonly<Record<string, string>>
  readonly origin: readonly Span[]
}

/** Options of a server that many servers share; one object per distinct combination, so compare by identity first. */
export interface MemberOptions {
  /** Product's raw number. HAProxy 0–256, 0 means drain; nginx 1 and up. */
  readonly weight: number
  /** 0 primary, 1 backup. */
  readonly level: number
  readonly state: 'enabled' | 'disabled' | 'drain'
  readonly check: MemberCheck | null
  /** Requests that fail take it out for a while, without any check. */
  readonly observed?: boolean
  /** Connections at once; null: no limit. */
  readonly maxConnections: number | null
  readonly tls: boolean
  readonly sendProxy: boolean
  /** Persistence cookie value. */
  readonly cookie: string | null
  /** Explicit id, else null (then position counts). */
  readonly number: number | null
  /** Remaining options, name to value as written (`''` for a bare flag). */
  readonly settings: Readonly<Record<string, string>>
}

export interface Member {
  readonly id: string
  readonly name: string
  /** As written, e.g. `10.0.4.11:8080`, `app.internal:80`, `unix@/run/app.sock`. */
  readonly address: string
  /** Host part; a path for unix sockets. */
  readonly host: string
  /** Null: the port the client connected to. */
  readonly port: number | null
  /** `+N`/`-N`: added to the port the client connected to; then `port` is null. */
  readonly portOffset: number
  readonly options: MemberOptions
  readonly origin: readonly Span[]
}

export interface MemberCheck {
  readonly intervalMs: number
  readonly fall: number
  readonly rise: number
  /** Null: the serving port. */
  readonly port: number | null
  readonly address: string | null
  /** `check`, `agent`, `observe`, `track`: what decides the state. */
  readonly by: 'check' | 'agent' | 'observe' | 'track'
  readonly track: string | null
}

export type AlgorithmName =
  | 'roundrobin' | 'static-rr' | 'leastconn' | 'first' | 'source' | 'uri' | 'url_param' | 'hdr' | 'hash' | 'random' | 'rdp-cookie' | 'log-hash' | 'sticky'
  | 'ip_hash' | 'least_time' | 'unknown'

export interface Algorithm {
  readonly name: AlgorithmName
  /** As written, e.g. `uri depth 2`; for a default that nobody wrote, the product's word. */
  readonly text: string
  readonly explicit: boolean
  /** What is hashed, for the hashing algorithms. */
  readonly key: View | null
  readonly hash: { readonly method: 'map-based' | 'consistent'; readonly fn: string; readonly modifier: string | null; readonly balanceFactor: number | null } | null
  /** `random(n)` draws, `uri depth`, … */
  readonly parameters: Readonly<Record<string, string>>
  readonly origin: readonly Span[]
}

export type ServerSelector =
  { readonly kind: 'use-server'; readonly when: Predicate; readonly server: string | Template; readonly origin: readonly Span[] }

export type Persistence =
  | { readonly kind: 'cookie'; readonly name: string; readonly mode: 'insert' | 'prefix' | 'rewrite' | 'passive'; readonly flags: readonly string[]; readonly origin: readonly Span[] }
  | { readonly kind: 'stick'; readonly key: View; readonly table: string; readonly use: 'match' | 'store-request' | 'both' | 'store-response'; readonly when: Predicate; readonly origin: readonly Span[] }
  | { readonly kind: 'rdp-cookie'; readonly name: string; readonly origin: readonly Span[] }
  | { readonly kind: 'force-persist' | 'ignore-persist'; readonly when: Predicate; readonly origin: readonly Span[] }

export interface HealthCheck {
  readonly kind: 'http' | 'tcp' | 'ssl-hello' | 'mysql' | 'pgsql' | 'redis' | 'smtp' | 'ldap' | 'agent' | 'external' | 'spop' | 'other'
  readonly method: string | null
  readonly uri: string | null
  readonly httpVersion: string | null
  readonly host: string | null
  /** `status 200-399` as written; null: the product's default. */
  readonly expect: string | null
  readonly origin: readonly Span[]
}

export interface Retries {
  readonly count: number
  readonly redispatch: boolean
  readonly on: readonly string[]
}

/** Number of members; does not make the list where the number is known. */
export function memberCount(pool: Pool): number {
  return pool.memberCount ?? pool.members.length
}
