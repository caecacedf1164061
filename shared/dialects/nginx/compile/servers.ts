import { always, type View } from '#shared/model/predicate.ts'
import type { Action, Listener } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import { serverContext, type ServerContext } from './context.ts'
import { addIsArgs, flow, serverScopes } from './fail.ts'
import { compileHandshake, type ServerName } from './handshake.ts'
import { setting, type Level } from './levels.ts'
import { defaultOf, listenGroups, listenerOf, type ListenGroup } from './listens.ts'
import { locationsOf } from './location-order.ts'
import { compileLocation, compileReturns, compileSearch, reserveLocations } from './locations.ts'
import { addOtherReading, addUnmodelled, isMachineName, machineReason } from './opaque.ts'
import { patternOf } from './patterns.ts'
import { addCaptures, addRewrites, matching, rewriteRules } from './rewrites.ts'
import { addServerSettings } from './settings.ts'
import { addGap, freshScopeId, ScopeDraft, type CompileState } from './state.ts'
import { literal, test, view } from './variables.ts'
import { argument, childrenOf, headOf, named, values } from './words.ts'

/** Names of a server block as written; none: the empty name. */
function namesOf(server: Directive): readonly ServerName[] {
  const lines = named(childrenOf(server), 'server_name')
  return lines.length === 0 ? [{ text: '', at: headOf(server) }] : lines.flatMap((line) => values(line).map((text) => ({ text, at: line.span })))
}

/** Servers and listeners of http. */
export function compileServers(state: CompileState, http: Level, servers: readonly Directive[]): { readonly listeners: readonly Listener[]; readonly contexts: readonly ServerContext[] } {
  const contexts = new Map<Directive, ServerContext>()
  const taken: Taken = { keys: new Set(), counts: new Map() }
  for (const server of servers) contexts.set(server, compileServer(state, http, server, taken))
  const listeners = listenGroups(servers).map((group, index) => listenerOf(group, compileHandshake(state, group, contexts, namesOf, compileEntry(state, group, contexts)), 'http', index + 1, 'server'))
  return { listeners, contexts: [...contexts.values()] }
}

/** Keys of the servers so far, and how far those of one name and address are counted. */
interface Taken {
  readonly keys: Set<string>
  readonly counts: Map<string, number>
}

/** The name under which a server stands in ids: its first name, and its address where that is not enough. */
function keyOf(server: Directive, { keys, counts }: Taken): string {
  const first = namesOf(server)[0]?.text ?? ''
  const [listen] = named(childrenOf(server), 'listen')
  const address = listen === undefined ? ':80' : argument(listen, 0)
  const candidates = [`server ${first}`, `server ${first}@${address}`]
  let key = candidates.slice(first === '' ? 1 : 0).find((candidate) => !keys.has(candidate))
  if (key === undefined) {
    const start = `server ${first}@${address}`
    let count = (counts.get(start) ?? 1) + 1
    while (keys.has(`${start}~${count}`)) count += 1
    counts.set(start, count)
    key = `${start}~${count}`
  }
  keys.add(key)
  return key
}

function compileServer(state: CompileState, http: Level, directive: Directive, taken: Taken): ServerContext {
  const key = keyOf(directive, taken)
  const server = serverContext(state, directive, http, key, plainName(namesOf(directive)[0]?.text ?? ''))
  const locations = locationsOf(childrenOf(directive))
  const ids = reserveLocations(server, locations)
  const entry = new ScopeDraft(state, serverScopes.rewrites(server), key, server.at)
  addStart(server, entry)
  const rules = `${entry.id}/rules`
  entry.close({ kind: 'enter', scope: rules })
  const list = new ScopeDraft(state, rules, `rules of ${key}`, server.at, key)
  addServerSettings(server, list)
  addUnmodelled(server, server.level, list)
  addOtherReading(server, list)
  addRewrites({ server, level: server.level, kind: 'server', id: rules, title: `rules of ${key}`, heading: key, after: serverScopes.locations(server), handlerOf: () => '' }, list,
    rewriteRules(childrenOf(directive)), (end) => { end.close({ kind: 'enter', scope: serverScopes.locations(server) }) })
  compileReturns(server)
  for (const location of locations) compileLocation(server, location, server.level, ids)
  compileSearch(server, locations, ids)
  return server
}

/** What a request is before any rule: its variables as they arrive. */
function addStart(server: ServerContext, draft: ScopeDraft): void {
  const at = server.at
  const arriving = (name: string, seen: View): void => { draft.imply('arrives', always, { kind: 'set-variable', name, value: seen }) }
  const host: View = { ...view({ kind: 'host-name' }), absentAs: 'nothing' }
  arriving('uri', view({ kind: 'normalised-path' }))
  arriving('args', view({ kind: 'query' }))
  arriving('method', view({ kind: 'method' }))
  addIsArgs(draft, at)
  draft.imply('arrives', always, { kind: 'set-variable', name: 'host', value: literal(server.name) })
  arriving('host', host)
  if (setting(server.level, 'server_name_in_redirect') === 'on') draft.imply('arrives', always, { kind: 'set-variable', name: flow.host, value: literal(server.name) })
  else {
    arriving(flow.host, view({ kind: 'local-ip' }))
    arriving(flow.host, host)
  }
}

