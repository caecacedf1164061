import { asciiLower, toBytes } from '#shared/requests/bytes.ts'
import { contains } from '#shared/requests/languages/language.ts'
import { regexLanguage } from '#shared/requests/languages/regex-language.ts'
import { never, type Formula } from '#shared/requests/space/world.ts'
import { compileRegex } from '#shared/requests/regex.ts'
import type { Span } from '#shared/text/span.ts'
import type { Template } from '../predicate.ts'
import type { Effect } from '../routing-model.ts'
import { exactly, integerMatching, matchingOf } from './matching.ts'
import type { Reader } from './reader.ts'
import { changed, stateKey, variableOf, type HeaderStep, type State } from './state.ts'
import type { Term, TermList } from './term.ts'
import { countHolds, nthOf } from './value-lists.ts'

/** An effect as a change of terms. `refuses`: requests that it ends with 400 instead. */
export interface Applied {
  readonly state: State
  readonly refuses: Formula
}

/** Applies `effect` where `when` holds; same rules as the simulator (route: `effects.ts`). */
export function applyToTerms(reader: Reader, effect: Effect, state: State, when: Formula, at: Span): Applied {
  const { terms } = reader.space
  const done = (change: Parameters<typeof changed>[2]): Applied => ({ state: changed(terms, state, change, when), refuses: never })
  const text = (template: Template): Term => reader.template(template, state, at)
  switch (effect.kind) {
    case 'note': return { state, refuses: never }
    case 'opaque-effect': return { state: unsettled(reader, effect, state, when, at), refuses: never }
    case 'set-path': return done({ path: pathValue(reader, text(effect.value), state, at), ...withoutUrl(reader, state) })
    case 'set-query': return done({ query: queryValue(reader, text(effect.value), state) })
    case 'set-path-and-query': case 'set-target': return done(targetValue(reader, text(effect.value), effect.kind === 'set-target', state, when, at))
    case 'send-target': return done({ path: text(effect.value), query: terms.absent, form: terms.text('origin') })
    case 'replace': return done(replaced(reader, effect, state, when, at))
    case 'set-method': return done({ method: text(effect.value) })
    case 'set-header': case 'add-header': case 'delete-header': case 'replace-header': return done(withHeaders(reader, state, headerStep(reader, effect, state, when, at)))
    case 'set-variable': {
      const value = 'parts' in effect.value ? text(effect.value) : reader.term(effect.value, state, at)
      const old = variableOf(terms, state, effect.name, at)
      const next = terms.maybeAbsent(value) ? terms.choose(reader.tests.present(value), value, old) : value
      return done({ variables: new Map([...state.variables, [effect.name, terms.choose(when, next, old)]]) })
    }
    case 'unset-variable': return done({ variables: new Map([...state.variables, [effect.name, terms.choose(when, terms.absent, variableOf(terms, state, effect.name, at))]]) })
    case 'normalize-uri': return normalized(reader, effect, state, when)
    case 'set-source': return done({ sourceIp: kept(reader, addressTerm(reader, reader.term(effect.value, state, at), state, at), state.sourceIp) })
    case 'set-destination': return done({ localIp: kept(reader, addressTerm(reader, reader.term(effect.value, state, at), state, at), state.localIp) })
    case 'set-source-port': return done({ sourcePort: kept(reader, reader.term(effect.value, state, at), state.sourcePort) })
    case 'set-destination-port': return done({ localPort: kept(reader, reader.term(effect.value, state, at), state.localPort) })
  }
}

/** Whatever the effect may touch is unknown from here on, where it does anything at all. */
function unsettled(reader: Reader, effect: Extract<Effect, { readonly kind: 'opaque-effect' }>, state: State, when: Formula, at: Span): State {
  const { terms, world } = reader.space
  // A number for the state, not its text: that holds the keys of earlier effects, and would double with each.
  const key = `${effect.text} on ${reader.space.numberOf(stateKey(state))}`
  const acts = world.and(when, reader.opaque(`effect ${key}`, effect.text, effect.reason, at))
  const unknown = (what: string): Term => terms.unknown(`${what} after ${key}`, effect.reason, at)
  const list = terms.unknownList(`headers after ${key}`, effect.reason, at)
  const headers: HeaderStep = { key: `any ${key}`, name: null, when: acts, matches: () => true, apply: () => list }
  // Names with a blank are our own bookkeeping, which nothing in a product can touch.
  const variables = new Map([...state.variables].map(([name, value]) => [name, name.includes(' ') ? value : terms.choose(acts, unknown(`var(${name})`), value)] as const))
  const change = { path: unknown('path'), query: unknown('query'), method: unknown('method'), form: unknown('form of the target'), authority: unknown('host of the target'), headers: [...state.headers, headers], variables, unsettled: [...state.unsettled, { when: acts, key, reason: effect.reason, at }] }
  return changed(terms, state, change, acts)
}

