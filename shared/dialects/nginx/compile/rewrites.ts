import { always, type Predicate, type Template, type View } from '#shared/model/predicate.ts'
import type { Action } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import type { ServerContext } from './context.ts'
import { addAnswer, addFailure, addIsArgs, flow, isSet, serverScopes } from './fail.ts'
import { setting, type Level } from './levels.ts'
import { groupsIn, patternOf, type Pattern } from './patterns.ts'
import { freshScopeId, ScopeDraft } from './state.ts'
import { asView, hasVariables, isText, literal, not, templateOf, test, variable, view, type Reading } from './variables.ts'
import { argument, childrenOf, headOf, headWords, nameOf, wordsOf } from './words.ts'

/** Where a list of rewrite directives stands and where it leads. */
export interface RewritePlace {
  readonly server: ServerContext
  readonly level: Level
  readonly kind: 'server' | 'location'
  /** Prefix of ids of scopes that belong to it. */
  readonly id: string
  readonly title: string
  /** What the place is called in pictures. */
  readonly heading: string
  /** Scope that follows when no rule left the list. */
  readonly after: string
  /** Name by which a block of a true `if` is known as the handler; made for blocks in locations. */
  handlerOf(block: Directive): string
}

const rewriting: ReadonlySet<string> = new Set(['rewrite', 'if', 'set', 'return', 'break'])

/** The ordered statements among directives. */
export function rewriteRules(directives: readonly Directive[]): readonly Directive[] {
  return directives.filter((directive) => rewriting.has(nameOf(directive)))
}

/** How a list goes on behind one rule. */
interface Onwards {
  /** Steps of the rules to come; null: nothing comes. */
  readonly draft: ScopeDraft | null
  /** What is left to do when everything behind is closed. */
  readonly last: (() => void) | null
}

const ends: Onwards = { draft: null, last: null }

/** Adds rules to `draft`, which is closed here, at the latest with `place.after`. Source: reference section 7. */
export function addRewrites(place: RewritePlace, draft: ScopeDraft, rules: readonly Directive[], rest: (draft: ScopeDraft) => void): void {
  // Lists may be long: what comes back to an earlier rule is kept in a list, not on the stack.
  const later: (() => void)[] = []
  let open: ScopeDraft | null = draft
  for (let index = 0; index < rules.length && open !== null; index += 1) {
    const onwards: Onwards = addRule(place, open, rules[index] as Directive, index === rules.length - 1, rest)
    if (onwards.last !== null) later.push(onwards.last)
    open = onwards.draft
  }
  if (open !== null) rest(open)
  for (let index = later.length - 1; index >= 0; index -= 1) later[index]?.()
}

function addRule(place: RewritePlace, draft: ScopeDraft, rule: Directive, isLast: boolean, rest: (draft: ScopeDraft) => void): Onwards {
  const { server } = place
  const reading: Reading = { server, draft, at: headOf(rule) }
  switch (nameOf(rule)) {
    case 'set':
      draft.add('set', always, { kind: 'set-variable', name: argument(rule, 0).replace(/^\$/, '').toLowerCase(), value: templateOf(argument(rule, 1), reading) }, rule.span)
      if (['args', 'query_string'].includes(argument(rule, 0).slice(1).toLowerCase())) {
        draft.imply('set', always, { kind: 'set-variable', name: 'args', value: templateOf(argument(rule, 1), reading) }, rule.span)
        draft.imply('set', always, { kind: 'set-variable', name: flow.rewritten, value: literal('1') }, rule.span)
        addIsArgs(draft, rule.span)
      }
      return { draft, last: null }
    case 'return':
      addReturn(place, draft, rule, reading)
      draft.close({ kind: 'respond', status: 500, why: 'nothing is left after return' })
      return ends
    case 'break':
      draft.imply('break', isSet(flow.changed, rule.span), { kind: 'set-variable', name: flow.broken, value: literal('1') }, rule.span)
      draft.imply('break', always, { kind: 'set-variable', name: flow.changed, value: literal('') }, rule.span)
      draft.close({ kind: 'enter', scope: place.after })
      return ends
    case 'rewrite': return addRewrite(place, draft, rule, reading, isLast, rest)
    default: return addIf(place, draft, rule, reading, isLast, rest)
  }
}

