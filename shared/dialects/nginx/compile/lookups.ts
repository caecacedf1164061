import type { Matcher, Transform } from '#shared/model/predicate.ts'
import type { TableEntry } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import type { ServerContext } from './context.ts'
import { geoTable, holdsLast } from './geo.ts'
import type { MapCase } from './map-values.ts'
import { patternOf } from './patterns.ts'
import { splitTable } from './split-clients.ts'
import { addGap, hasGap, type CompileState } from './state.ts'
import { namedGroups, variablesIn } from '../variable-names.ts'
import { argument, childrenOf, nameOf, wordsOf } from './words.ts'

/** How a variable of a lookup is worked out from `source`, a text with variables. */
export type Lookup =
  | { readonly source: string; readonly transforms: readonly Transform[] }
  /** Lines in the order in which they are tried. */
  | { readonly source: string; readonly transforms: readonly Transform[]; readonly cases: readonly MapCase[]; readonly fallback: string }
  | { readonly opaque: string; readonly reason: string }

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
    case 'geo': return geoLookup(state, name, directive, server, opaque)
    default: return splitLookup(state, name, directive, server, opaque)
  }
}

const texts = new WeakMap<Directive, string>()

/** Words of a lookup with all its entries: long, and asked for by every server that reads it. */
function textOf(lookup: Directive): string {
  let text = texts.get(lookup)
  if (text === undefined) texts.set(lookup, text = wordsOf(lookup))
  return text
}

