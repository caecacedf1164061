import { toBytes } from '#shared/requests/bytes.ts'
import { queryParameterValues } from '#shared/requests/http-values.ts'
import type { Variable } from '#shared/requests/space/variable.ts'
import { always, never, type Formula } from '#shared/requests/space/world.ts'
import { parseIp } from '#shared/requests/ip.ts'
import type { Span } from '#shared/text/span.ts'
import { Closures } from './closures.ts'
import type { Definition } from './definitions.ts'
import { describePredicate } from '../describe.ts'
import type { Field, Matcher, Predicate, Template, Test, View } from '../predicate.ts'
import type { RoutingModel } from '../routing-model.ts'
import { existsMatching, literalMatching, matchingOf, type Matching } from './matching.ts'
import type { Space } from './space.ts'
import { lookedUpHost, sentHost, sentPath } from './spellings.ts'
import { stateKey, variableOf, type State } from './state.ts'
import type { Term, TermList } from './term.ts'
import { Tests, type Words } from './tests.ts'
import { countHolds, firstOf, isList, nthOf } from './value-lists.ts'
import { ViewTransforms } from './view-transforms.ts'

/** Methods the product knows by number (H-METH-1); tests of them look at the method as it arrived. */
const knownMethods = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT']

/** Reads conditions, values and templates of one config as formulas and terms over the request that arrived. */
export class Reader {
  readonly space: Space
  readonly tests: Tests
  readonly closures: Closures
  private readonly transforms: ViewTransforms
  /** Chance is drawn anew each time; the n-th draw of one share on one side is the n-th on the other. */
  private readonly draws = new Map<number, number>()

  /** Variables that something behind the rules reads. */
  readonly readLater: ReadonlySet<string>
  /** Variable with the place whose settings count; null: there is none. */
  readonly settingsVariable: string | null

  readonly side: 'before' | 'after'
  private readonly normalises: boolean

  constructor(space: Space, model: Pick<RoutingModel, 'tables' | 'scopes' | 'pools' | 'listeners' | 'surroundings' | 'requests'>, side: 'before' | 'after' = 'after', outside: readonly Definition[] = []) {
    this.space = space
    this.side = side
    this.normalises = model.requests === 'normalised'
    this.readLater = model.surroundings.readLater
    this.settingsVariable = model.surroundings.inEffect?.variable ?? null
    this.closures = new Closures(space, model, outside)
    this.tests = new Tests(space.world, (name) => this.closures.table(this.closures.idOf(name)))
    this.transforms = new ViewTransforms(this, this.closures)
  }

  formula(predicate: Predicate, state: State): Formula {
    switch (predicate.kind) {
      case 'true': return always
      case 'false': return never
      default: break
    }
    let formula = state.formulas.get(predicate)
    if (formula === undefined) {
      formula = this.fresh(predicate, state)
      if (predicate.kind !== 'chance') state.formulas.set(predicate, formula)
    }
    return formula
  }

  private fresh(predicate: Predicate, state: State): Formula {
    const { world } = this.space
    switch (predicate.kind) {
      case 'true': return always
      case 'false': return never
      case 'not': return world.not(this.formula(predicate.of, state))
      case 'named': return this.formula(predicate.of, state)
      case 'and': return world.all(predicate.of.map((part) => this.formula(part, state)))
      case 'or': return world.any(predicate.of.map((part) => this.formula(part, state)))
      case 'test': return this.test(predicate, state)
      case 'opaque': {
        const version = `${predicate.dependsOn === 'request' ? ` ${stateKey(state)}` : ''} ${this.closures.of(predicate.text)}`
        return this.opaque(`${predicate.dependsOn} ${predicate.text}${version}`, predicate.text, predicate.reason, predicate.origin)
      }
      case 'chance': {
        if (predicate.share <= 0) return never
        if (predicate.share >= 1) return always
        const draw = (this.draws.get(predicate.share) ?? 0) + 1
        this.draws.set(predicate.share, draw)
        const text = `chance of ${Math.round(predicate.share * 1000) / 10} %`
        return this.opaque(`${text} #${draw}`, text, 'it is drawn anew for each request', predicate.origin, predicate.share)
      }
    }
  }

  /** A condition that no request decides as far as we can tell. */
  opaque(key: string, text: string, reason: string, at: Span, chance: number | null = null): Formula {
    const formula = this.tests.flag(key, (negated) => `${negated ? 'not ' : ''}{ ${text} }`)
    if (!this.space.flags.has(formula)) this.space.flags.set(formula, { text, reason, at, side: this.side, chance })
    return formula
  }