/** A path that is set where a URL has none takes the place of the whole URL (measured on 2.6). */
function withoutUrl(reader: Reader, state: State): { readonly form?: Term } {
  const { terms } = reader.space
  if (!terms.maybeAbsent(state.path) || (state.form.kind === 'text' && state.form.text === 'origin')) return {}
  return { form: terms.choose(reader.tests.present(state.path), state.form, terms.text('origin')) }
}

/** An absent value changes nothing. */
function kept(reader: Reader, value: Term, old: Term): Term {
  return reader.space.terms.choose(reader.tests.present(value), value, old)
}

/** Addresses that come from a text are opaque: what is no address leaves the old one. */
function addressTerm(reader: Reader, value: Term, state: State, at: Span): Term {
  return value.kind === 'read' && value.variable.encoding === 'address' ? value : reader.space.terms.unknown(`address ${value.id} ${stateKey(state)}`, 'an address that comes from a text', at)
}

/** Can the text hold a `?`? Only literals and the path itself are known not to. */
function staysPath(term: Term, path: Term): boolean {
  if (term === path) return true
  switch (term.kind) {
    case 'text': return !term.text.includes('?')
    case 'absent': return true
    case 'concat': return term.parts.every((part) => staysPath(part, path))
    case 'choose': return staysPath(term.then, path) && staysPath(term.otherwise, path)
    case 'apply': return (term.transform.kind === 'lower' || term.transform.kind === 'upper' || term.transform.kind === 'substring' || term.transform.kind === 'field' || term.transform.kind === 'word' || (term.transform.kind === 'regsub' && !term.transform.replacement.includes('?'))) && staysPath(term.of, path)
    case 'read': return term.variable.key === 'path' && term.facet.kind === 'any'
    case 'unknown': return false
  }
}

function startsWithSlash(term: Term, path: Term): boolean {
  if (term === path) return true
  switch (term.kind) {
    case 'text': return term.text.startsWith('/')
    case 'concat': return term.parts[0] !== undefined && startsWithSlash(term.parts[0], path)
    case 'choose': return startsWithSlash(term.then, path) && startsWithSlash(term.otherwise, path)
    case 'apply': return (term.transform.kind === 'lower' || term.transform.kind === 'upper') && startsWithSlash(term.of, path)
    default: return term.kind === 'read' && term.variable.key === 'path'
  }
}

function pathValue(reader: Reader, value: Term, state: State, at: Span): Term {
  if (staysPath(value, state.path) && startsWithSlash(value, state.path)) return value
  return reader.space.terms.unknown(`path ${value.id} over ${state.path.id}`, 'the new path depends on values that may hold a question mark or start without a slash', at)
}

function queryValue(reader: Reader, value: Term, state: State): Term {
  const { terms } = reader.space
  if (value.kind === 'text') return terms.choose(reader.tests.present(state.query), value, value.text === '' ? terms.absent : value)
  const empty = reader.tests.holds(value, matchingOf({ kind: 'exact', values: [''], ignoreCase: false }), (negated) => `the new query is ${negated ? 'not ' : ''}empty`)
  const present = reader.tests.present(state.query)
  return terms.choose(present, value, terms.choose(empty, terms.absent, value))
}

