import { always, type Field, type Matcher, type Predicate, type Template, type Transform, type View } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import { lookupTransforms, type Lookup } from './lookups.ts'
import { capturesOf } from './map-values.ts'
import type { CompileState, ScopeDraft } from './state.ts'
import type { ServerContext } from './context.ts'
import { wordsOf } from './words.ts'

/** Where a value is read: steps that have to run first go to `draft`. */
export interface Reading {
  readonly server: ServerContext
  readonly draft: ScopeDraft
  /** Variables that only this place knows, such as `proxy_host`. */
  readonly own?: Readonly<Record<string, string | View>>
  /** Lookups that are being read. */
  readonly within?: ReadonlySet<string>
  readonly at: Span
}

export function view(field: Field, transforms: readonly Transform[] = []): View {
  return { field, transforms, type: 'string', pick: 'first', absentAs: 'empty' }
}

const variables = new Map<string, View>()
/** Names that are kept; the rest are made each time, as configs may bring any number. */
const mostKept = 1_000

/** The view of a variable; one object for one name, since every location asks for the same ones. */
export function variable(name: string): View {
  let seen = variables.get(name)
  if (seen === undefined) {
    seen = view({ kind: 'variable', name })
    if (variables.size < mostKept) variables.set(name, seen)
  }
  return seen
}

export function test(seen: View, matcher: Extract<Predicate, { readonly kind: 'test' }>['matcher'], origin: Span): Predicate {
  return { kind: 'test', view: seen, matcher, origin }
}

export function isText(seen: View, value: string, origin: Span): Predicate {
  return test(seen, { kind: 'exact', values: [value], ignoreCase: false }, origin)
}

export const not = (of: Predicate): Predicate => ({ kind: 'not', of })

/** An IPv6 client counts as one of IPv4 only where its address is a mapped one. Source: src ngx_http_access_handler; oracle lookups. */
export function networkOf({ seesV6 }: Pick<CompileState, 'seesV6'>, network: string): Matcher {
  return { kind: 'network', networks: [network], ...(seesV6 || network.includes(':') ? { isStrict: true as const } : {}) }
}

export function literal(text: string): Template {
  return { parts: text === '' ? [] : [text], text }
}

const fixed: Readonly<Record<string, Field>> = {
  scheme: { kind: 'scheme' }, remote_addr: { kind: 'source-ip' }, remote_port: { kind: 'source-port' },
  server_addr: { kind: 'local-ip' }, server_port: { kind: 'local-port' }, ssl_server_name: { kind: 'sni', seen: 'terminated' },
  ssl_preread_server_name: { kind: 'sni', seen: 'peeked' }, request_uri: { kind: 'path-and-query' },
}

/** Variables of the request that rules change. */
const changing: Readonly<Record<string, string>> = { uri: 'uri', document_uri: 'uri', args: 'args', query_string: 'args', is_args: 'is_args', host: 'host', request_method: 'method' }

/** Values that only the moment decides. */
const live: ReadonlySet<string> = new Set(['time_iso8601', 'time_local', 'msec', 'pid', 'connection', 'connection_requests', 'request_id', 'hostname', 'request_time', 'connection_time', 'upstream_addr', 'upstream_status', 'status', 'bytes_sent', 'body_bytes_sent', 'nginx_version', 'request_length'])

/** A variable as a value of the request. Source: reference section 9. */
export function variableView(name: string, reading: Reading): View {
  const { server } = reading
  const lower = name.toLowerCase()
  const own = reading.own?.[lower]
  if (own !== undefined) return typeof own === 'string' ? view({ kind: 'constant', value: own }) : own
  if (/^[0-9]$/.test(lower)) return variable(`capture ${lower}`)
  if (lower === 'server_name') return view({ kind: 'constant', value: server.name })
  const lookup = server.state.lookups.get(lower)
  // It is looked up where it is read before it is set.
  if (lookup !== undefined && (server.setVariables.has(lower) || server.groupNames.has(lower))) return opaqueView(`$${lower}: ${wordsOf(lookup)}`, 'a lookup and a rule both give it a value')
  if (server.setVariables.has(lower)) return variable(lower)
  if (lookup !== undefined) return lookupView(lower, reading)
  if (server.groupNames.has(lower)) return variable(lower)
  const moving = changing[lower]
  if (moving !== undefined) return variable(moving)
  if (lower === 'remote_addr' && server.hidesSource) return opaqueView('$remote_addr', 'it is taken from a header of trusted proxies (realip)')
  const field = fixed[lower]
  if (field !== undefined) return view(field)
  if (lower === 'https') return view({ kind: 'tls' }, [{ kind: 'choose', whenTrue: 'on', whenFalse: '' }])
  if (lower === 'server_protocol') return view({ kind: 'http-version' }, [{ kind: 'regsub', pattern: '^', replacement: 'HTTP/', ignoreCase: false, global: false }])
  if (lower === 'http_cookie') return view({ kind: 'header', name: 'cookie', split: 'line', occurrence: 1 })
  const header = /^http_([a-z0-9_]+)$/.exec(lower)?.[1]
  if (header !== undefined) return view({ kind: 'header', name: header.replaceAll('_', '-'), split: 'line', occurrence: 1 })
  const parameter = /^arg_(.+)$/.exec(lower)?.[1]
  if (parameter !== undefined) return view({ kind: 'variable', name: 'args' }, [{ kind: 'argument', name: parameter, delimiter: '&' }])
  const cookie = /^cookie_(.+)$/.exec(lower)?.[1]
  if (cookie !== undefined) return view({ kind: 'header', name: 'cookie', split: 'line', occurrence: 1 }, [{ kind: 'argument', name: cookie, delimiter: ';' }])
  if (live.has(lower)) return view({ kind: 'state', name: lower, text: `$${lower}` })
  return opaqueView(`$${lower}`, 'the variable is not modelled')
}