  private test(test: Test, state: State): Formula {
    const { view, matcher } = test
    const ignoresCase = 'ignoreCase' in matcher && matcher.ignoreCase
    const rewritten = isRewritten(view.field, state, this.space.readsTwice ? sentPath(this) : null) ? ' after rewriting' : ''
    const words: Words = (negated, detailed = false) =>
      `${describePredicate(negated ? { kind: 'not', of: test } : test)}${ignoresCase && (detailed || !isCaseless(view.field)) ? ' (in any case)' : detailed && 'ignoreCase' in matcher && !view.transforms.some((one) => one.kind === 'lower') ? ' (in this case only)' : ''}${rewritten}`
    if (view.type === 'method' && view.field.kind === 'method' && matcher.kind === 'exact' && view.transforms.length === 0) return this.methodTest(matcher, state, words)
    const matching = matchingOf(matcher)
    const formula = this.viewHolds(view, state, matching, words, test.origin)
    this.noteFlag(formula, words(false), test.origin)
    if (view.absentAs !== 'empty') return formula
    const { world } = this.space
    const language = matching.language()
    const empty = language !== null && this.tests.holds(this.space.terms.empty, matching, words) === always
    return empty ? world.or(formula, world.not(this.viewHolds(view, state, existsMatching, words, test.origin))) : formula
  }

  /** Remembers where an opaque test stands, so that it can be named. */
  private noteFlag(formula: Formula, text: string, at: Span): void {
    const atom = this.space.world.atomOf(formula)
    const plain = formula & ~1
    if (atom?.kind === 'flag' && !this.space.flags.has(plain)) this.space.flags.set(plain, { text, reason: 'a request alone does not decide it', at, side: this.side, chance: null })
  }

  private viewHolds(view: View, state: State, matching: Matching, words: Words, at: Span): Formula {
    const { field } = view
    if (field.kind === 'header-count') return countHolds(this, this.headerList(state, field.name, field.split), view.transforms, matching, words)
    const values = this.fieldOf(field, state, at)
    if (isList(values)) {
      return this.tests.anyHolds(values, this.transforms.of(view, state), matching, words, (list) => this.space.terms.read(list.variable), (transforms, term) => this.transforms.apply(transforms, term))
    }
    return this.tests.holds(this.transforms.apply(this.transforms.of(view, state), values), matching, words)
  }

  private methodTest(matcher: Extract<Matcher, { readonly values: readonly string[] }>, state: State, words: Words): Formula {
    const { world, terms, variables } = this.space
    if (!state.arrival.readable) return never
    const arrived = terms.read(variables.method)
    const exact = (term: Term, values: readonly string[], ignoreCase: boolean): Formula => (values.length === 0 ? never : this.tests.holds(term, literalMatching('exact', values, ignoreCase), words))
    const known = matcher.values.filter((value) => knownMethods.includes(value))
    const other = matcher.values.filter((value) => !knownMethods.includes(value))
    const arrivedKnown = this.tests.holds(arrived, literalMatching('exact', knownMethods, false), (negated) => `the method is ${negated ? 'not ' : ''}a common one`)
    const unknownMatch = exact(state.method, other, matcher.ignoreCase)
    return world.or(exact(arrived, known, false), unknownMatch === never ? never : world.and(world.not(arrivedKnown), unknownMatch))
  }

  /** Every value of a field: a list where all of them count, a term where there is at most one. */
  private fieldOf(field: Field, state: State, at: Span): Term | TermList {
    const { terms, variables } = this.space
    const { arrival } = state
    const constant = (text: string | null): Term => (text === null ? terms.absent : terms.text(toBytes(text)))
    switch (field.kind) {
      case 'constant': return constant(field.value)
      case 'variable': return variableOf(terms, state, field.name, at)
      case 'state': return terms.unknown(`state ${this.closures.of(field.text)}`, `it depends on live state (${field.name})`, at)
      case 'opaque': return terms.unknown(`${this.closures.of(field.text)} of ${stateKey(state)}`, field.reason, at)
      case 'source-ip': return state.sourceIp
      case 'source-port': return state.sourcePort
      case 'local-ip': return state.localIp
      case 'local-port': return state.localPort
      case 'sni': return (field.seen === 'terminated' ? arrival.listener.tls !== null : arrival.listener.tls === null && arrival.tls) ? terms.read(variables.sni) : terms.absent
      case 'alpn':
        if (field.seen === 'peeked') return arrival.listener.tls === null && arrival.tls ? terms.base(variables.alpn('peeked', [])) : terms.absent
        return arrival.listener.tls === null ? terms.absent : terms.read(variables.alpn('terminated', arrival.listener.tls.alpn))
      case 'tls': return constant(arrival.listener.tls === null ? '0' : '1')
      case 'tls-hello-type': return arrival.listener.tls === null && arrival.tls ? constant('1') : terms.absent
      case 'listener-name': return constant(arrival.listener.name)
      case 'listener-id': return constant(String(arrival.listener.number))
      case 'entry-name': return constant(arrival.listener.group)
      case 'scheme': return constant(arrival.listener.tls === null ? 'http' : 'https')
      default: return arrival.readable ? this.requestField(field, state, at) : terms.absent
    }
  }

