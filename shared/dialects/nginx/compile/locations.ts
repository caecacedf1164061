import { always } from '#shared/model/predicate.ts'
import type { Directive } from '../tree.ts'
import { addAccess, mayRefuse } from './access.ts'
import { allDirectives, type ServerContext } from './context.ts'
import { addFailure, addJump, addTarget, flow, hasErrorPage, isJumpedOut, isSet, serverScopes, toNamed } from './fail.ts'
import { inherited, setting, type Level } from './levels.ts'
import { locationName, searchOrder, type Choice, type Location } from './location-order.ts'
import { addOtherPass, addPlainPass, addProxyPass, plainPassOf, type PassPlace } from './passes.ts'
import { addCaptures, addRewrites, addSearchAgain, origin, rewriteRules } from './rewrites.ts'
import { addUnmodelled, isUnmodelled } from './opaque.ts'
import { addServerSettings, addSettings, hasOwnSettings, hasSettings } from './settings.ts'
import { addGap, freshScopeId, ScopeDraft } from './state.ts'
import { isText, literal, not, templateOf, test, variable } from './variables.ts'
import { argument, childrenOf, headOf, headWords, named, nameOf, values, wordsOf } from './words.ts'
import { escapedPath } from '#shared/requests/normalised-target.ts'
import { fromBytes, toBytes } from '#shared/requests/bytes.ts'

/** Ids of the scopes of all locations of a server, made before any is compiled: they name each other. */
export function reserveLocations(server: ServerContext, locations: readonly Location[], ids = new Map<Location, string>()): Map<Location, string> {
  for (const location of locations) {
    const id = freshScopeId(server.state, `scope:${server.key}/${locationName(location)}`)
    ids.set(location, id)
    if (location.kind === 'named') server.namedScopes.set(location.text, id)
    reserveLocations(server, location.nested, ids)
  }
  return ids
}

/** The scope in which the location of a request is looked for. */
export function compileSearch(server: ServerContext, locations: readonly Location[], ids: ReadonlyMap<Location, string>): void {
  const draft = new ScopeDraft(server.state, serverScopes.locations(server), `locations of ${server.key}`, server.at)
  const content = contentScope(server, server.level, `scope:${server.key}/no location`, 0, server.directive, false)
  draft.closeLater({ kind: 'enter', scope: content }, null, (later) => {
    later.imply('search', always, { kind: 'set-variable', name: flow.changed, value: literal('') })
    later.imply('search', always, { kind: 'set-variable', name: flow.handler, value: literal('') })
    if (server.uses.has('if')) later.imply('search', always, { kind: 'set-variable', name: flow.passing, value: literal('') })
    if (server.hasInnerSettings) addServerSettings(server, later)
    const { definite, prefixes } = searchOrder(locations, !makesOddPaths(server))
    for (const choice of definite) addChoice(server, later, choice, ids)
    for (const choice of prefixes) addChoice(server, later, choice, ids)
  })
}

/** Can a rule make a URI without a slash in front? */
function makesOddPaths(server: ServerContext): boolean {
  return allDirectives([server.directive]).some((directive) => {
    const name = nameOf(directive)
    const target = name === 'rewrite' ? argument(directive, 1) : name === 'try_files' || name === 'error_page' ? argument(directive, directive.args.length - 1) : '/'
    return !/^(?:\/|https?:|\$scheme|\$uri|@|=)/.test(target)
  })
}

function addChoice(server: ServerContext, draft: ScopeDraft, { when, location, redirects }: Choice, ids: ReadonlyMap<Location, string>): void {
  const at = headOf(location.directive)
  const name = locationName(location)
  if (!redirects) {
    draft.add(name, when, { kind: 'enter', scope: ids.get(location) ?? '' }, at)
    return
  }
  // Whether the location is internal is looked at first.
  if (location.isInternal) draft.add(name, { kind: 'and', of: [when, not(isSet(flow.internal, at))] }, { kind: 'enter', scope: ids.get(location) ?? '' }, at)
  const relative = setting({ directives: childrenOf(location.directive), parent: server.level }, 'absolute_redirect') === 'off'
  const text = fromBytes(escapedPath(toBytes(location.text)))
  const start = relative ? [] : origin({ server, draft, at })
  draft.imply(`${name} with a slash`, when, { kind: 'redirect', status: 301, to: { kind: 'location', ignoreEmpty: false, value: { parts: [...start, text, variable('is_args'), variable('args')], text: `${location.text}$is_args$args` } } }, at)
}