export function opaqueView(text: string, reason: string): View {
  return view({ kind: 'opaque', text, reason })
}

/** What a `map`, `geo` or `split_clients` gives for the value that it looks at. */
function lookupView(name: string, reading: Reading): View {
  const lookup = lookupTransforms(reading.server.state, name, reading.server)
  if ('opaque' in lookup) return opaqueView(lookup.opaque, lookup.reason)
  if ('cases' in lookup) {
    // A lookup that comes back to itself gives nothing.
    if (reading.within?.has(name) === true) return opaqueView(`$${name} within itself`, 'the value depends on itself')
    return readMap(name, lookup, { ...reading, within: new Set([...(reading.within ?? []), name]) })
  }
  // Every value is there: an absent one is looked up as the empty text.
  const source = loaded(lookup.source, reading)
  return { ...source, transforms: [...source.transforms, ...lookup.transforms] }
}

/**
 * The value of a map as steps: what none of the lines takes, then line by line from the last to the first, so that the
 * first that matches has the last word. A line that is a pattern may use what it captured.
 */
function readMap(name: string, { source, transforms, cases, fallback }: Extract<Lookup, { readonly cases: unknown }>, reading: Reading): View {
  const { draft } = reading
  const key = transforms.length === 0 ? asView(templateOf(source, reading), `key of $${name}`, reading) : loaded(source, reading)
  const seen = { ...key, transforms: [...key.transforms, ...transforms] }
  const value = `value of map $${name}`
  const set = (when: Predicate, text: string, inside: Reading, at: Span): void => {
    draft.imply(`read $${name}`, when, { kind: 'set-variable', name: value, value: templateOf(text, inside) }, at)
  }
  set(always, fallback, reading, reading.at)
  for (const { match, value: text, pattern, at } of [...cases].reverse()) set(test(seen, match, at), text, { ...reading, own: { ...reading.own, ...capturesOf(seen, pattern) } }, at)
  return variable(value)
}

/** A value under a name of its own, so that it is never absent and can be transformed further. */
function loaded(text: string, reading: Reading): View {
  const template = templateOf(text, reading)
  const [only] = template.parts
  if (template.parts.length === 1 && typeof only === 'object' && only.field.kind === 'variable' && only.transforms.every((transform) => transform.kind === 'map')) return only
  if (template.parts.length === 1 && typeof only === 'object' && only.field.kind === 'source-ip' && only.transforms.length === 0) return only
  const name = `value of ${text}`
  reading.draft.imply(`read ${text}`, always, { kind: 'set-variable', name, value: template }, reading.at)
  return variable(name)
}

/** A word with its variables. */
export function templateOf(text: string, reading: Reading): Template {
  if (!text.includes('$')) return literal(text)
  const parts: (string | View)[] = []
  let plain = ''
  const pattern = /\$(?:\{([A-Za-z0-9_]+)\}|([0-9])|([A-Za-z_][A-Za-z0-9_]*))/g
  let at = 0
  for (const match of text.matchAll(pattern)) {
    plain += text.slice(at, match.index)
    at = match.index + match[0].length
    const seen = variableView(match[1] ?? match[2] ?? match[3] ?? '', reading)
    if (seen.field.kind === 'constant' && seen.transforms.length === 0) {
      plain += seen.field.value ?? ''
      continue
    }
    if (plain !== '') parts.push(plain)
    plain = ''
    parts.push(seen)
  }
  plain += text.slice(at)
  if (plain !== '') parts.push(plain)
  return { parts, text }
}

export function hasVariables(text: string): boolean {
  return /\$(?:\{|[A-Za-z0-9_])/.test(text)
}

/** Text of a template without views; null: it has some. */
export function constantText(template: Template): string | null {
  return template.parts.every((part) => typeof part === 'string') ? template.parts.join('') : null
}

/** The template as one view that later tests can look at. */
export function asView(template: Template, name: string, reading: Reading): View {
  const [only] = template.parts
  if (template.parts.length === 1 && typeof only === 'object') return only
  reading.draft.imply(`read ${name}`, always, { kind: 'set-variable', name: `value of ${name}`, value: template }, reading.at)
  return variable(`value of ${name}`)
}
