import { always, type Template } from '#shared/model/predicate.ts'
import type { Action, Listener } from '#shared/model/routing-model.ts'
import type { Directive } from '../tree.ts'
import { clientIn } from './access.ts'
import { serverContext } from './context.ts'
import { inherited, setting, type Level } from './levels.ts'
import { defaultOf, listenGroups, listenerOf, type ListenGroup } from './listens.ts'
import { addOtherReading, addUnmodelled } from './opaque.ts'
import { addressPool, poolNamed } from './pools.ts'
import { addGap, addSurrounding, freshScopeId, ScopeDraft, type CompileState } from './state.ts'
import { constantText, templateOf, view } from './variables.ts'
import { argument, childrenOf, nameOf, named, wordsOf } from './words.ts'

/** Servers of stream: one per address, decided once per connection. Source: reference section 11. */
export function compileStream(state: CompileState, level: Level, servers: readonly Directive[], firstNumber: number): readonly Listener[] {
  return listenGroups(servers).map((group, index) => listenerOf(group, compileEntry(state, level, group), 'tcp', firstNumber + index, 'stream server'))
}

function compileEntry(state: CompileState, parent: Level, group: ListenGroup): string {
  const directive = defaultOf(group)
  const key = `stream ${group.address.text}`
  const server = serverContext(state, directive, parent, key, '')
  const draft = new ScopeDraft(state, freshScopeId(state, `scope:${key}`), `stream server on ${group.address.text}`, server.at)
  addUnmodelled(server, server.level, draft)
  addOtherReading(server, draft)
  const rules = inherited(server.level, 'allow', 'deny')
  for (const rule of rules) {
    const inside = clientIn(server, view({ kind: 'source-ip' }), rules, rule)
    draft.add(nameOf(rule), inside, nameOf(rule) === 'deny' ? { kind: 'close' } : { kind: 'enter', scope: `${draft.id}/pass` }, rule.span)
  }
  if (group.bound.length > 1) {
    const reason = 'which of several servers on one address takes a connection is not modelled'
    addGap(state, 'opaque-action', directive, reason)
    return draft.close({ kind: 'opaque', text: group.bound.map((one) => wordsOf(one.server)).join(' '), reason })
  }
  for (const rule of named(childrenOf(directive), 'set')) {
    draft.add('set', always, { kind: 'set-variable', name: argument(rule, 0).replace(/^\$/, '').toLowerCase(), value: templateOf(argument(rule, 1), { server, draft, at: rule.span }) }, rule.span)
  }
  const pass = new ScopeDraft(state, `${draft.id}/pass`, `stream server on ${group.address.text}`, server.at)
  pass.close(passOf(state, server.level, childrenOf(directive), pass, server), named(childrenOf(directive), 'proxy_pass')[0]?.span ?? null)
  return draft.close({ kind: 'enter', scope: pass.id })
}

function passOf(state: CompileState, level: Level, children: readonly Directive[], draft: ScopeDraft, server: ReturnType<typeof serverContext>): Action {
  const [pass] = named(children, 'proxy_pass')
  if (pass === undefined) {
    const [other] = children.filter((child) => nameOf(child) === 'return' || nameOf(child) === 'pass')
    if (other === undefined) return { kind: 'close' }
    return nameOf(other) === 'return' ? { kind: 'respond', status: 200, why: wordsOf(other), contents: templateOf(argument(other, 0), { server, draft, at: other.span }) } : { kind: 'opaque', text: wordsOf(other), reason: 'where it passes connections is not followed' }
  }
  const text = argument(pass, 0)
  const peeks = setting(level, 'ssl_preread') === 'on'
  const target: Template = templateOf(text, { server, draft, at: pass.span, ...(peeks ? {} : { own: { ssl_preread_server_name: '', ssl_preread_alpn_protocols: '', ssl_preread_protocol: '' } }) })
  // Connections whose clients wait for the server to speak first are held up.
  if (peeks && !/\$\{?ssl_preread_/i.test(text)) for (const line of inherited(level, 'ssl_preread')) addSurrounding(state, draft.title, `connections to the ${draft.title}`, { text: wordsOf(line), shown: wordsOf(line), at: line.span })
  const fixed = constantText(target)
  if (fixed !== null) return { kind: 'forward', pool: (poolNamed(state, `stream ${fixed}`) ?? addressPool(state, fixed, 'tcp', pass)).name }
  const reason = 'names that no group has are looked up while connections are served'
  const closed = target.parts.every((part) => typeof part === 'string' || part.transforms.some((one) => one.kind === 'map')) && inherited(level, 'resolver').length === 0 && !hasAddresses(state)
  if (!closed) addGap(state, 'opaque-action', pass, reason)
  return { kind: 'dispatch', key: { parts: ['stream ', ...target.parts], text }, onMiss: closed ? { kind: 'close' } : { kind: 'opaque', text: wordsOf(pass), reason } }
}

/** Does a lookup give addresses instead of names of groups? */
function hasAddresses(state: CompileState): boolean {
  return [...state.lookups.values()].some((lookup) => childrenOf(lookup).some((entry) => /:\d+$|^unix:/.test(argument(entry, 0))))
}
