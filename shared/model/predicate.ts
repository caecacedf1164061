import type { Span } from '#shared/text/span.ts'

/** Where a value comes from, before any transformation. Names of headers are lower case; cookie and query names keep their case. */
export type Field =
  | { readonly kind: 'method' }
  | { readonly kind: 'scheme' }
  /** `1.0`, `1.1`, `2` */
  | { readonly kind: 'http-version' }
  /** Request target as received (HAProxy `url`): origin form, or absolute form when sent so. */
  | { readonly kind: 'target' }
  /** Bytes from the first `/` after the authority up to `?`; absent where the target has no path. */
  | { readonly kind: 'path' }
  /** After `?`, without it. */
  | { readonly kind: 'query' }
  | { readonly kind: 'path-and-query' }
  /** Path percent-decoded once, dot segments resolved, slashes merged (nginx `$uri` as the request arrives). */
  | { readonly kind: 'normalised-path' }
  /** Name of the target where it is a URL, else of the Host header: lower case, without port and one trailing dot (nginx `$host`). */
  | { readonly kind: 'host-name' }
  /** Host followed by path (HAProxy `base`). */
  | { readonly kind: 'base' }
  /**
   * A header. `split: 'comma'` gives each comma-separated element of each line (quotes protect commas),
   * `'line'` each whole line. `occurrence`: 1 first, -1 last, null all.
   */
  | { readonly kind: 'header'; readonly name: string; readonly split: 'comma' | 'line'; readonly occurrence: number | null }
  | { readonly kind: 'header-count'; readonly name: string; readonly split: 'comma' | 'line' }
  | { readonly kind: 'cookie'; readonly name: string }
  | { readonly kind: 'query-parameter'; readonly name: string; readonly delimiter: string }
  | { readonly kind: 'source-ip' } | { readonly kind: 'source-port' }
  | { readonly kind: 'local-ip' } | { readonly kind: 'local-port' }
  /** Server name of a TLS connection that the balancer terminates (`terminated`) or only looks into (`peeked`). */
  | { readonly kind: 'sni'; readonly seen: 'terminated' | 'peeked' }
  | { readonly kind: 'alpn'; readonly seen: 'terminated' | 'peeked' }
  /** True when the connection is TLS and terminated here. */
  | { readonly kind: 'tls' }
  /** TLS handshake type of a peeked connection (1: ClientHello); absent when it is not TLS. */
  | { readonly kind: 'tls-hello-type' }
  | { readonly kind: 'listener-name' } | { readonly kind: 'listener-id' } | { readonly kind: 'entry-name' }
  /** Set by an earlier effect. `name` keeps the product's scope (`txn.backend`). */
  | { readonly kind: 'variable'; readonly name: string }
  /** null: never there, such as an environment variable that is not set. */
  | { readonly kind: 'constant'; readonly value: string | null }
  /** Live state: health, counters, time, chance. Never decided by a request alone. */
  | { readonly kind: 'state'; readonly name: string; readonly text: string }
  /** Anything not modelled. `text` is canonical, so equal text is equal behaviour. */
  | { readonly kind: 'opaque'; readonly text: string; readonly reason: string }

/** Type of a value as the product sees it; decides the default matcher and conversions. */
export type ValueType = 'string' | 'integer' | 'boolean' | 'ip' | 'method' | 'binary'

/** One transformation, applied to every instance of the value in turn. A transformation that finds nothing makes the value absent. */
export type Transform =
  | { readonly kind: 'lower' } | { readonly kind: 'upper' }
  /** `index` from 1, negative from the end; `count` fields joined (0: all that remain). Delimiters are single characters. */
  | { readonly kind: 'field'; readonly index: number; readonly delimiters: string; readonly count: number }
  /** As `field` but runs of delimiters count once and leading ones are skipped. */
  | { readonly kind: 'word'; readonly index: number; readonly delimiters: string; readonly count: number }
  | { readonly kind: 'regsub'; readonly pattern: string; readonly replacement: string; readonly ignoreCase: boolean; readonly global: boolean }
  | { readonly kind: 'url-decode'; readonly inForm: boolean }
  | { readonly kind: 'host-only' } | { readonly kind: 'port-only' }
  | { readonly kind: 'map'; readonly table: TableId; readonly fallback: string | null }
  | { readonly kind: 'concat'; readonly before: string; readonly variable: string | null; readonly after: string }
  | { readonly kind: 'arithmetic'; readonly operator: 'add' | 'sub' | 'mul' | 'div' | 'mod' | 'neg' | 'not' | 'and' | 'or' | 'xor' | 'bool' | 'odd' | 'even' | 'cpl'; readonly operand: number | { readonly variable: string } | null }
  | { readonly kind: 'length' }
  | { readonly kind: 'string-compare'; readonly variable: string }
  | { readonly kind: 'equals-text'; readonly values: readonly string[] }
  | { readonly kind: 'choose'; readonly whenTrue: string; readonly whenFalse: string }
  | { readonly kind: 'ip-mask'; readonly bits4: number; readonly bits6: number }
  | { readonly kind: 'substring'; readonly offset: number; readonly length: number | null }
  | { readonly kind: 'trim'; readonly side: 'left' | 'right'; readonly characters: string }
  | { readonly kind: 'cast'; readonly to: ValueType }
  /** Text of a group of the first match, empty where it took no part; absent without a match. */
  | { readonly kind: 'capture'; readonly pattern: string; readonly ignoreCase: boolean; readonly group: number }
  /** First value of `name=`, in any case, of a whole query (`&`, nginx `$arg_…`) or Cookie header (`;`, `$cookie_…`); absent: there is none. */
  | { readonly kind: 'argument'; readonly name: string; readonly delimiter: '&' | ';' }
  /** A decoded path as it is sent on: bytes that no target may hold as percent sequences. */
  | { readonly kind: 'escape-path' }
  /** Number from 0 to 2³² − 1 that the value hashes to (`shared/requests/murmur-hash.ts`). */
  | { readonly kind: 'hash'; readonly algorithm: 'murmur2' }
  | { readonly kind: 'opaque'; readonly text: string; readonly reason: string }

