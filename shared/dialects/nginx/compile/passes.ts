import { always, type Predicate, type Template, type View } from '#shared/model/predicate.ts'
import type { Action } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { Directive } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { allDirectives, type ServerContext } from './context.ts'
import { addFailure, flow, hasErrorPage, isSet } from './fail.ts'
import { applies, inherited, type Level } from './levels.ts'
import { addressPool, poolNamed } from './pools.ts'
import { addGap, type ScopeDraft } from './state.ts'
import { asView, constantText, hasVariables, isText, literal, not, templateOf, test, variable, view, type Reading } from './variables.ts'
import { argument, childrenOf, named, nameOf, wordsOf } from './words.ts'

/** What a location that passes requests on is called, and how long its text is: the part of the URI that is replaced. */
export interface PassPlace {
  readonly server: ServerContext
  readonly level: Level
  /** Length of the text of a location that is a prefix or exact; 0 elsewhere. */
  readonly replaces: number
}

export interface Target {
  readonly protocol: string
  readonly host: string
  /** Null: the target has no URI. */
  readonly uri: string | null
}

/** Scheme, host and URI of a target; null: a variable hides where one ends. */
export function targetOf(text: string): Target | null {
  const plain = text.includes('$') ? null : /^(http|https):\/\/([^/?[:]*(?::\d+)?)(\/[^]*)?$/.exec(text)
  if (plain !== null) return { protocol: plain[1] ?? '', host: plain[2] ?? '', uri: plain[3] ?? null }
  const match = /^([a-z]+):\/\/(unix:[^:]*:?|\[[^\]]*\](?::\d+)?|(?:(?!\$request_uri|\$uri|\$document_uri)[^/?])*)([^]*)$/.exec(text)
  if (match === null) return null
  const rest = match[3] ?? ''
  return { protocol: match[1] ?? 'http', host: match[2] ?? '', uri: rest === '' ? null : rest }
}

/** Steps of `proxy_pass`; ends `draft`. Source: reference section 8.1; N-PP-1 … N-PP-10. */
export function addProxyPass(place: PassPlace, draft: ScopeDraft, directive: Directive): void {
  const { server } = place
  const text = argument(directive, 0)
  const target = targetOf(text)
  if (target === null) {
    giveUp(server, draft, directive, 'the target is in a variable')
    return
  }
  const dynamic = hasVariables(text)
  const at = directive.span
  if (!dynamic && draft.isEmpty && readsNoLookup(server, inherited(place.level, 'proxy_set_header'))) {
    addPlainPass(place, draft, directive, target)
    return
  }
  const reading: Reading = { server, draft, at }
  const host = templateOf(target.host, reading)
  const fixedHost = constantText(host)
  addStart(draft, target.protocol, at)
  addSentHeaders(place, draft, fixedHost === null ? host : literal(fixedHost), at)
  if (target.uri !== null && dynamic) draft.imply('send', always, { kind: 'send-target', value: templateOf(target.uri, reading) }, at)
  else addSentTarget(place, draft, target.uri, at)
  if (fixedHost !== null) {
    draft.close({ kind: 'forward', pool: poolOf(server, fixedHost, target.protocol, directive).name }, at)
    return
  }
  const [only] = host.parts
  // A target without a host is an error of its own.
  if (host.parts.length === 1 && typeof only === 'object') addFailure(server, place.level, draft, isText(only, '', at), 500, 'no host', 'respond', at)
  draft.close(dispatchTo(place, host, directive), at)
}

/** The `proxy_pass` of a level and its target, where neither it nor a header that is sent reads a variable that a lookup gives. */
export function plainPassOf(server: ServerContext, level: Level): { readonly directive: Directive; readonly target: Target } | null {
  const [directive] = named(level.directives, 'proxy_pass')
  if (directive === undefined || hasVariables(argument(directive, 0)) || !readsNoLookup(server, inherited(level, 'proxy_set_header'))) return null
  const target = targetOf(argument(directive, 0))
  return target === null ? null : { directive, target }
}