/** Scopes of one location and those nested in it. */
export function compileLocation(server: ServerContext, location: Location, parent: Level, ids: ReadonlyMap<Location, string>): void {
  const { directive } = location
  const level: Level = { directives: childrenOf(directive), parent }
  const id = ids.get(location) ?? ''
  const name = locationName(location)
  const at = headOf(directive)
  const draft = new ScopeDraft(server.state, id, `${name} of ${server.key}`, at, name)
  const hasOwn = hasOwnSettings(server, level)
  const list = rewriteRules(level.directives)
  const pass = list.length === 0 && location.pattern === null && isOnlyPassedOn(server, level) ? plainPassOf(server, level) : null
  if (pass !== null) {
    if (hasOwn) server.state.inEffect.set(id, level)
    addPlainPass({ server, level, replaces: replacedBy(location) }, draft, pass.directive, pass.target, hasOwn ? (later) => { addSettings(server.state, later, level, id) } : null)
    for (const nested of location.nested) compileLocation(server, nested, level, ids)
    return
  }
  if (hasOwn) addSettings(server.state, draft, level, draft.id)
  const replaces = replacedBy(location)
  if (location.pattern !== null) addCaptures(server, draft, variable('uri'), location.pattern, at)
  const [internal] = server.uses.has('internal') ? inherited(level, 'internal') : []
  if (internal !== undefined) addFailure(server, level, draft, not(isSet(flow.internal, internal.span)), 404, 'internal', 'respond', internal.span)
  addMethodLimit(server, level, draft, id, replaces)
  addUnmodelled(server, level, draft)
  const content = contentScope(server, level, `${id}/content`, replaces, directive, true)
  if (list.length === 0) draft.close({ kind: 'enter', scope: content })
  else {
    const after = freshScopeId(server.state, `${id}/rules`)
    const place = { server, level, kind: 'location' as const, id, title: `${name} of ${server.key}`, heading: name, after, handlerOf: (block: Directive) => blockName(level, block) }
    const rules = new ScopeDraft(server.state, after, `${name} of ${server.key}`, at, name)
    addSearchAgain(server, rules)
    rules.close({ kind: 'enter', scope: content })
    addRewrites(place, draft, list, (end) => { end.close({ kind: 'enter', scope: after }) })
  }
  for (const nested of location.nested) compileLocation(server, nested, level, ids)
}

/** Length of the start of a URI that a target with one of its own takes the place of. */
function replacedBy({ kind, text }: Location): number {
  return kind === 'prefix' || kind === 'exact' ? toBytes(text).length : 0
}

/** Does a location without rules do nothing but pass requests on? Most of a big config do, and one scope is enough then. */
function isOnlyPassedOn(server: ServerContext, level: Level): boolean {
  const { uses } = server
  return !uses.has('internal') && !uses.has('limit_except') && !uses.has('if') && !uses.has('try_files') && !mayRefuse(server) && !isUnmodelled(level) && handlerOf(level, false)?.name.value === 'proxy_pass'
}

/** Other methods get a configuration of their own, in which not even rewrites of the location count (N-METH-1). */
function addMethodLimit(server: ServerContext, level: Level, draft: ScopeDraft, id: string, replaces: number): void {
  if (!server.uses.has('limit_except')) return
  const [limit] = named(level.directives, 'limit_except')
  if (limit === undefined) return
  const allowed = values(limit).map((method) => method.toUpperCase())
  const methods = allowed.includes('GET') ? [...allowed, 'HEAD'] : allowed
  const inner: Level = { directives: childrenOf(limit), parent: level }
  const scope = contentScope(server, inner, `${id}/limit_except`, replaces, limit, false)
  draft.add('limit_except', not(test(variable('method'), { kind: 'exact', values: methods, ignoreCase: false }, headOf(limit))), { kind: 'enter', scope }, headOf(limit))
}

