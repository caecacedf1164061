import { always, type Predicate } from '#shared/model/predicate.ts'
import type { Action } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { ServerContext } from './context.ts'
import { inherited, setting, type Level } from './levels.ts'
import { addServerSettings } from './settings.ts'
import { freshScopeId, ScopeDraft } from './state.ts'
import { hasVariables, isText, literal, not, templateOf, test, variable } from './variables.ts'
import { values } from './words.ts'

/** Names of variables that keep what happened to a request; no name of the product has a blank. */
export const flow = {
  /** One `x` for each change of location by a rule, at most ten. */
  jumps: 'rounds so far',
  /** `1`: a rewrite changed the URI, so locations are searched anew. */
  changed: 'uri changed',
  /** `1`: the URI is not the one that was sent. */
  rewritten: 'uri rewritten',
  /** `1`: a rewrite ended with `break`, so the URI of `proxy_pass` does not count. */
  broken: 'rewrite broke',
  /** `1`: the request comes from a rule, not from a client. */
  internal: 'internal',
  /** `1`: an error page is being looked for. */
  failing: 'error page',
  /** Status that the answer of an error page gets; empty: its own. */
  status: 'status of the error',
  /** The block of a true `if` that provides the handler. */
  handler: 'handler',
  /** `1`: a true `if` has put a handler of its own in place, in a location that has none. */
  passing: 'handler of a block',
  /** How the chosen server is spoken to. */
  protocol: 'upstream protocol',
  /** `:8080` or nothing: port in redirects. */
  port: 'port in redirects',
  /** Host in redirects. */
  host: 'host in redirects',
} as const

export const maximumJumps = 10

export function isSet(name: string, at: Span): Predicate {
  return isText(variable(name), '1', at)
}

/** An answer with `status`, unless an error page gave the request another one to keep. */
export function addAnswer(server: ServerContext, draft: ScopeDraft, when: Predicate, action: Extract<Action, { readonly kind: 'respond' | 'deny' }>, name: string, ...origin: readonly Span[]): void {
  for (const status of server.keptStatuses) {
    if (status === action.status) continue
    draft.imply(`${name} as ${status}`, { kind: 'and', of: [when, isText(variable(flow.status), String(status), origin[0] ?? server.at)] }, { ...action, status }, ...origin)
  }
  draft.add(name, when, action, ...origin)
}

interface ErrorPage {
  readonly target: string
  /** Null: the status of the error; 0: whatever the page answers. */
  readonly status: number | null
  readonly at: Span
}

function errorPageOf(level: Level, status: number): ErrorPage | null {
  for (const directive of inherited(level, 'error_page')) {
    const words = values(directive)
    const target = words[words.length - 1] ?? ''
    const codes = words.slice(0, -1)
    if (!codes.includes(String(status))) continue
    const overwrite = codes.find((word) => word.startsWith('='))
    return { target, status: overwrite === undefined ? null : Number(overwrite.slice(1) === '' ? 0 : overwrite.slice(1)), at: directive.span }
  }
  return null
}

export function hasErrorPage(level: Level, status: number): boolean {
  return errorPageOf(level, status) !== null
}

/** Failures that a directive asks for. */
const written: ReadonlySet<string> = new Set(['return', 'deny'])

/** Ends the request with an error of nginx itself: an error page where there is one, else the bare status. Source: N-ERR-1, N-ERR-2. */
export function addFailure(server: ServerContext, level: Level, draft: ScopeDraft, when: Predicate, status: number, name: string, kind: 'respond' | 'deny', ...origin: readonly Span[]): void {
  const page = errorPageOf(level, status)
  const at = origin[0] ?? server.at
  if (page !== null) {
    const recursive = setting(level, 'recursive_error_pages') === 'on'
    const guard: Predicate = recursive ? when : { kind: 'and', of: [when, not(isSet(flow.failing, at))] }
    draft.imply(`${name} page`, guard, { kind: 'enter', scope: errorScope(server, level, page, status, draft.id) }, ...origin, page.at)
  }
  const answer = { kind, status, why: `${name} answers ${status}` } as Extract<Action, { readonly kind: 'respond' | 'deny' }>
  if (written.has(name)) draft.add(name, when, answer, ...origin)
  else draft.imply(name, when, answer, ...origin)
}