/**
 * A field plus what the product does to it before comparing.
 *
 * `pick`: which of several instances counts: `any` (a test is true if one instance matches), or one of them when the
 * value is used as a single value. `absentAs`: what an absent value is: nothing (every test false, HAProxy) or the
 * empty string (nginx).
 */
export interface View {
  readonly field: Field
  readonly transforms: readonly Transform[]
  readonly type: ValueType
  readonly pick: 'any' | 'first' | 'last'
  readonly absentAs: 'nothing' | 'empty'
}

export type TableId = string

export type Matcher =
  | { readonly kind: 'exact' | 'prefix' | 'suffix' | 'substring'; readonly values: readonly string[]; readonly ignoreCase: boolean }
  /** A run bordered by `/`, `?` or the ends (`path-part`), additionally `.` and `:` (`domain-part`); outer delimiters of the value are trimmed. */
  | { readonly kind: 'path-part' | 'domain-part'; readonly values: readonly string[]; readonly ignoreCase: boolean }
  /** Search, not full match; `dialect` says whose syntax. Never run on a backtracking engine. */
  | { readonly kind: 'regex'; readonly patterns: readonly string[]; readonly ignoreCase: boolean; readonly dialect: 'pcre' | 're2' }
  /** Inclusive ranges; `null` is open. A non-numeric value has the integer value 0 only where `cast` says so, else no match. */
  | { readonly kind: 'integer'; readonly ranges: readonly (readonly [from: number | null, to: number | null])[] }
  | { readonly kind: 'length'; readonly ranges: readonly (readonly [from: number | null, to: number | null])[] }
  /** Networks in CIDR form, v4 and v6. An IPv6 address that holds an IPv4 one (mapped, compatible, 6to4) also counts as that, and the other way round; `isStrict`: a mapped address counts as IPv4 alone, and no other counts as both. */
  | { readonly kind: 'network'; readonly networks: readonly string[]; readonly isStrict?: true }
  | { readonly kind: 'exists' }
  /** Boolean and integer values: true or non-zero. */
  | { readonly kind: 'truthy' }
  | { readonly kind: 'never' }

/**
 * What decides whether a step applies. Negation of an absent value's test is true.
 *
 * `opaque` predicates carry canonical text of their definition closure, so equal text on both sides is equal behaviour;
 * `dependsOn` says what they look at: the request, live state (health, counters, time), or chance.
 */
export type Predicate =
  | { readonly kind: 'true' }
  | { readonly kind: 'false' }
  | { readonly kind: 'and'; readonly of: readonly Predicate[] }
  | { readonly kind: 'or'; readonly of: readonly Predicate[] }
  | { readonly kind: 'not'; readonly of: Predicate }
  | Test
  /** A named condition (HAProxy `acl`), shared by every rule that uses the name. Its meaning is `of`. */
  | { readonly kind: 'named'; readonly name: string; readonly of: Predicate }
  | OpaquePredicate
  /** True with probability `share`, drawn anew for each step. */
  | { readonly kind: 'chance'; readonly share: number; readonly origin: Span }

export interface Test {
  readonly kind: 'test'
  readonly view: View
  readonly matcher: Matcher
  readonly origin: Span
}

export interface OpaquePredicate {
  readonly kind: 'opaque'
  readonly text: string
  readonly reason: string
  readonly dependsOn: 'request' | 'state' | 'timing'
  readonly origin: Span
}

export const always: Predicate = { kind: 'true' }
export const never: Predicate = { kind: 'false' }

/** A value made of literal text and views, e.g. a log-format string. An absent view contributes the empty string. */
export interface Template {
  readonly parts: readonly (string | View)[]
  /** As written, for people. */
  readonly text: string
}
