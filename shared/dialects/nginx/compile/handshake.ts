import { always, type View } from '#shared/model/predicate.ts'
import type { Action } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import type { ServerContext } from './context.ts'
import { setting } from './levels.ts'
import { defaultOf, type ListenGroup } from './listens.ts'
import { isMachineName } from './opaque.ts'
import { patternOf } from './patterns.ts'
import { matching } from './rewrites.ts'
import { freshScopeId, ScopeDraft, type CompileState } from './state.ts'
import { not, test, view } from './variables.ts'

/** A name as written, and where. */
export interface ServerName {
  readonly text: string
  readonly at: Span
}

/**
 * What stands before `entry`, the search by Host, where some server of the address refuses handshakes: the name of the
 * handshake chooses a server by the same search, and a connection without one, or with one that no server has, gets the
 * default server. Where no server refuses any it is `entry` itself.
 *
 * Source: N-TLS-1, N-TLS-2; `ngx_http_ssl_servername`; test/oracle/nginx/listeners.test.ts.
 */
export function compileHandshake(state: CompileState, group: ListenGroup, contexts: ReadonlyMap<Directive, ServerContext>, namesOf: (server: Directive) => readonly ServerName[], entry: string): string {
  const refuses = (server: Directive): boolean => setting((contexts.get(server) as ServerContext).level, 'ssl_reject_handshake') === 'on'
  if (!group.options.has('ssl') || !group.bound.some(({ server }) => refuses(server))) return entry
  const standard = defaultOf(group)
  const place = (contexts.get(standard) as ServerContext).at
  const draft = new ScopeDraft(state, freshScopeId(state, `${entry}/handshake`), `handshake on ${group.address.text}`, place)
  const onwards: Action = { kind: 'enter', scope: entry }
  const does = (server: Directive): Action => (refuses(server) ? { kind: 'close' } : onwards)
  const tls = view({ kind: 'tls' }, [{ kind: 'choose', whenTrue: 'on', whenFalse: '' }])
  draft.imply('plain', not(test(tls, { kind: 'exact', values: ['on'], ignoreCase: false }, place)), onwards, place)
  const name: View = view({ kind: 'sni', seen: 'terminated' }, [{ kind: 'lower' }])
  const all = group.bound.flatMap(({ server }) => namesOf(server).map(({ text, at }) => ({ text: text.startsWith('~') ? text : text.toLowerCase(), at, server })))
  const first = new Map<string, (typeof all)[number]>()
  for (const one of all) {
    // `.a.test` is both `a.test` and `*.a.test`.
    for (const text of one.text.startsWith('.') ? [one.text.slice(1), `*${one.text}`] : [one.text]) if (!first.has(text)) first.set(text, { ...one, text })
  }
  const rank = (text: string): number => (text.startsWith('~') ? 3 : text.startsWith('*.') ? 1 : text.endsWith('.*') ? 2 : 0)
  const ordered = [...first.values()].filter(({ text }) => text !== '').sort((one, other) => rank(one.text) - rank(other.text) || (rank(one.text) === 3 ? 0 : other.text.length - one.text.length))
  for (const { text, at, server } of ordered) {
    const some = not(test(name, { kind: 'exact', values: [''], ignoreCase: false }, at))
    switch (rank(text)) {
      case 0: draft.add(text, text === '$hostname' ? isMachineName('the name of the handshake', at) : test(name, { kind: 'exact', values: [text], ignoreCase: false }, at), does(server), at); break
      case 1: draft.add(text, test(name, { kind: 'suffix', values: [text.slice(1)], ignoreCase: false }, at), does(server), at); break
      case 2: draft.add(text, test(name, { kind: 'prefix', values: [text.slice(0, -1)], ignoreCase: false }, at), does(server), at); break
      default: draft.add(text, { kind: 'and', of: [some, matching(name, patternOf(text.slice(1), /[A-Z]/.test(text)), at)] }, does(server), at)
    }
  }
  draft.add('default server', always, does(standard), place)
  return draft.close(onwards)
}