/** What happens on the way to an error page. */
function errorScope(server: ServerContext, level: Level, page: ErrorPage, status: number, from: string): string {
  // By the place that failed, so that ids do not hang on the order of locations.
  const id = freshScopeId(server.state, `${from}/error_page ${status} ${page.target}`)
  const draft = new ScopeDraft(server.state, id, `error_page ${status} ${page.target} of ${server.key}`, page.at)
  const reading = { server, draft, at: page.at }
  if (/^https?:\/\//.test(page.target)) {
    const code = page.status === null || page.status < 301 ? 302 : page.status
    return draft.close({ kind: 'redirect', status: code, to: { kind: 'location', value: templateOf(page.target, reading), ignoreEmpty: false } })
  }
  if (setting(level, 'recursive_error_pages') !== 'on') draft.imply('error page', always, { kind: 'set-variable', name: flow.failing, value: literal('1') }, page.at)
  const kept = page.status === null ? status : page.status
  draft.imply('status', always, { kind: 'set-variable', name: flow.status, value: literal(kept === 0 ? '' : String(kept)) }, page.at)
  if (page.target.startsWith('@')) return draft.close({ kind: 'enter', scope: toNamed(server, page.target) })
  const others = not(test(variable('method'), { kind: 'exact', values: ['HEAD'], ignoreCase: false }, page.at))
  draft.imply('method', others, { kind: 'set-method', value: literal('GET') }, page.at)
  draft.imply('method', others, { kind: 'set-variable', name: 'method', value: literal('GET') }, page.at)
  addTarget(draft, reading, page.target)
  return draft.close({ kind: 'enter', scope: redirectedScope(server) })
}

/** Sets URI and arguments from a word such as `/fallback?u=$uri`. */
export function addTarget(draft: ScopeDraft, reading: Parameters<typeof templateOf>[1], target: string): void {
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark + 1)
  draft.imply('uri', always, { kind: 'set-variable', name: 'new uri', value: templateOf(path, reading) }, reading.at)
  const args = templateOf(query, reading)
  draft.imply('arguments', always, { kind: 'set-variable', name: 'args', value: args }, reading.at)
  draft.imply('uri', always, { kind: 'set-variable', name: 'uri', value: { parts: [variable('new uri')], text: hasVariables(path) ? path : '' } }, reading.at)
  addIsArgs(draft, reading.at)
}

/** `$is_args` follows `$args`. */
export function addIsArgs(draft: ScopeDraft, at: Span): void {
  draft.imply('is_args', always, { kind: 'set-variable', name: 'is_args', value: literal('') }, at)
  draft.imply('is_args', not(isText(variable('args'), '', at)), { kind: 'set-variable', name: 'is_args', value: literal('?') }, at)
}

/** Ids of the scopes that a server always has. */
export const serverScopes = {
  rewrites: (server: ServerContext): string => `scope:${server.key}`,
  locations: (server: ServerContext): string => `scope:${server.key}/locations`,
  again: (server: ServerContext): string => `scope:${server.key}/again`,
  redirected: (server: ServerContext): string => `scope:${server.key}/redirected`,
}

function redirectedScope(server: ServerContext): string {
  return serverScopes.redirected(server)
}

/** A named location is entered without the rules of the server (N-ERR-1). */
export function toNamed(server: ServerContext, name: string): string {
  const id = `scope:${server.key}/to ${name}`
  const target = server.namedScopes.get(name)
  if (server.state.scopes.has(id)) return id
  const draft = new ScopeDraft(server.state, id, `named location ${name} of ${server.key}`, server.at)
  draft.imply('internal', always, { kind: 'set-variable', name: flow.internal, value: literal('1') })
  draft.imply('handler', always, { kind: 'set-variable', name: flow.handler, value: literal('') })
  if (server.uses.has('if')) draft.imply('handler', always, { kind: 'set-variable', name: flow.passing, value: literal('') })
  if (server.hasInnerSettings) addServerSettings(server, draft)
  addJump(draft, server.at)
  draft.imply('named', not(isJumpedOut(server.at)), target === undefined ? { kind: 'respond', status: 500, why: `there is no location ${name}` } : { kind: 'enter', scope: target })
  return draft.close({ kind: 'respond', status: 500, why: 'more than ten internal redirects' })
}

/** One more change of location. */
export function addJump(draft: ScopeDraft, at: Span): void {
  draft.imply('round', always, { kind: 'set-variable', name: flow.jumps, value: { parts: [variable(flow.jumps), 'x'], text: 'rounds' } }, at)
}

/** More than ten (N-RW-1). */
export function isJumpedOut(at: Span): Predicate {
  return isText(variable(flow.jumps), 'x'.repeat(maximumJumps + 1), at)
}
