import type { Span } from '#shared/text/span.ts'
import type { Pool } from './pool.ts'
import type { Matcher, Predicate, TableId, Template, View } from './predicate.ts'

/**
 * The neutral routing model: everything under every analysis, picture and host.
 *
 * Ids come from kind and product name (`listener:https-in@:443`, `scope:https-in/switching`, `pool:api`,
 * `pool:api/server:web3`), never from a position in an array. Every element keeps the spans it came from: the defining
 * line first, then what it inherited.
 */
export interface RoutingModel {
  readonly dialect: string
  /** `HAProxy`, `nginx`, … as people say it. */
  readonly product: string
  /** Version the model was compiled for, e.g. `2.6`. */
  readonly version: string
  /**
   * How requests are read. `as-sent`, also where it is left out: rules see targets and Host as they were sent (HAProxy).
   * `normalised`: targets are decoded and resolved, Host becomes a name, and what cannot be is refused (nginx).
   */
  readonly requests?: 'as-sent' | 'normalised'
  /** In configuration order. */
  readonly listeners: readonly Listener[]
  readonly conflicts: readonly ListenerConflict[]
  readonly scopes: ReadonlyMap<ScopeId, Scope>
  /** In configuration order. */
  readonly pools: readonly Pool[]
  readonly tables: ReadonlyMap<TableId, LookupTable>
  /** Everything that can touch routing and is not modelled exactly, with its line. Empty: the model is complete. */
  readonly gaps: readonly Gap[]
  readonly surroundings: Surroundings
  /** Environment values that were used, with what they were taken to be; null: not set. */
  readonly environment: ReadonlyMap<string, string | null>
}

export type ScopeId = string

export interface ListenAddress {
  /** As written, e.g. `:443`, `10.0.0.5:80-90`, `/run/haproxy.sock`. */
  readonly text: string
  /** Empty string: any address. */
  readonly ip: string
  readonly fromPort: number
  readonly toPort: number
  /** Path of a unix socket (or abstract name), else null; then ports are 0. */
  readonly socket: string | null
}

export interface ListenerTls {
  /** Names the certificates serve, as far as known; empty when certificates could not be read. */
  readonly names: readonly string[]
  readonly certificates: readonly string[]
  readonly strictSni: boolean
  readonly alpn: readonly string[]
}

/**
 * One entry: addresses and what happens to what arrives there.
 * Listeners of one frontend share `entry` and `group`.
 */
export interface Listener {
  readonly id: string
  /** Name of the frontend or server block. */
  readonly group: string
  /** Own name (`bind … name x`), or null. */
  readonly name: string | null
  /** Number a product gives it (HAProxy `so_id`). */
  readonly number: number
  readonly addresses: readonly ListenAddress[]
  readonly protocol: 'http' | 'tcp'
  readonly tls: ListenerTls | null
  readonly acceptProxy: boolean
  readonly enabled: boolean
  readonly entry: ScopeId
  /** Product's word: `frontend`, `listen`, `server`. */
  readonly kind: string
  /** Settings worth comparing that are not modelled above (`maxconn 2000`, `v4v6`…), name to value as written. */
  readonly settings: Readonly<Record<string, string>>
  readonly origin: readonly Span[]
}

/** Listeners that claim one address. `kernel`: connections are spread at random; `specificity`: the narrower one wins. */
export interface ListenerConflict {
  readonly address: string
  readonly listeners: readonly string[]
  readonly decidedBy: 'kernel' | 'specificity'
}

/**
 * A named list of steps, in the order the product evaluates them. The first step with a terminal action wins.
 * When none did, evaluation goes on in `next`, and ends with `otherwise` when there is no next scope.
 */
export interface Scope {
  readonly id: ScopeId
  /** For people: `http-request rules of frontend web`. */
  readonly title: string
  readonly steps: readonly Step[]
  readonly next: ScopeId | null
  /** What the product does when nothing decided and there is no `next`; null only if `next` is set. */
  readonly otherwise: Action | null
  /** Line that says so, where one does. */
  readonly otherwiseAt?: Span | null
  /** The product ends the scope so by itself: nobody wrote it as a rule, so lists and pictures leave it out. */
  readonly impliedEnd?: boolean
  /** What people call the place that the steps stand in, as a heading: `location /api/`. Absent: they go by their conditions. */
  readonly heading?: string
}