  private requestField(field: Field, state: State, at: Span): Term | TermList {
    const { terms, variables } = this.space
    switch (field.kind) {
      case 'method': return terms.choose(this.arrivedKnown(), terms.read(variables.method), state.method)
      case 'http-version': return terms.read(variables.httpVersion)
      case 'path': return state.path
      case 'query': return state.query
      case 'path-and-query': return this.pathAndQuery(state)
      case 'normalised-path': return terms.read(variables.normalisedPath)
      case 'host-name': return lookedUpHost(this)
      case 'target': return this.target(state)
      case 'base': return terms.choose(this.tests.present(firstOf(this, this.headerList(state, 'host', 'comma'))), terms.concat([firstOf(this, this.headerList(state, 'host', 'comma')), state.path]), state.path)
      case 'header': {
        const list = this.headerList(state, field.name.toLowerCase(), field.split)
        return field.occurrence === null || field.occurrence === 0 ? list : nthOf(this, list, field.occurrence)
      }
      case 'cookie': {
        const cookies = this.headerList(state, 'cookie', 'comma')
        return cookies.kind === 'base' ? terms.base(variables.cookie(field.name)) : terms.unknownList(`cookie ${field.name} of ${cookies.id}`, 'the Cookie header was rewritten', at)
      }
      case 'query-parameter': return this.parameter(field.name, field.delimiter, state.query, state, at)
      default: return terms.unknown(field.kind, 'not modelled', at)
    }
  }

  private arrivedKnown(): Formula {
    return this.tests.holds(this.space.terms.read(this.space.variables.method), literalMatching('exact', knownMethods, false), (negated) => `the method is ${negated ? 'not ' : ''}a common one`)
  }

  pathAndQuery(state: State): Term {
    const { terms } = this.space
    const { path, query } = state
    const both = terms.choose(this.tests.present(query), terms.concat([path, terms.text('?'), query]), path)
    return terms.maybeAbsent(path) ? terms.choose(this.tests.present(path), both, terms.absent) : both
  }

  /** The whole target: origin form, absolute form, or `*` and what follows it. */
  private target(state: State): Term {
    const { terms, variables } = this.space
    const pathAndQuery = this.pathAndQuery(state)
    const absolute = this.tests.holds(state.form, literalMatching('exact', ['absolute'], false), (negated) => `the target is ${negated ? 'not ' : ''}a whole URL`)
    const start = [terms.read(variables.scheme), terms.text('://'), state.authority]
    const present = this.tests.present(state.path)
    const asterisk = [terms.text('*'), terms.read(variables.rest)]
    const other = terms.choose(this.tests.present(state.query), terms.concat([...asterisk, terms.text('?'), state.query]), terms.concat(asterisk))
    const bare = terms.choose(this.tests.present(state.query), terms.concat([...start, terms.text('?'), state.query]), terms.concat(start))
    return terms.choose(absolute, terms.choose(present, terms.concat([...start, pathAndQuery]), bare), terms.choose(present, pathAndQuery, other))
  }

  private parameter(name: string, delimiter: string, query: Term, state: State, at: Span): TermList {
    const { terms, variables } = this.space
    if (query.kind === 'choose') return terms.chooseList(query.when, this.parameter(name, delimiter, query.then, state, at), this.parameter(name, delimiter, query.otherwise, state, at))
    if (query.kind === 'read' && delimiter === '?') return terms.base(variables.parameter(name))
    if (query.kind === 'absent' && delimiter === '?') return terms.items([])
    if (query.kind === 'text' && delimiter === '?') return terms.items(queryParameterValues(`?${query.text}`, toBytes(name), '?').map((value) => terms.text(value)))
    return terms.unknownList(`parameter ${name} ${delimiter} of ${query.id} ${state.path.id}`, 'the query was rewritten', at)
  }

