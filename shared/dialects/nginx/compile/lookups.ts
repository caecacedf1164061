import type { Matcher, Transform } from '#shared/model/predicate.ts'
import type { TableEntry } from '#shared/model/routing-model.ts'
import type { Directive } from '../tree.ts'
import type { ServerContext } from './context.ts'
import { patternOf } from './patterns.ts'
import { addGap, hasGap, type CompileState } from './state.ts'
import { argument, childrenOf, nameOf, values, wordsOf } from './words.ts'

/** How a variable of a lookup is worked out from `source`, a text with variables. */
export type Lookup = { readonly source: string; readonly transform: Transform } | { readonly opaque: string; readonly reason: string }

/** Variables whose values never change while a request is served. */
const steady = /^\$?\{?(?:host|http_\w+|cookie_\w+|request_uri|request_method|remote_addr|scheme|server_port|server_addr|ssl_\w+|binary_remote_addr|server_name)\}?$/i

const knownLookups = new WeakMap<ServerContext, Map<string, Lookup>>()

/** Reads the `map`, `geo` or `split_clients` that sets `name`; its table becomes part of the model. */
export function lookupTransforms(state: CompileState, name: string, server: ServerContext): Lookup {
  let known = knownLookups.get(server)
  if (known === undefined) knownLookups.set(server, known = new Map<string, Lookup>())
  let lookup = known.get(name)
  if (lookup === undefined) known.set(name, lookup = readLookup(state, name, server))
  return lookup
}

function readLookup(state: CompileState, name: string, server: ServerContext): Lookup {
  const directive = state.lookups.get(name) as Directive
  const opaque = (reason: string): Lookup => {
    if (!hasGap(state, directive.span)) addGap(state, 'opaque-condition', directive, reason)
    return { opaque: textOf(directive), reason }
  }
  switch (nameOf(directive)) {
    case 'map': return mapLookup(state, name, directive, server, opaque)
    case 'geo': return geoLookup(state, name, directive, opaque)
    default: return opaque('the share of clients is a matter of a hash')
  }
}

const texts = new WeakMap<Directive, string>()

/** Words of a lookup with all its entries: long, and asked for by every server that reads it. */
function textOf(lookup: Directive): string {
  let text = texts.get(lookup)
  if (text === undefined) texts.set(lookup, text = wordsOf(lookup))
  return text
}

interface MapFacts {
  readonly volatile: boolean
  readonly hostnames: boolean
  readonly fallback: Directive | null
}

const facts = new WeakMap<Directive, MapFacts>()

function factsOf(map: Directive): MapFacts {
  let found = facts.get(map)
  if (found !== undefined) return found
  const entries = childrenOf(map)
  found = {
    volatile: entries.some((entry) => nameOf(entry) === 'volatile'),
    hostnames: entries.some((entry) => nameOf(entry) === 'hostnames' && entry.args.length === 0),
    fallback: entries.find((one) => nameOf(one) === 'default' && one.args.length === 1) ?? null,
  }
  facts.set(map, found)
  return found
}