/** A new path and query out of one value: split at a literal `?`, or ending in what the request had. */
function targetValue(reader: Reader, value: Term, isTarget: boolean, state: State, when: Formula, at: Span): Parameters<typeof changed>[2] {
  const { terms } = reader.space
  const whole = reader.values.pathAndQuery(state)
  if (value === whole && !isTarget) return {}
  // A whole new target is written as it is.
  const form = isTarget ? { form: terms.text('origin') } : withoutUrl(reader, state)
  const parts = value.kind === 'concat' ? value.parts : [value]
  const last = parts[parts.length - 1]
  const before = parts.slice(0, -1)
  if (last === whole && before.every((part) => part.kind === 'text' && !part.text.includes('?')) && before[0]?.kind === 'text' && before[0].text.startsWith('/')) return { ...form, path: terms.concat([...before, state.path]), query: terms.choose(reader.tests.present(state.path), state.query, terms.absent) }
  const at1 = parts.findIndex((part) => part.kind === 'text' && part.text.includes('?'))
  const unknown = (): Parameters<typeof changed>[2] => {
    const key = `target ${value.id} over ${stateKey(state)}`
    const reason = 'the new target cannot be taken apart'
    return { path: terms.unknown(`path of ${key}`, reason, at), query: terms.unknown(`query of ${key}`, reason, at), ...(isTarget ? { form: terms.unknown(`form of ${key}`, reason, at), authority: terms.unknown(`host in ${key}`, reason, at), headers: [...state.headers, unknownHost(reader, key, when, at)] } : {}) }
  }
  const split = parts[at1]
  const head = at1 === -1 ? parts : [...parts.slice(0, at1), terms.text(split?.kind === 'text' ? (split.text.split('?', 1)[0] ?? '') : '')]
  const path = terms.concat(head)
  if (!staysPath(path, state.path) || !startsWithSlash(path, state.path)) return unknown()
  if (at1 === -1) return { ...form, path, query: terms.absent }
  const rest = split?.kind === 'text' ? split.text.slice(split.text.indexOf('?') + 1) : ''
  return { ...form, path, query: terms.concat([terms.text(rest), ...parts.slice(at1 + 1)]) }
}

function unknownHost(reader: Reader, key: string, when: Formula, at: Span): HeaderStep {
  const list = reader.space.terms.unknownList(`host of ${key}`, 'the new target may name a host', at)
  return { key: `host ${key}`, name: 'host', when, matches: (name) => name === 'host', apply: () => list }
}

const isLiteralPattern = /^\^((?:[A-Za-z0-9/_~%=@:,;-]|\\[./+*?()[\]{}|^$\\-])*)(\(\.\*\))?(\$)?$/

/** Search and replace over the target; a literal prefix with the rest kept is exact, anything else is an opaque function of what it reads. */
function replaced(reader: Reader, effect: Extract<Effect, { readonly kind: 'replace' }>, state: State, when: Formula, at: Span): Parameters<typeof changed>[2] {
  const { terms, world } = reader.space
  const whole = effect.part !== 'path'
  const subject = whole ? reader.values.pathAndQuery(state) : state.path
  const replacement = reader.template(effect.replacement, state, at)
  const shape = isLiteralPattern.exec(effect.pattern)
  const literal = shape === null ? '' : toBytes((shape[1] ?? '').replace(/\\(.)/g, '$1'))
  const takesRest = shape?.[2] !== undefined
  const onlyRest = replacement.kind === 'text' && !/\\[02-9]/.test(replacement.text) && replacement.text.split('\\1').length === 2 && replacement.text.endsWith('\\1')
  const plain = replacement.kind === 'text' && !replacement.text.includes('\\')
  if (shape !== null && takesRest && literal.startsWith('/') && !literal.includes('?') && onlyRest && replacement.text.startsWith('/') && !replacement.text.includes('?')) {
    const starts = reader.tests.holds(state.path, matchingOf({ kind: 'prefix', values: [literal], ignoreCase: false }), (negated) => `path ${negated ? 'does not start' : 'starts'} with ${literal}`)
    // A whole URL does not start with a slash.
    const applies = effect.part === 'target' ? world.and(starts, reader.tests.holds(state.form, exactly(['origin']), (negated) => `the target is ${negated ? '' : 'not '}a whole URL`)) : starts
    const rest = terms.apply({ kind: 'substring', offset: literal.length, length: null }, state.path)
    return { path: terms.choose(applies, terms.concat([terms.text(replacement.text.slice(0, -2)), rest]), state.path) }
  }
  if (!whole && plain && replacement.text.startsWith('/') && !replacement.text.includes('?')) {
    const matching = matchingOf({ kind: 'regex', patterns: [effect.pattern], ignoreCase: false, dialect: 'pcre' })
    const matches = reader.tests.holds(state.path, matching, (negated) => `path ${negated ? 'does not match' : 'matches'} the pattern ${effect.pattern}`)
    return { path: terms.choose(matches, replacement, state.path) }
  }
  const key = `replace ${effect.part} ${effect.pattern} ${replacement.id} in ${subject.id}`
  const reason = `what ${effect.pattern} makes of it is not worked out`
  const path = terms.unknown(`path of ${key}`, reason, at)
  // What does not match stays as it is. A whole URL is matched with its scheme and name, so anything may match there.
  const matching = matchingOf({ kind: 'regex', patterns: [effect.pattern], ignoreCase: false, dialect: 'pcre' })
  const found = reader.tests.holds(subject, matching, (negated) => `the ${whole ? 'target' : 'path'} ${negated ? 'does not match' : 'matches'} the pattern ${effect.pattern}`)
  const matches = effect.part === 'target' ? world.or(found, world.not(reader.tests.holds(state.form, exactly(['origin']), (negated) => `the target is ${negated ? '' : 'not '}a whole URL`)), world.not(reader.tests.present(state.path))) : found
  if (!whole) return { path: terms.choose(matches, path, state.path) }
  const target = { path: terms.choose(matches, path, state.path), query: terms.choose(matches, terms.unknown(`query of ${key}`, reason, at), state.query) }
  if (effect.part !== 'target') return target
  return { ...target, form: terms.choose(matches, terms.unknown(`form of ${key}`, reason, at), state.form), authority: terms.choose(matches, terms.unknown(`host in ${key}`, reason, at), state.authority), headers: [...state.headers, unknownHost(reader, key, world.and(when, matches), at)] }
}