  /** Values of a header after every change so far. */
  headerList(state: State, name: string, split: 'comma' | 'line'): TermList {
    const key = `${split} ${name}`
    let list = state.lists.get(key)
    if (list === undefined) {
      const { terms, variables } = this.space
      list = name === 'host' ? terms.items([this.normalises || this.space.readsTwice ? sentHost(this) : terms.read(variables.host)]) : terms.base(split === 'comma' ? variables.header(name, 'comma') : this.lineVariable(name))
      for (const step of state.headers) if (step.matches(name)) list = terms.chooseList(step.when, step.apply(list), list)
      state.lists.set(key, list)
    }
    return list
  }

  private lineVariable(name: string): Variable {
    return this.space.variables.header(`${name} as lines`, 'line')
  }

  /** The one value that counts when a view is used as a value. */
  term(view: View, state: State, at: Span): Term {
    const { terms } = this.space
    if (view.field.kind === 'header-count') return terms.unknown(`count ${this.headerList(state, view.field.name, view.field.split).id}`, 'a count used as a value', at)
    const values = this.fieldOf(view.field, state, at)
    const one = isList(values) ? nthOf(this, values, view.pick === 'first' ? 1 : -1) : values
    const value = this.transforms.apply(this.transforms.of(view, state), one)
    return view.absentAs === 'empty' && terms.maybeAbsent(value) ? terms.choose(this.tests.present(value), value, terms.empty) : value
  }

  template(template: Template, state: State, at: Span): Term {
    const { terms } = this.space
    const parts = template.parts.map((part) => (typeof part === 'string' ? terms.text(toBytes(part)) : this.term(part, state, at)))
    const size = parts.reduce((sum, part) => sum + (part.kind === 'concat' ? part.parts.length : part.kind === 'text' ? part.text.length / 100 : 1), 0)
    if (size > mostParts) return terms.unknown(`${parts.map((part) => part.id).join('.')} in a row`, 'the value grows too long to be followed', at)
    return terms.concat(parts)
  }

  /** The request as it arrives at a listener. */
  initialState(arrival: State['arrival'], localIp: string, localPorts: readonly string[]): State {
    const { terms, variables } = this.space
    const ip = parseIp(localIp)
    const target = this.normalises ? { path: sentPath(this), form: terms.text('origin'), authority: terms.empty }
      : this.space.readsTwice ? { path: sentPath(this), form: terms.text('origin'), authority: terms.empty }
        : { path: terms.read(variables.path), form: terms.read(variables.form), authority: terms.read(variables.host) }
    return {
      arrival, ...target, query: terms.read(variables.query), method: terms.read(variables.method), headers: [], variables: new Map(),
      sourceIp: terms.read(variables.sourceIp), sourcePort: terms.read(variables.sourcePort),
      localIp: ip === null ? terms.read(variables.localIp) : terms.read(variables.fixedIp(ip)),
      localPort: localPorts.length === 1 ? terms.text(localPorts[0] as string) : terms.read(variables.localPort(arrival.listener.id, localPorts)),
      connection: '', unsettled: [], log: [], formulas: new Map(), lists: new Map(),
    }
  }
}

/** Parts that a value may be made of, a hundred bytes of text counted as one; rules that double a value a few dozen times would fill any memory. */
const mostParts = 20_000

/** Names whose case nobody expects to count. */
function isCaseless(field: Field): boolean {
  return (field.kind === 'header' && field.name === 'host') || field.kind === 'sni' || field.kind === 'method'
}

/** Whether a rule in front may have changed what the field holds. `sent`: the path that arrived; null: it is one variable. */
function isRewritten(field: Field, state: State, sent: Term | null): boolean {
  switch (field.kind) {
    case 'path': case 'path-and-query': case 'target': case 'base': return sent === null ? state.path.kind !== 'read' : state.path !== sent
    case 'query': case 'query-parameter': return state.query.kind !== 'read'
    case 'header': case 'header-count': return state.headers.some((step) => step.matches(field.name.toLowerCase()))
    case 'cookie': return state.headers.some((step) => step.matches('cookie'))
    case 'source-ip': return state.sourceIp.kind !== 'read'
    default: return false
  }
}