/** A map is worked out once per request and kept, so what it reads must not change meanwhile. */
function isSteady(state: CompileState, source: string, server: ServerContext, depth = 0): boolean {
  const names = [...source.matchAll(/\$\{?(\w+)/g)].map((match) => (match[1] ?? '').toLowerCase())
  return names.every((one) => {
    if (server.setVariables.has(one) || server.groupNames.has(one)) return false
    const inner = state.lookups.get(one)
    if (inner !== undefined) return depth < 10 && isSteady(state, inner.args.length > 1 ? argument(inner, 0) : '', server, depth + 1)
    if (server.setVariables.has('args') && /^(?:args|is_args|query_string|arg_\w+)$/.test(one)) return false
    return steady.test(one) || !server.rewrites
  })
}

/** The share of keys that each value gets is exact; which value a key gets is worked out, too. */
function splitLookup(state: CompileState, name: string, directive: Directive, server: ServerContext, opaque: (reason: string) => Lookup): Lookup {
  const source = argument(directive, 0)
  if (!isSteady(state, source, server)) return opaque('the key is hashed once, when the variable is first read, and what is in it changes')
  if (/\$\d|\$\{\d/.test(source)) return opaque('the key holds what a pattern captured')
  return { source, transforms: [{ kind: 'hash', algorithm: 'murmur2' }, { kind: 'map', table: splitTable(state, name, directive), fallback: childrenOf(directive).some((part) => nameOf(part) === '*') ? null : '' }] }
}

function mapLookup(state: CompileState, name: string, directive: Directive, server: ServerContext, opaque: (reason: string) => Lookup): Lookup {
  const source = argument(directive, 0)
  const entries = childrenOf(directive)
  const volatile = entries.some((entry) => nameOf(entry) === 'volatile' && entry.args.length === 0)
  if (!volatile && !isSteady(state, source, server)) return opaque('the map is worked out once, when it is first read, and what it looks at changes')
  if (/\$\d|\$\{\d/.test(source)) return opaque('the map looks at what a pattern captured')
  const read = linesOf(directive)
  if ('opaque' in read) return opaque(read.opaque)
  if (read.groups.some((group) => server.groupNames.has(group))) return opaque('a pattern of the map captures what others read')
  const standard = entries.find((one) => nameOf(one) === 'default' && one.args.length === 1)
  const fallback = standard === undefined ? '' : argument(standard, 0)
  const lines = withEmpty(read.lines, fallback, (standard ?? directive).span)
  const transforms = takesHostnames(entries) && !hasNoDot.test(source) ? [withoutDot] : []
  if ([fallback, ...lines.map(({ value }) => value)].some((value) => value.includes('$'))) {
    const cases = lines.map(({ key, value, match, origin }): MapCase => ({ match, value, pattern: key.startsWith('~') ? { text: key.replace(/^~\*?/, ''), ignoreCase: key.startsWith('~*') } : null, at: origin }))
    const reason = unclear(state, server, cases, fallback, volatile)
    return reason === null ? { source, transforms, cases, fallback } : opaque(reason)
  }
  const id = `${state.section} map:$${name}`
  if (!state.tables.has(id)) state.tables.set(id, { id, path: `map ${source} $${name}`, lookup: 'first-match', ignoreCase: true, missing: false, origin: [directive.span], entries: lines })
  return { source, transforms: [...transforms, { kind: 'map', table: id, fallback }] }
}

/** A map of host names drops one dot at the end of what it looks at. Source: ngx_http_map_variable; oracle lookups. */
const withoutDot: Transform = { kind: 'regsub', pattern: '\\.$', replacement: '', ignoreCase: false, global: false }
/** These never end with a dot. */
const hasNoDot = /^\$\{?(?:host|server_name)\}?$/i

function takesHostnames(entries: readonly Directive[]): boolean {
  return entries.some((entry) => nameOf(entry) === 'hostnames' && entry.args.length === 0)
}

/** Patterns are not asked about an empty text, whatever they would say of it. Source: ngx_http_map_find; oracle lookups. */
function withEmpty(lines: readonly MapLine[], fallback: string, origin: Span): readonly MapLine[] {
  const first = lines.findIndex(({ match }) => match.kind === 'regex' && !match.patterns.every((pattern) => needsText.test(pattern)))
  if (first === -1 || lines.some(({ match }) => match.kind === 'exact' && match.values.includes(''))) return lines
  return lines.toSpliced(lines.findIndex(({ match }) => match.kind === 'regex'), 0, { key: '""', value: fallback, match: exact(''), origin })
}

/** Patterns that a glance tells need a character: a plain one at the start, and no other way. */
const needsText = /^\^?[\w/-](?![*?{])[^|]*$/

/** Why the value of a line cannot be worked out where the map is read; null: it can. */
function unclear(state: CompileState, server: ServerContext, cases: readonly MapCase[], fallback: string, volatile: boolean): string | null {
  for (const { value, pattern } of [{ value: fallback, pattern: null }, ...cases]) {
    const own = pattern === null ? [] : namedGroups(pattern.text)
    const names = variablesIn(value).map((one) => one.name)
    const others = names.filter((one) => !own.includes(one) && !/^\d$/.test(one))
    if (pattern === null && names.some((one) => /^\d$/.test(one))) return 'a value holds what another pattern captured'
    // A lookup that is read in between may have a pattern of its own.
    if (others.length < names.length && others.some((one) => state.lookups.has(one))) return 'a value holds what a pattern captured and what another lookup gives'
    if (!volatile && !isSteady(state, others.map((one) => `$${one}`).join(' '), server)) return 'the map is worked out once, when it is first read, and what is in its values changes'
  }
  return null
}

type MapLine = TableEntry & { readonly match: Matcher }

/** `groups`: names that patterns capture under, lower case. */
type MapLines = { readonly lines: readonly MapLine[]; readonly groups: readonly string[] } | { readonly opaque: string }

const knownLines = new WeakMap<Directive, MapLines>()

/** Lines of a map in the order in which they are tried; read once, for whatever server asks. */
function linesOf(map: Directive): MapLines {
  let lines = knownLines.get(map)
  if (lines === undefined) knownLines.set(map, lines = readLines(childrenOf(map)))
  return lines
}

function readLines(entries: readonly Directive[]): MapLines {
  const hostnames = takesHostnames(entries)
  const groups: string[] = []
  const sorted = { exact: [] as MapLine[], leading: [] as MapLine[], trailing: [] as MapLine[], patterns: [] as MapLine[] }
  for (const entry of entries) {
    const key = nameOf(entry)
    if (isParameter(entry) || (key === 'default' && entry.args.length === 1)) continue
    if (key === 'include') return { opaque: 'a file that the map includes was not read' }
    const value = argument(entry, 0)
    const add = (list: MapLine[], match: Matcher): void => { list.push({ key, value, match, origin: entry.span }) }
    if (key.startsWith('~')) {
      const { source: text, ignoreCase, names } = patternOf(key.replace(/^~\*?/, ''), key.startsWith('~*'))
      for (const [group] of names) groups.push(group.toLowerCase())
      add(sorted.patterns, { kind: 'regex', patterns: [text], ignoreCase, dialect: 'pcre' })
    } else if (hostnames && /^\*?\./.test(key)) {
      const text = key.replace(/^\*/, '').toLowerCase()
      add(sorted.leading, { kind: 'suffix', values: [text], ignoreCase: true })
      if (!key.startsWith('*')) add(sorted.exact, exact(text.slice(1)))
    } else if (hostnames && key.endsWith('.*')) add(sorted.trailing, { kind: 'prefix', values: [key.slice(0, -1)], ignoreCase: true })
    else add(sorted.exact, exact(key.replace(/^\\/, '')))
  }
  // Among those that are equally long the order says nothing.
  const byKey = (one: TableEntry, other: TableEntry): number => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0)
  sorted.exact.sort(byKey)
  const longest = (one: TableEntry, other: TableEntry): number => other.key.length - one.key.length || byKey(one, other)
  return { lines: [...sorted.exact, ...sorted.leading.sort(longest), ...sorted.trailing.sort(longest), ...sorted.patterns], groups }
}

function exact(text: string): Matcher {
  return { kind: 'exact', values: [text], ignoreCase: true }
}

function isParameter(entry: Directive): boolean {
  return entry.args.length === 0 && ['hostnames', 'volatile', 'ranges', 'proxy_recursive'].includes(nameOf(entry))
}

function geoLookup(state: CompileState, name: string, directive: Directive, server: ServerContext, opaque: (reason: string) => Lookup): Lookup {
  const source = directive.args.length > 1 ? argument(directive, 0) : '$remote_addr'
  if (!isSteady(state, source, server)) return opaque('the address is looked up once, when the variable is first read, and what it is taken from changes')
  if (/\$\d|\$\{\d/.test(source)) return opaque('the address is what a pattern captured')
  const table = geoTable(directive, state.seesV6 || source !== '$remote_addr')
  if (table === null) return opaque('proxies and included files are not followed')
  // A text that is no address counts as the last one.
  if (source !== '$remote_addr' && holdsLast(table)) return opaque('what is no address counts as 255.255.255.255')
  const id = `${state.section} geo:$${name}`
  const isPlain = source === '$remote_addr' && table.isPlain
  const entries = isPlain ? table.entries.map(({ key, value, origin }) => ({ key, value, origin })) : table.entries
  if (!state.tables.has(id)) state.tables.set(id, { id, path: `geo $${name}`, lookup: isPlain ? 'network' : 'first-match', ignoreCase: false, missing: false, origin: [directive.span], entries, ...(table.isStrict ? { isStrict: true as const } : {}) })
  return { source, transforms: [{ kind: 'map', table: id, fallback: table.fallback }] }
}