const handlers: ReadonlySet<string> = new Set(['proxy_pass', 'fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'grpc_pass', 'memcached_pass', 'stub_status', 'empty_gif', 'mp4', 'flv', 'dav_methods'])

function handlerOf(level: Level, inherits: boolean): Directive | null {
  const own = level.directives.find((directive) => handlers.has(nameOf(directive)))
  return own ?? (inherits && level.parent !== null ? handlerOf(level.parent, false) : null)
}

/** What a location does with a request once no rule took it away: access, files, handler. Returns the id of the scope. */
function contentScope(server: ServerContext, level: Level, id: string, replaces: number, directive: Directive, isLocation: boolean): string {
  const [files] = named(level.directives, 'try_files')
  const isPlain = files === undefined && isLocation && !mayRefuse(server) && named(level.directives, 'if').length === 0
  if (isPlain) return handlerScope(server, level, `${id}/handler`, replaces, directive, false)
  const draft = new ScopeDraft(server.state, freshScopeId(server.state, id), `content of ${id.slice('scope:'.length)}`, headOf(directive), headingOf(server, directive))
  if (nameOf(directive) === 'limit_except' && hasSettings(level)) addSettings(server.state, draft, level, draft.id)
  // The last `if` that was true provides the handler (N-IF-1).
  const blocks = isLocation ? named(level.directives, 'if') : []
  for (const block of blocks) {
    const inner: Level = { directives: childrenOf(block), parent: level }
    const name = blockName(level, block)
    const scope = handlerScope(server, inner, `${id}/${name}`, replaces, block, true)
    draft.imply(name, isText(variable(flow.handler), name, headOf(block)), { kind: 'enter', scope }, headOf(block))
  }
  if (nameOf(directive) !== 'limit_except') addAccess(server, level, draft)
  const handler = handlerScope(server, level, `${id}/handler`, replaces, directive, nameOf(directive) === 'limit_except')
  if (files === undefined) return draft.close({ kind: 'enter', scope: handler })
  addTryFiles(server, level, draft, files, handler)
  return draft.id
}

/** A place as its author wrote it; the files of a server that has no location for a request by its name. */
function headingOf(server: ServerContext, directive: Directive): string {
  return nameOf(directive) === 'server' ? server.key : headWords(directive)
}

/** The condition of a block, with a number where an earlier block has the same one. */
function blockName(level: Level, block: Directive): string {
  let names = blockNames.get(level.directives)
  if (names === undefined) {
    const found = new Map<string, string>()
    const counts = new Map<string, number>()
    for (const one of named(level.directives, 'if')) {
      const words = headWords(one)
      const count = (counts.get(words) ?? 0) + 1
      counts.set(words, count)
      const place = `${one.span.file}:${one.span.start}`
      if (!found.has(place)) found.set(place, count === 1 ? words : `${words}~${count}`)
    }
    names = found
    blockNames.set(level.directives, names)
  }
  return names.get(`${block.span.file}:${block.span.start}`) ?? headWords(block)
}

const blockNames = new WeakMap<readonly Directive[], ReadonlyMap<string, string>>()

function handlerScope(server: ServerContext, level: Level, id: string, replaces: number, directive: Directive, inherits: boolean): string {
  const draft = new ScopeDraft(server.state, freshScopeId(server.state, id), `handler of ${id.slice('scope:'.length).replace(/\/(?:content|handler)/g, '')}`, headOf(directive), headingOf(server, directive))
  if (nameOf(directive) === 'if' && hasSettings(level)) addSettings(server.state, draft, level, draft.id)
  if (inherits) addAccess(server, level, draft)
  const handler = handlerOf(level, inherits)
  // The handler of an earlier block stays in place, and finds nobody to pass the request on to (oracle random-configs).
  if (handler === null && nameOf(directive) === 'if') addFailure(server, level, draft, isSet(flow.passing, headOf(directive)), 500, 'a block without a handler', 'respond', headOf(directive))
  // Nobody wrote that files are served, or that the handler around counts here, too.
  const everywhere = nameOf(directive) === 'server' && childrenOf(directive).some((child) => nameOf(child) === 'location' && argument(child, child.args.length - 1) === '/' && ['', '^~'].includes(child.args.length > 1 ? argument(child, 0) : ''))
  if (everywhere || (inherits && handler !== null && !level.directives.includes(handler))) draft.implyEnd()
  const place: PassPlace = { server, level, replaces }
  if (handler === null) addStatic(server, level, draft, directive)
  else if (nameOf(handler) === 'proxy_pass') addProxyPass(place, draft, handler)
  else if (nameOf(handler).endsWith('_pass') && nameOf(handler) !== 'memcached_pass') addOtherPass(place, draft, handler)
  else {
    addGap(server.state, 'opaque-action', handler, 'what this handler answers is not modelled')
    draft.close({ kind: 'opaque', text: wordsOf(handler), reason: 'what this handler answers is not modelled' }, headOf(handler))
  }
  return draft.id
}

interface ServerText {
  readonly text: string
  readonly hasPatterns: boolean
  /** Whether the text has a word of `index`. */
  readonly names: Map<string, boolean>
}

const serverTexts = new WeakMap<ServerContext, ServerText>()

/** May an index file be for another location? Asked for each location, about the text of the whole server. */
function mayLeadElsewhere(server: ServerContext, level: Level): boolean {
  let known = serverTexts.get(server)
  if (known === undefined) {
    const hasPatterns = childrenOf(server.directive).some((one) => nameOf(one) === 'location' && argument(one, 0).startsWith('~'))
    const text = hasPatterns ? '' : wordsOf(server.directive)
    known = { text, hasPatterns: hasPatterns || /location (?:~|"?~)/.test(text), names: new Map() }
    serverTexts.set(server, known)
  }
  if (known.hasPatterns) return true
  const { text, names } = known
  return inherited(level, 'index').some((index) => values(index).some((value) => {
    let found = names.get(value)
    if (found === undefined) names.set(value, found = text.includes(`/${value}`))
    return found
  }))
}

/** Files on disk. An index file is a request of its own, for which locations are searched anew (N-IDX-1). */
function addStatic(server: ServerContext, level: Level, draft: ScopeDraft, directive: Directive): void {
  const [alias] = named(level.directives, 'alias')
  const root = alias === undefined ? (setting(level, 'root') ?? 'html') : `alias ${argument(alias, 0)}`
  if (mayLeadElsewhere(server, level)) {
    const [index] = inherited(level, 'index')
    for (const file of index === undefined ? ['index.html'] : values(index)) {
      const at = index?.span ?? headOf(directive)
      const there = { kind: 'opaque' as const, text: `${file} is in ${root}`, reason: 'which files there are is not known', dependsOn: 'request' as const, origin: at }
      const scope = new ScopeDraft(server.state, freshScopeId(server.state, `${draft.id}/index ${file}`), `index of ${server.key}`, at)
      if (file.startsWith('/')) addTarget(scope, { server, draft: scope, at }, file)
      else scope.imply('uri', always, { kind: 'set-variable', name: 'uri', value: { parts: [variable('uri'), file], text: `$uri${file}` } }, at)
      scope.close({ kind: 'enter', scope: serverScopes.redirected(server) })
      draft.imply('index', { kind: 'and', of: [test(variable('uri'), { kind: 'suffix', values: ['/'], ignoreCase: false }, at), there] }, { kind: 'enter', scope: scope.id }, at)
    }
  }
  // Where there is an error page, what is not on disk is routed on.
  for (const status of [404, 403, 405]) {
    const found = { kind: 'opaque' as const, text: `files in ${root} answer ${status}`, reason: 'which files there are is not known', dependsOn: 'request' as const, origin: headOf(directive) }
    if (hasErrorPage(level, status)) addFailure(server, level, draft, found, status, `files answer ${status}`, 'respond', headOf(directive))
  }
  // Which file it is is part of what the client gets.
  draft.imply('send', always, { kind: 'send-target', value: { parts: [variable('uri')], text: '$uri' } }, headOf(directive))
  draft.close({ kind: 'serve', root }, headOf(directive))
}

/** Only the last word is a redirect; the others are files that the handler of this location serves (N-TRY-1). */
function addTryFiles(server: ServerContext, level: Level, draft: ScopeDraft, files: Directive, handler: string): void {
  const words = values(files)
  const at = files.span
  const root = setting(level, 'root') ?? setting(level, 'alias') ?? 'html'
  const reason = 'which files there are is not known'
  addGap(server.state, 'opaque-condition', files, reason)
  for (const word of words.slice(0, -1)) draft.imply('try_files', { kind: 'opaque', text: `${word} is in ${root}`, reason, dependsOn: 'request', origin: at }, { kind: 'enter', scope: handler }, at)
  const last = words[words.length - 1] ?? ''
  if (/^=\d+$/.test(last)) {
    addFailure(server, level, draft, always, Number(last.slice(1)), 'try_files', 'respond', at)
    draft.close({ kind: 'respond', status: Number(last.slice(1)), why: wordsOf(files) }, at)
  } else if (last.startsWith('@')) draft.close({ kind: 'enter', scope: toNamed(server, last) })
  else {
    const scope = new ScopeDraft(server.state, freshScopeId(server.state, `${draft.id}/try_files ${last}`), `try_files of ${server.key}`, at)
    if (/^\$\w+\/?$/.test(last)) scope.imply('uri', always, { kind: 'set-variable', name: 'uri', value: templateOf(last, { server, draft: scope, at }) }, at)
    else addTarget(scope, { server, draft: scope, at }, last)
    scope.close({ kind: 'enter', scope: serverScopes.redirected(server) })
    draft.close({ kind: 'enter', scope: scope.id })
  }
}

/** Scopes through which a changed URI gets back to the search. Source: N-RW-1; src ngx_http_internal_redirect. */
export function compileReturns(server: ServerContext): void {
  const at = server.at
  const tooMany = { kind: 'respond' as const, status: 500, why: 'more than ten changes of location' }
  const again = new ScopeDraft(server.state, serverScopes.again(server), `changed URI of ${server.key}`, at)
  addJump(again, at)
  again.imply('again', not(isJumpedOut(at)), { kind: 'enter', scope: serverScopes.locations(server) })
  again.close(tooMany)
  const redirected = new ScopeDraft(server.state, serverScopes.redirected(server), `internal redirect of ${server.key}`, at)
  addJump(redirected, at)
  for (const name of [flow.internal, flow.rewritten]) redirected.imply('internal', always, { kind: 'set-variable', name, value: literal('1') })
  redirected.imply('internal', always, { kind: 'set-variable', name: flow.broken, value: literal('') })
  redirected.imply('again', not(isJumpedOut(at)), { kind: 'enter', scope: `${serverScopes.rewrites(server)}/rules` })
  redirected.close(tooMany)
}