/** Ends `draft`; what every location of a big config says in the same words is only spelled out where somebody looks. `first`: steps in front. */
export function addPlainPass(place: PassPlace, draft: ScopeDraft, directive: Directive, target: Target, first: ((draft: ScopeDraft) => void) | null = null): void {
  const at = directive.span
  const pool = poolOf(place.server, target.host, target.protocol, directive)
  draft.closeLater({ kind: 'forward', pool: pool.name }, at, (later) => {
    first?.(later)
    addStart(later, target.protocol, at)
    addSentHeaders(place, later, literal(target.host), at)
    addSentTarget(place, later, target.uri, at)
  })
}

function addStart(draft: ScopeDraft, protocol: string, at: Span): void {
  draft.imply('protocol', always, { kind: 'set-variable', name: flow.protocol, value: literal(protocol) }, at)
}

function poolOf({ state }: ServerContext, host: string, protocol: string, directive: Directive): Pool {
  return poolNamed(state, host) ?? addressPool(state, host, protocol, directive)
}

const plainLines = new WeakMap<ServerContext, WeakMap<readonly Directive[], boolean>>()

/** Whether the values of these lines read no `map` or the like, whose tables and gaps become part of the model where they are read. */
function readsNoLookup(server: ServerContext, lines: readonly Directive[]): boolean {
  if (lines.length === 0 || server.state.lookups.size === 0) return true
  let known = plainLines.get(server)
  if (known === undefined) plainLines.set(server, known = new WeakMap<readonly Directive[], boolean>())
  let plain = known.get(lines)
  if (plain === undefined) known.set(lines, plain = lines.every((line) => variablesIn(argument(line, 1)).every(({ name }) => !server.state.lookups.has(name))))
  return plain
}

function giveUp(server: ServerContext, draft: ScopeDraft, directive: Directive, reason: string): void {
  addGap(server.state, 'opaque-action', directive, reason)
  draft.close({ kind: 'opaque', text: wordsOf(directive), reason }, directive.span)
}

/** A destination that the request names: groups and addresses that stand in the config, else what names resolve to. */
function dispatchTo(place: PassPlace, host: Template, directive: Directive): Action {
  const { server } = place
  const fixed = host.parts.every((part) => typeof part === 'string' || isClosed(server, part))
  if (fixed) {
    for (const value of possibleValues(server)) if (/^(?:\d+\.){3}\d+(?::\d+)?$/.test(value)) if (poolNamed(server.state, value) === null) addressPool(server.state, value, 'http', directive)
  }
  const key: Template = { parts: host.parts.map((part) => (typeof part === 'string' ? part.toLowerCase() : fixed && part.transforms.some((one) => one.kind === 'map') ? part : { ...part, transforms: [...part.transforms, { kind: 'lower' as const }] })), text: host.text }
  const reason = 'names that no group has are looked up while requests are served'
  const misses: Action = fixed && !applies(place.level, 'resolver') && !hasErrorPage(place.level, 502)
    ? { kind: 'respond', status: 502, why: 'no group has that name' } : { kind: 'opaque', text: wordsOf(directive), reason }
  if (misses.kind === 'opaque') addGap(server.state, 'opaque-action', directive, reason)
  return { kind: 'dispatch', key, onMiss: misses }
}

/** Can the value only be something that the config itself holds? */
function isClosed(server: ServerContext, seen: View): boolean {
  if (seen.transforms.some((transform) => transform.kind === 'map')) return true
  return seen.field.kind === 'variable' && server.setVariables.has(seen.field.name) && setValues(server, seen.field.name).every((value) => !hasVariables(value))
}

function setValues(server: ServerContext, name: string): readonly string[] {
  let byName = valuesByName.get(server)
  if (byName === undefined) {
    byName = new Map<string, string[]>()
    for (const directive of allDirectives([server.directive])) {
      if (nameOf(directive) !== 'set') continue
      const key = argument(directive, 0).slice(1).toLowerCase()
      const known = byName.get(key)
      if (known === undefined) byName.set(key, [argument(directive, 1)])
      else known.push(argument(directive, 1))
    }
    valuesByName.set(server, byName)
  }
  return byName.get(name) ?? []
}

const valuesByName = new WeakMap<ServerContext, Map<string, string[]>>()