/** One more change of headers; a Host that changes changes the host of a whole URL too, one that goes does not. */
function withHeaders(reader: Reader, state: State, step: HeaderStep): Parameters<typeof changed>[2] {
  const headers = [...state.headers, step]
  if (!step.matches('host')) return { headers }
  const { terms } = reader.space
  const old = reader.values.headerList(state, 'host', 'comma')
  const [was, is] = [nthOf(reader, old, -1), nthOf(reader, step.apply(old), -1)]
  if (is === was || is.kind === 'absent') return { headers }
  const follows = terms.maybeAbsent(is) ? terms.choose(reader.tests.present(is), is, state.authority) : is
  return { headers, authority: follows }
}

type HeaderEffect = Extract<Effect, { readonly kind: 'set-header' | 'add-header' | 'delete-header' | 'replace-header' }>

function headerStep(reader: Reader, effect: HeaderEffect, state: State, when: Formula, at: Span): HeaderStep {
  const { terms } = reader.space
  const name = asciiLower(toBytes(effect.name))
  const only = (key: string, apply: (list: TermList) => TermList): HeaderStep => ({ key: `${effect.kind} ${name} ${key}`, name, when, matches: (other) => other === name, apply })
  switch (effect.kind) {
    case 'set-header': {
      const value = reader.template(effect.value, state, at)
      return only(String(value.id), () => terms.items([value]))
    }
    case 'add-header': {
      const value = reader.template(effect.value, state, at)
      return only(String(value.id), (list) => terms.append(list, value))
    }
    case 'replace-header': {
      const replacement = reader.template(effect.replacement, state, at)
      const key = `${effect.each} ${effect.pattern} ${replacement.id}`
      return only(key, (list) => replacedList(reader, list, effect, replacement, key, at))
    }
    case 'delete-header': {
      if (effect.match === 'exact') return only('', () => terms.items([]))
      return { key: `delete ${effect.match} ${name}`, name: null, when, matches: nameTest(effect.match, name), apply: () => terms.items([]) }
    }
  }
}

function nameTest(match: 'prefix' | 'suffix' | 'substring' | 'regex', text: string): (name: string) => boolean {
  switch (match) {
    case 'prefix': return (name) => name.startsWith(text)
    case 'suffix': return (name) => name.endsWith(text)
    case 'substring': return (name) => name.includes(text)
    case 'regex': {
      const compiled = compileRegex(text, { ignoreCase: false, dialect: 'pcre' })
      return (name) => compiled.ok && compiled.regex.test(name)
    }
  }
}