/** What `$server_name` says. */
function plainName(text: string): string {
  return text.startsWith('~') ? text : text.toLowerCase().replace(/^\./, '')
}

interface Named {
  readonly text: string
  readonly at: Span
  readonly server: ServerContext
}

/** `$hostname` stands for the name of the machine that nginx runs on. */
function addMachineName(state: CompileState, draft: ScopeDraft, { at, server }: Named, does: Action): void {
  const line = named(childrenOf(server.directive), 'server_name').find((one) => values(one).includes('$hostname')) ?? server.directive
  addGap(state, 'opaque-condition', line, machineReason)
  draft.add(`${server.key} by the name of the machine`, isMachineName('Host', at), does, at)
}

const nowhere: Span = { file: '', start: 0, end: 0 }

/** The search for a server by name on one address. Source: reference section 3.2; N-SRV-1 … N-SRV-11. */
function compileEntry(state: CompileState, group: ListenGroup, contexts: ReadonlyMap<Directive, ServerContext>): string {
  const id = `scope:listen ${group.address.text}`
  const draft = new ScopeDraft(state, freshScopeId(state, id), `server names on ${group.address.text}`, group.bound[0]?.at ?? nowhere)
  const tls = group.options.has('ssl')
  const port = group.address.fromPort
  draft.imply('port', always, { kind: 'set-variable', name: flow.port, value: literal(port === (tls ? 443 : 80) || group.address.socket !== null ? '' : `:${port}`) })
  const exact = new Map<string, Named>()
  const leading = new Map<string, Named>()
  const trailing = new Map<string, Named>()
  const patterns: Named[] = []
  let machine: Named | null = null as Named | null
  for (const { server: directive } of group.bound) {
    const server = contexts.get(directive) as ServerContext
    for (const { text, at } of namesOf(directive)) {
      const name = text.toLowerCase()
      const add = (map: Map<string, Named>, key: string): void => { if (!map.has(key)) map.set(key, { text: key, at, server }) }
      if (text === '$hostname') machine ??= { text, at, server }
      else if (text.startsWith('~')) patterns.push({ text: text.slice(1), at, server })
      else if (name.startsWith('*.')) add(leading, name.slice(1))
      else if (name.startsWith('.')) {
        add(exact, name.slice(1))
        add(leading, name)
      } else if (name.endsWith('.*')) add(trailing, name.slice(0, -1))
      else add(exact, name)
    }
  }
  const host = view({ kind: 'host-name' })
  // A server that is alone takes everything; its patterns count where something reads what they capture.
  if (group.bound.length === 1) {
    for (const map of [exact, leading, trailing]) map.clear()
    machine = null
  }
  const enter = (server: ServerContext): { readonly kind: 'enter'; readonly scope: string } => ({ kind: 'enter', scope: serverScopes.rewrites(server) })
  const byServer = new Map<ServerContext, Named[]>()
  for (const one of exact.values()) {
    const known = byServer.get(one.server)
    if (known === undefined) byServer.set(one.server, [one])
    else known.push(one)
  }
  for (const [server, own] of byServer) {
    const [first] = own
    if (first !== undefined) draft.add(server.key, test(host, { kind: 'exact', values: own.map(({ text }) => text), ignoreCase: false }, first.at), enter(server), ...new Set(own.map(({ at }) => at)))
  }
  if (machine !== null) addMachineName(state, draft, machine, enter(machine.server))
  const longestFirst = (map: ReadonlyMap<string, Named>): readonly Named[] => [...map.values()].sort((one, other) => other.text.length - one.text.length || (one.text < other.text ? -1 : 1))
  for (const { text, at, server } of longestFirst(leading)) draft.add(`*${text}`, test(host, { kind: 'suffix', values: [text], ignoreCase: false }, at), enter(server), at)
  for (const { text, at, server } of longestFirst(trailing)) draft.add(`${text}*`, test(host, { kind: 'prefix', values: [text], ignoreCase: false }, at), enter(server), at)
  for (const { text, at, server } of patterns) {
    // A capital letter makes the pattern ignore case (N-SRV-11).
    const pattern = patternOf(text, /[A-Z]/.test(text))
    const scope = new ScopeDraft(state, freshScopeId(state, `${id}/~${text}`), `server_name ~${text}`, at)
    addCaptures(server, scope, host, pattern, at)
    scope.close(enter(server))
    // Nothing is looked for without a name.
    draft.add(`~${text}`, { kind: 'and', of: [{ kind: 'not', of: test(host, { kind: 'exact', values: [''], ignoreCase: false }, at) }, matching(host, pattern, at)] }, { kind: 'enter', scope: scope.id }, at)
  }
  const standard = contexts.get(defaultOf(group)) as ServerContext
  const place = group.bound.find(({ server }) => server === standard.directive)?.at ?? standard.at
  draft.add('default server', always, enter(standard), place)
  return draft.close(enter(standard))
}