function possibleValues(server: ServerContext): readonly string[] {
  const tables = [...server.state.tables.values()].flatMap((table) => table.entries.map(({ value }) => value))
  const defaults = [...server.state.lookups.values()].flatMap((lookup) => childrenOf(lookup).filter((one) => nameOf(one) === 'default').map((one) => argument(one, 0)))
  return [...tables, ...defaults, ...[...server.setVariables].flatMap((name) => setValues(server, name))]
}

const percent = (at: Span): Predicate => ({ kind: 'or', of: [test(view({ kind: 'path-and-query' }), { kind: 'regex', patterns: ['^[^?#]*%'], ignoreCase: false, dialect: 'pcre' }, at), isSet(flow.internal, at)] })

/** The target that a server gets where the argument has no variables: as sent, or the URI with its start replaced. */
function addSentTarget(place: PassPlace, draft: ScopeDraft, uri: string | null, at: Span): void {
  const path = variable('uri')
  // Decoded parts are only escaped again where something was decoded, or a rule made the URI.
  const send = (when: Predicate, start: readonly string[], rest: View, text: string): void => {
    const parts = (seen: View): Template => ({ parts: [...start, seen, variable('is_args'), variable('args')], text })
    draft.imply('send', { kind: 'and', of: [when, percent(at)] }, { kind: 'send-target', value: parts({ ...rest, transforms: [...rest.transforms, { kind: 'escape-path' }] }) }, at)
    draft.imply('send', { kind: 'and', of: [when, not(percent(at))] }, { kind: 'send-target', value: parts(rest) }, at)
  }
  if (uri === null) send(isSet(flow.rewritten, at), [], path, '$uri$is_args$args')
  else {
    send(not(isSet(flow.broken, at)), [uri], { ...path, transforms: [{ kind: 'substring', offset: place.replaces, length: null }] }, `${uri}…`)
    send(isSet(flow.broken, at), [], path, '$uri$is_args$args')
  }
}

/** Headers as the server gets them: those of the nearest level that sets any, with defaults for Host and Connection. Source: N-PP-7, N-UP-16. */
function addSentHeaders(place: PassPlace, draft: ScopeDraft, host: Template, at: Span): void {
  const { server, level } = place
  const lines = inherited(level, 'proxy_set_header')
  const names = new Set(lines.map((line) => argument(line, 0).toLowerCase()))
  if (!names.has('host')) draft.imply('host', always, { kind: 'set-header', name: 'host', value: host }, at)
  if (!names.has('connection')) draft.imply('connection', always, { kind: 'set-header', name: 'connection', value: literal('close') }, at)
  const proxyHost = lines.length === 0 ? '' : (constantText(host) ?? asView(host, '$proxy_host', { server, draft, at }))
  const changes = lines.map((line, index) => {
    const name = `header ${argument(line, 0).toLowerCase()}`
    // All values are read before any header is changed.
    draft.imply('proxy_set_header', always, { kind: 'set-variable', name: `${name} ${index}`, value: templateOf(argument(line, 1), { server, draft, own: { proxy_host: proxyHost }, at: line.span }) }, line.span)
    return { line, value: variable(`${name} ${index}`) }
  })
  for (const { line, value } of changes) {
    const name = argument(line, 0).toLowerCase()
    draft.add('proxy_set_header', always, { kind: 'set-header', name, value: { parts: [value], text: argument(line, 1) } }, line.span)
    draft.imply('proxy_set_header', isText(value, '', line.span), { kind: 'delete-header', name, match: 'exact' }, line.span)
  }
}

/** `fastcgi_pass` and its like: the group has the same part in routing; what is sent is parameters, not a request. */
export function addOtherPass(place: PassPlace, draft: ScopeDraft, directive: Directive): void {
  const { server } = place
  const text = argument(directive, 0).replace(/^(?:grpcs?|http|suwsgi|uwsgi):\/\//, '')
  if (hasVariables(text)) {
    giveUp(server, draft, directive, 'the target is in a variable')
    return
  }
  const protocol = nameOf(directive).replace(/_pass$/, '')
  draft.imply('protocol', always, { kind: 'set-variable', name: flow.protocol, value: literal(argument(directive, 0).startsWith('grpcs') ? 'grpcs' : protocol) }, directive.span)
  const pool = poolNamed(server.state, text) ?? addressPool(server.state, text, protocol, directive)
  draft.close({ kind: 'forward', pool: pool.name }, directive.span)
}