/** Where the replacement is plain text, each value becomes it or stays; otherwise the result is opaque where the pattern matches. */
function replacedList(reader: Reader, list: TermList, effect: Extract<Effect, { readonly kind: 'replace-header' }>, replacement: Term, key: string, at: Span): TermList {
  const { terms, world } = reader.space
  if (list.kind === 'choose-list') return terms.chooseList(list.when, replacedList(reader, list.then, effect, replacement, key, at), replacedList(reader, list.otherwise, effect, replacement, key, at))
  const pattern = matchingOf({ kind: 'regex', patterns: [effect.pattern], ignoreCase: false, dialect: 'pcre' })
  const language = regexLanguage(toBytes(effect.pattern), { ignoreCase: false, dialect: 'pcre', match: 'search' })
  const words = (negated: boolean): string => `header ${effect.name} ${negated ? 'does not match' : 'matches'} the pattern ${effect.pattern}`
  if (list.kind === 'items' && replacement.kind === 'text' && !replacement.text.includes('\\') && language.ok) {
    return terms.items(list.items.map((item) => {
      if (item.kind === 'text') return contains(language.language, item.text) ? replacement : item
      return terms.choose(reader.tests.holds(item, pattern, words), replacement, item)
    }))
  }
  const replaced = terms.unknownList(`replaced ${effect.name} ${key} in ${list.id}`, `what ${effect.pattern} makes of the header is not worked out`, at)
  if (list.kind !== 'base' || !language.ok) return replaced
  const isLine = list.variable.key.endsWith(' as lines')
  const some = reader.tests.anyHolds(list, [], pattern, words, (one) => terms.read(one.variable), (_, term) => term)
  if (isLine === (effect.each === 'line')) return terms.chooseList(some, replaced, list)
  // A line with one value is that value; of other lines nothing is known.
  const several = (negated: boolean): string => `header ${effect.name} has ${negated ? 'one value or none' : 'several values'}`
  return terms.chooseList(isLine ? reader.tests.present(terms.read(list.variable)) : world.or(some, countHolds(reader, list, [], integerMatching([[2, null]]), several)), replaced, list)
}

/** Text without which a normalizer changes nothing. */
const signs: Readonly<Record<string, string>> = {
  'path-merge-slashes': '//', 'path-strip-dot': '.', 'path-strip-dotdot': '..', 'percent-decode-unreserved': '%', 'percent-to-uppercase': '%', 'query-sort-by-name': '&',
}

function normalized(reader: Reader, effect: Extract<Effect, { readonly kind: 'normalize-uri' }>, state: State, when: Formula): Applied {
  const { terms, world } = reader.space
  const { normalizer, argument } = effect
  const transform = { kind: 'normalize-uri', normalizer, argument } as const
  // A part without what the normalizer looks for stays as it is.
  const sign = signs[normalizer]
  const touched = (part: Term): Formula => (sign === undefined ? reader.tests.present(part)
    : reader.tests.holds(part, matchingOf({ kind: 'substring', values: [sign], ignoreCase: false }), (negated) => `the target ${negated ? 'does not contain' : 'contains'} ${sign}`))
  const onPath = (): Term => terms.choose(touched(state.path), terms.apply(transform, state.path), state.path)
  switch (normalizer) {
    case 'path-merge-slashes': case 'path-strip-dot': case 'path-strip-dotdot': return { state: changed(terms, state, { path: onPath() }, when), refuses: never }
    case 'percent-decode-unreserved': case 'percent-to-uppercase': {
      const query = terms.choose(touched(state.query), terms.apply(transform, state.query), state.query)
      const next = changed(terms, state, { path: onPath(), query }, when)
      if (argument !== 'strict') return { state: next, refuses: never }
      // A percent sign that no two hex digits follow.
      const broken = matchingOf({ kind: 'regex', patterns: ['%(?:[^0-9a-fA-F]|$|[0-9a-fA-F](?:[^0-9a-fA-F]|$))'], ignoreCase: false, dialect: 'pcre' })
      const words = (negated: boolean): string => `the target has ${negated ? 'no ' : 'a '}broken percent sequence`
      return { state: next, refuses: world.and(when, world.or(reader.tests.holds(state.path, broken, words), reader.tests.holds(state.query, broken, words))) }
    }
    // A target that arrives has no fragment.
    case 'fragment-strip': case 'fragment-encode': return { state, refuses: never }
    default: return { state: changed(terms, state, { query: terms.choose(touched(state.query), terms.apply(transform, state.query), state.query) }, when), refuses: never }
  }
}