/** A map is worked out once per request and kept, so what it reads must not change meanwhile. */
function isSteady(state: CompileState, source: string, server: ServerContext, depth = 0): boolean {
  const names = [...source.matchAll(/\$\{?(\w+)/g)].map((match) => (match[1] ?? '').toLowerCase())
  return names.every((one) => {
    if (server.setVariables.has(one) || server.groupNames.has(one)) return false
    const inner = state.lookups.get(one)
    if (inner !== undefined) return depth < 10 && isSteady(state, nameOf(inner) === 'map' ? argument(inner, 0) : '', server, depth + 1)
    return steady.test(one) || !server.rewrites
  })
}

function mapLookup(state: CompileState, name: string, directive: Directive, server: ServerContext, opaque: (reason: string) => Lookup): Lookup {
  const source = argument(directive, 0)
  const entries = childrenOf(directive)
  const { volatile, hostnames } = factsOf(directive)
  if (!volatile && !isSteady(state, source, server)) return opaque('the map is worked out once, when it is first read, and what it looks at changes')
  if (/\$\d|\$\{\d/.test(source)) return opaque('the map looks at what a pattern captured')
  const id = `${state.section} map:$${name}`
  if (state.tables.has(id)) return transformOf(state, id, source, directive)
  const sorted = { exact: [] as TableEntry[], leading: [] as TableEntry[], trailing: [] as TableEntry[], patterns: [] as TableEntry[] }
  for (const entry of entries) {
    const key = nameOf(entry)
    if (isParameter(entry) || (key === 'default' && entry.args.length === 1)) continue
    if (key === 'include') return opaque('a file that the map includes was not read')
    const value = argument(entry, 0)
    if (/\$/.test(value)) return opaque('a value of the map depends on the request')
    const add = (list: TableEntry[], match: Matcher): void => { list.push({ key, value, match, origin: entry.span }) }
    if (key.startsWith('~')) {
      const { source: text, ignoreCase, names } = patternOf(key.replace(/^~\*?/, ''), key.startsWith('~*'))
      if (names.some(([group]) => server.groupNames.has(group.toLowerCase()))) return opaque('a pattern of the map captures what others read')
      add(sorted.patterns, { kind: 'regex', patterns: [text], ignoreCase, dialect: 'pcre' })
    } else if (hostnames && /^\*?\./.test(key)) {
      const text = key.replace(/^\*/, '').toLowerCase()
      add(sorted.leading, { kind: 'suffix', values: [text], ignoreCase: true })
      if (!key.startsWith('*')) add(sorted.exact, exact(text.slice(1)))
    } else if (hostnames && key.endsWith('.*')) add(sorted.trailing, { kind: 'prefix', values: [key.slice(0, -1)], ignoreCase: true })
    else add(sorted.exact, exact(key.replace(/^\\/, '')))
  }
  const longest = (one: TableEntry, other: TableEntry): number => other.key.length - one.key.length
  state.tables.set(id, {
    id, path: `map ${source} $${name}`, lookup: 'first-match', ignoreCase: true, missing: false, origin: [directive.span],
    entries: [...sorted.exact, ...sorted.leading.sort(longest), ...sorted.trailing.sort(longest), ...sorted.patterns],
  })
  return transformOf(state, id, source, directive)
}

function exact(text: string): Matcher {
  return { kind: 'exact', values: [text], ignoreCase: true }
}

function isParameter(entry: Directive): boolean {
  return entry.args.length === 0 && ['hostnames', 'volatile', 'ranges', 'proxy_recursive'].includes(nameOf(entry))
}

function transformOf(state: CompileState, id: string, source: string, directive: Directive): Lookup {
  const entry = factsOf(directive).fallback
  const fallback = entry === null ? '' : argument(entry, 0)
  if (/\$/.test(fallback)) {
    const reason = 'the default of the map depends on the request'
    if (!hasGap(state, directive.span, reason)) addGap(state, 'opaque-condition', directive, reason)
    return { opaque: textOf(directive), reason }
  }
  return { source, transform: { kind: 'map', table: id, fallback } }
}

function geoLookup(state: CompileState, name: string, directive: Directive, opaque: (reason: string) => Lookup): Lookup {
  const source = directive.args.length > 1 ? argument(directive, 0) : '$remote_addr'
  if (source !== '$remote_addr') return opaque('the addresses come from a text')
  const entries = childrenOf(directive)
  if (entries.some((entry) => ['ranges', 'proxy', 'delete', 'include', 'proxy_recursive'].includes(nameOf(entry)))) return opaque('ranges, proxies and included files are not followed')
  const networks: TableEntry[] = []
  for (const entry of entries) {
    const key = nameOf(entry)
    if (key === 'default') continue
    if (values(entry).some((value) => value.includes('$'))) return opaque('a value depends on the request')
    networks.push({ key, value: argument(entry, 0), origin: entry.span })
  }
  const id = `${state.section} geo:$${name}`
  if (!state.tables.has(id)) state.tables.set(id, { id, path: `geo $${name}`, lookup: 'network', ignoreCase: false, missing: false, origin: [directive.span], entries: networks })
  const fallback = entries.find((entry) => nameOf(entry) === 'default')
  return { source, transform: { kind: 'map', table: id, fallback: fallback === undefined ? '' : argument(fallback, 0) } }
}