export interface Step {
  readonly id: string
  readonly when: Predicate
  readonly does: Effect | Action
  /** Defining line first. */
  readonly origin: readonly Span[]
  /** Text that means the same condition, and does the same by name, in every model of the same dialect and version; null or absent: other lines, or chance, take part. */
  readonly wording?: string | null
  /** The product does it by itself on the way: nobody wrote it as a rule, so lists, changes and findings about rules leave it out. */
  readonly implied?: boolean
}

/** Changes the request and goes on. Later predicates see the changed request. */
export type Effect =
  | { readonly kind: 'set-path'; readonly value: Template }
  | { readonly kind: 'set-path-and-query'; readonly value: Template }
  | { readonly kind: 'set-query'; readonly value: Template }
  | { readonly kind: 'set-target'; readonly value: Template }
  /** The target that the server gets, as it is; rules go on seeing the request. */
  | { readonly kind: 'send-target'; readonly value: Template }
  /** Regex search and replace over the path, the path and query, or the whole target. `\1` … refer to groups. */
  | { readonly kind: 'replace'; readonly part: 'path' | 'path-and-query' | 'target'; readonly pattern: string; readonly replacement: Template }
  | { readonly kind: 'set-header' | 'add-header'; readonly name: string; readonly value: Template }
  | { readonly kind: 'delete-header'; readonly name: string; readonly match: 'exact' | 'prefix' | 'suffix' | 'substring' | 'regex' }
  /** `each: 'line'` rewrites whole lines, `'value'` each comma-separated value. */
  | { readonly kind: 'replace-header'; readonly name: string; readonly each: 'line' | 'value'; readonly pattern: string; readonly replacement: Template }
  | { readonly kind: 'set-method'; readonly value: Template }
  | { readonly kind: 'set-variable'; readonly name: string; readonly value: View | Template }
  | { readonly kind: 'unset-variable'; readonly name: string }
  | { readonly kind: 'normalize-uri'; readonly normalizer: string; readonly argument: string | null }
  | { readonly kind: 'set-source' | 'set-destination'; readonly value: View }
  | { readonly kind: 'set-source-port' | 'set-destination-port'; readonly value: View }
  /** Cannot change routing; kept so that the decision list is complete. */
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'opaque-effect'; readonly text: string; readonly reason: string }

/** Ends evaluation of its scope. `contents`: what else the client gets: body, headers, cookies, the way a connection ends; absent: the product's own. */
export type Action =
  | { readonly kind: 'forward'; readonly pool: string }
  /** Destination computed from the request. A value that names no pool does `onMiss`, without trying later steps. */
  | { readonly kind: 'dispatch'; readonly key: Template; readonly onMiss: Action }
  | { readonly kind: 'split'; readonly shares: readonly { readonly pool: string; readonly share: number }[]; readonly key: Template | null }
  /** `location` is complete; the flags that shaped it are already part of it. */
  | { readonly kind: 'redirect'; readonly status: number; readonly to: RedirectTarget; readonly contents?: Template }
  | { readonly kind: 'respond'; readonly status: number; readonly why: string; readonly contents?: Template }
  | { readonly kind: 'deny'; readonly status: number; readonly contents?: Template }
  | { readonly kind: 'close'; readonly contents?: Template }
  | { readonly kind: 'serve'; readonly root: string }
  /** Leaves this scope; evaluation continues with the scope's `next` (HAProxy `allow`, `accept`). */
  | { readonly kind: 'leave' }
  | { readonly kind: 'enter'; readonly scope: ScopeId }
  /** The product does not say which: ties, races. */
  | { readonly kind: 'one-of'; readonly actions: readonly Action[]; readonly why: string }
  | { readonly kind: 'opaque'; readonly text: string; readonly reason: string }