/** A scope for the rest of a list, for what comes from different ways. `open`: null where it is complete. */
function continuation(place: RewritePlace, name: string, isLast: boolean, rest: (draft: ScopeDraft) => void): { readonly scope: string; readonly open: ScopeDraft | null } {
  const { state, at } = place.server
  if (!isLast) {
    const draft = new ScopeDraft(state, freshScopeId(state, `${place.id}/after ${name}`), place.title, at, place.heading)
    return { scope: draft.id, open: draft }
  }
  const id = `${place.id}/rules end`
  if (state.scopes.has(id)) return { scope: id, open: null }
  const draft = new ScopeDraft(state, freshScopeId(state, id), place.title, at, place.heading)
  rest(draft)
  return { scope: draft.id, open: null }
}

function addRewrite(place: RewritePlace, draft: ScopeDraft, rule: Directive, reading: Reading, isLast: boolean, rest: (draft: ScopeDraft) => void): Onwards {
  const { server } = place
  const pattern = patternOf(argument(rule, 0), false)
  const replacement = argument(rule, 1)
  const flag = argument(rule, 2)
  const uri = variable('uri')
  const matches = matching(uri, pattern, rule.span)
  const scope = new ScopeDraft(server.state, freshScopeId(server.state, `${place.id}/rewrite ${argument(rule, 0)}`), place.title, rule.span, place.heading)
  draft.add('rewrite', matches, { kind: 'enter', scope: scope.id }, rule.span)
  const inside: Reading = { ...reading, draft: scope }
  addCaptures(server, scope, uri, pattern, rule.span)
  const redirects = flag === 'redirect' || flag === 'permanent' || /^(?:https?:\/\/|\$scheme)/.test(replacement)
  const dropsArgs = replacement.endsWith('?')
  const text = dropsArgs ? replacement.slice(0, -1) : replacement
  const mark = text.indexOf('?')
  const path = mark === -1 ? text : text.slice(0, mark)
  const query = mark === -1 ? null : text.slice(mark + 1)
  const capturesIn = (part: string): boolean => /\$\{?[1-9]/.test(part)
  // Captures in redirects and arguments are escaped where the target has percent signs or pluses.
  if ((redirects && capturesIn(text)) || (query !== null && capturesIn(query))) {
    const escapes = test(view({ kind: 'path-and-query' }), { kind: 'regex', patterns: ['^[^?#]*[%+]'], ignoreCase: false, dialect: 'pcre' }, rule.span)
    scope.add('escape', escapes, { kind: 'opaque', text: wordsOf(rule), reason: 'how captured parts are escaped again is not worked out' }, rule.span)
  }
  if (redirects) {
    const args: readonly (string | View)[] = dropsArgs ? [] : [variable('redirect args')]
    if (!dropsArgs) {
      scope.imply('arguments', always, { kind: 'set-variable', name: 'redirect args', value: literal('') }, rule.span)
      scope.imply('arguments', not(isText(variable('args'), '', rule.span)), { kind: 'set-variable', name: 'redirect args', value: { parts: [query === null ? '?' : '&', variable('args')], text: '$args' } }, rule.span)
    }
    const target = templateOf(text, inside)
    addRedirect(place, scope, flag === 'permanent' ? 301 : 302, { parts: [...target.parts, ...args], text: replacement }, inside)
    scope.close({ kind: 'respond', status: 500, why: 'nothing is left after a redirect' })
    return { draft, last: null }
  }
  scope.imply('uri', always, { kind: 'set-variable', name: 'new uri', value: templateOf(path, inside) }, rule.span)
  if (query !== null) {
    scope.imply('arguments', always, { kind: 'set-variable', name: 'new args', value: templateOf(query, inside) }, rule.span)
    if (!dropsArgs) scope.imply('arguments', not(isText(variable('args'), '', rule.span)), { kind: 'set-variable', name: 'new args', value: { parts: [variable('new args'), '&', variable('args')], text: '$args' } }, rule.span)
    scope.imply('arguments', always, { kind: 'set-variable', name: 'args', value: { parts: [variable('new args')], text: query } }, rule.span)
  } else if (dropsArgs) scope.imply('arguments', always, { kind: 'set-variable', name: 'args', value: literal('') }, rule.span)
  addIsArgs(scope, rule.span)
  scope.add('uri', always, { kind: 'set-variable', name: 'uri', value: { parts: [variable('new uri')], text: path } }, rule.span)
  for (const name of [flow.rewritten, flow.internal]) scope.imply('uri', always, { kind: 'set-variable', name, value: literal('1') }, rule.span)
  scope.imply('uri', always, { kind: 'set-variable', name: flow.changed, value: literal(flag === 'break' ? '' : '1') }, rule.span)
  if (flag === 'break') scope.imply('uri', always, { kind: 'set-variable', name: flow.broken, value: literal('1') }, rule.span)
  if (flag === 'last' || flag === 'break') {
    scope.close({ kind: 'enter', scope: place.after })
    return { draft, last: null }
  }
  const next = continuation(place, `rewrite ${argument(rule, 0)}`, isLast, rest)
  return {
    draft: next.open,
    last: () => {
      scope.close({ kind: 'enter', scope: next.scope })
      draft.close({ kind: 'enter', scope: next.scope })
    },
  }
}

export function matching(seen: View, pattern: Pattern, at: Span): Predicate {
  return test(seen, { kind: 'regex', patterns: [pattern.source], ignoreCase: pattern.ignoreCase, dialect: 'pcre' }, at)
}

/** What a pattern that matched leaves in `$1` … and its named groups. */
export function addCaptures(server: ServerContext, draft: ScopeDraft, seen: View, pattern: Pattern, at: Span): void {
  const captured = (group: number): View => ({ ...seen, transforms: [...seen.transforms, { kind: 'capture', pattern: pattern.source, ignoreCase: pattern.ignoreCase, group }] })
  const count = groupsIn(pattern.source)
  for (const group of server.groups) draft.imply('capture', always, { kind: 'set-variable', name: `capture ${group}`, value: group <= count ? captured(group) : literal('') }, at)
  for (const [name, group] of pattern.names) draft.imply('capture', always, { kind: 'set-variable', name: name.toLowerCase(), value: captured(group) }, at)
}

/** A redirect; a target that starts with a slash gets scheme, name and port of the request (N-RET-1, N-PORT-1). */
function addRedirect(place: RewritePlace, draft: ScopeDraft, status: number, target: Template, reading: Reading): void {
  const to = (value: Template): Action => ({ kind: 'redirect', status, to: { kind: 'location', value, ignoreEmpty: false } })
  const [first] = target.parts
  const startsWithPath = typeof first === 'string' ? first.startsWith('/') : first !== undefined && (first.field.kind === 'path-and-query' || (first.field.kind === 'variable' && first.field.name === 'uri'))
  const relative = setting(place.level, 'absolute_redirect') === 'off'
  const whole: Template = { parts: [...origin(reading), ...target.parts], text: target.text }
  if (relative || (typeof first === 'string' && !startsWithPath)) draft.add('redirect', always, to(target), reading.at)
  else if (startsWithPath) draft.add('redirect', always, to(whole), reading.at)
  else {
    const seen = asView(target, 'the target of the redirect', reading)
    draft.add('redirect', test(seen, { kind: 'prefix', values: ['/'], ignoreCase: false }, reading.at), to(whole), reading.at)
    draft.add('redirect', always, to(target), reading.at)
  }
}

/** Scheme, host and port that stand before a path in a redirect. */
export function origin(reading: Reading): readonly (string | View)[] {
  return [view({ kind: 'scheme' }), '://', variable(flow.host), ...(setting(reading.server.level, 'port_in_redirect') === 'off' ? [] : [variable(flow.port)])]
}

const redirectCodes: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

function addReturn(place: RewritePlace, draft: ScopeDraft, rule: Directive, reading: Reading): void {
  const first = argument(rule, 0)
  const code = /^\d+$/.test(first) ? Number(first) : null
  const text = code === null ? first : rule.args.length > 1 ? argument(rule, 1) : null
  if (code === null || (text !== null && redirectCodes.has(code))) addRedirect(place, draft, code ?? 302, templateOf(text ?? '', reading), reading)
  else if (code === 444) draft.add('return', always, { kind: 'close' }, rule.span)
  else if (text !== null) addAnswer(place.server, draft, always, { kind: 'respond', status: code, why: wordsOf(rule), contents: templateOf(text, reading) }, 'return', rule.span)
  else if (code >= 300) addFailure(place.server, place.level, draft, always, code, 'return', 'respond', rule.span)
  else addAnswer(place.server, draft, always, { kind: 'respond', status: code, why: wordsOf(rule) }, 'return', rule.span)
}

/** A condition, and what the pattern in it captures. */
function conditionOf(rule: Directive, reading: Reading): { readonly when: Predicate; readonly captures: { readonly seen: View; readonly pattern: Pattern } | null } {
  const words = rule.args.map(({ value }) => value)
  words[0] = (words[0] ?? '').replace(/^\(/, '')
  const last = words.length - 1
  words[last] = (words[last] ?? '').replace(/\)$/, '')
  const [subject = '', operator, ...operands] = words.filter((word, index) => word !== '' || (index > 0 && index < last) || rule.args[index]?.quote !== null)
  const opaque = (reason: string): { readonly when: Predicate; readonly captures: null } => {
    reading.server.state.gaps.push({ kind: 'opaque-condition', text: headWords(rule), reason, at: headOf(rule) })
    return { when: { kind: 'opaque', text: headWords(rule), reason, dependsOn: 'request', origin: headOf(rule) }, captures: null }
  }
  if (/^!?-[fdex]$/.test(subject)) return opaque('whether a file is there is not known')
  if (!subject.startsWith('$')) return opaque('the condition is not modelled')
  const seen = asView(templateOf(subject, reading), subject, reading)
  if (operator === undefined) return { when: not(test(seen, { kind: 'exact', values: ['', '0'], ignoreCase: false }, headOf(rule))), captures: null }
  const operand = operands[0] ?? ''
  switch (operator) {
    case '=': case '!=': {
      if (hasVariables(operand)) return opaque('it compares two values of the request')
      const equal = isText(seen, operand, headOf(rule))
      return { when: operator === '=' ? equal : not(equal), captures: null }
    }
    case '~': case '~*': case '!~': case '!~*': {
      const pattern = patternOf(operand, operator.endsWith('*'))
      const when = matching(seen, pattern, headOf(rule))
      return operator.startsWith('!') ? { when: not(when), captures: null } : { when, captures: { seen, pattern } }
    }
    default: return opaque('the condition is not modelled')
  }
}

function addIf(place: RewritePlace, draft: ScopeDraft, rule: Directive, reading: Reading, isLast: boolean, rest: (draft: ScopeDraft) => void): Onwards {
  const { server } = place
  const { when, captures } = conditionOf(rule, reading)
  const inner = rewriteRules(childrenOf(rule))
  const name = headWords(rule)
  const block = new ScopeDraft(server.state, freshScopeId(server.state, `${place.id}/${name}`), `${name} of ${place.title}`, headOf(rule), place.heading)
  draft.add('if', when, { kind: 'enter', scope: block.id }, headOf(rule))
  if (captures !== null) addCaptures(server, block, captures.seen, captures.pattern, headOf(rule))
  if (place.kind === 'location') block.add('handler', always, { kind: 'set-variable', name: flow.handler, value: literal(place.handlerOf(rule)) }, headOf(rule))
  const passes = (one: Directive): boolean => nameOf(one).endsWith('_pass')
  if (place.kind === 'location' && childrenOf(rule).some(passes) && !place.level.directives.some(passes)) block.imply('handler', always, { kind: 'set-variable', name: flow.passing, value: literal('1') }, headOf(rule))
  const leaves = inner.length > 0 && ['return', 'break'].includes(nameOf(inner[inner.length - 1] as Directive))
  const level: Level = { directives: childrenOf(rule), parent: place.level }
  if (leaves) {
    addRewrites({ ...place, level }, block, inner, () => undefined)
    return { draft, last: null }
  }
  const next = continuation(place, name, isLast, rest)
  return {
    draft: next.open,
    last: () => {
      addRewrites({ ...place, level, id: block.id }, block, inner, (end) => { end.close({ kind: 'enter', scope: next.scope }) })
      draft.close({ kind: 'enter', scope: next.scope })
    },
  }
}

/** Scope to go on with when a list ended: a new search where a rewrite changed the URI. */
export function addSearchAgain(server: ServerContext, draft: ScopeDraft): void {
  let parts = searchesAgain.get(server)
  if (parts === undefined) searchesAgain.set(server, parts = { when: isSet(flow.changed, server.at), does: { kind: 'enter', scope: serverScopes.again(server) } })
  draft.imply('search again', parts.when, parts.does)
}

/** The same for every location of a server. */
const searchesAgain = new WeakMap<ServerContext, { readonly when: Predicate; readonly does: Action }>()