export type RedirectTarget =
  | { readonly kind: 'location'; readonly value: Template; readonly ignoreEmpty: boolean }
  /** Prefix followed by path and query. */
  | { readonly kind: 'prefix'; readonly value: Template; readonly dropQuery: boolean; readonly appendSlash: boolean; readonly ignoreEmpty: boolean }
  /** `<scheme>://` Host path and query. */
  | { readonly kind: 'scheme'; readonly value: Template; readonly dropQuery: boolean; readonly appendSlash: boolean; readonly ignoreEmpty: boolean }

export const terminalActions: ReadonlySet<string> = new Set([
  'forward', 'dispatch', 'split', 'redirect', 'respond', 'deny', 'close', 'serve', 'leave', 'enter', 'one-of', 'opaque',
] satisfies Action['kind'][])

export function isAction(does: Effect | Action): does is Action {
  return terminalActions.has(does.kind)
}

/** A map or list file. `lookup`: how a key is found. */
export interface LookupTable {
  readonly id: TableId
  /** As named in the config. */
  readonly path: string
  readonly lookup: 'first-match' | 'exact' | 'prefix' | 'suffix' | 'substring' | 'path-part' | 'domain-part' | 'regex' | 'network' | 'integer' | 'length'
  /** In file order. Indexed lookups (exact, prefix, network) take the first of equal keys and the longest prefix; the rest take the first match in file order; `first-match` asks each entry's own `match`. */
  readonly entries: readonly TableEntry[]
  readonly ignoreCase: boolean
  /** For `network`: as `isStrict` of a matcher. */
  readonly isStrict?: true
  /** The file could not be read: every lookup is unknown. */
  readonly missing: boolean
  readonly origin: readonly Span[]
}

export interface TableEntry {
  readonly key: string
  readonly value: string
  /** What the key stands for, where the table says `first-match`. */
  readonly match?: Matcher
  /** Part of all keys that it takes (0–1), where keys are spread by a hash. */
  readonly share?: number
  readonly origin: Span
}

/**
 * What the rules do not say and what changes answers or what servers receive all the same. It is not followed, only
 * compared between two configs as it is written, so that a change there is never taken for nothing.
 */
export interface Surroundings {
  /** Lines outside the rules, and rules on answers. */
  readonly lines: readonly SurroundingLine[]
  /** Whether a setting of a listener, pool or server, by its name, changes nothing that a client or a server notices. */
  isInert(setting: string): boolean
  /** Line that sets a setting of a listener group or pool, for naming it; null: none, or it cannot be told. */
  placeOf(owner: 'group' | 'pool', name: string, setting: string): Span | null
  /** Contents of the lists, maps and other files that were read, by the name the config uses. */
  readonly files: ReadonlyMap<string, string>
  /** Lines that count for a request by the place that takes it; absent: what a place says is all in its rules. `variable`: the one that rules set to the place. */
  readonly inEffect?: { readonly variable: string; linesOf(place: string): readonly string[] }
  /** Variables that something behind the rules reads, such as a rule on answers. */
  readonly readLater: ReadonlySet<string>
}

export interface SurroundingLine {
  /** What the line belongs to: `global`, `userlist admins`, `frontend web`. */
  readonly owner: string
  /** Meaning as text: equal texts, equal meaning. */
  readonly text: string
  /** The same for people: without passwords. */
  readonly shown: string
  /** Requests that depend on it, as people say it: `requests that carry a user and a password`. */
  readonly bears: string
  readonly at: Span
}

export const noSurroundings: Surroundings = { lines: [], isInert: () => false, placeOf: () => null, files: new Map(), readLater: new Set() }

/** Something that can touch routing and is not modelled exactly. */
export interface Gap {
  readonly kind: 'opaque-condition' | 'opaque-action' | 'opaque-effect' | 'missing-file' | 'approximate' | 'unknown-keyword' | 'unknown-value'
  readonly text: string
  readonly reason: string
  readonly at: Span
}
