import { toBytes } from '#shared/requests/bytes.ts'
import { queryParameterValues } from '#shared/requests/http-values.ts'
import type { Variable } from '#shared/requests/space/variable.ts'
import type { Span } from '#shared/text/span.ts'
import type { Field } from '../predicate.ts'
import type { Closures } from './closures.ts'
import { literalMatching } from './matching.ts'
import { arrivesKnown } from './method-tests.ts'
import type { Space } from './space.ts'
import { lookedUpHost, sentHost } from './spellings.ts'
import { stateKey, variableOf, type State } from './state.ts'
import type { Term, TermList } from './term.ts'
import type { TestGround } from './test-ground.ts'
import type { Tests } from './tests.ts'
import { firstOf, nthOf } from './value-lists.ts'

/** What the fields of a request hold at one point of the rules, as terms over the request that arrived. */
export class RequestValues {
  readonly space: Space
  readonly tests: Tests
  private readonly closures: Closures
  private readonly normalises: boolean

  /** `normalises`: the product reads targets decoded and hosts without capitals and port. */
  constructor({ space, tests }: TestGround, closures: Closures, normalises: boolean) {
    this.space = space
    this.tests = tests
    this.closures = closures
    this.normalises = normalises
  }

  /** Every value of a field: a list where all of them count, a term where there is at most one. */
  of(field: Field, state: State, at: Span): Term | TermList {
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
      case 'method': return terms.choose(arrivesKnown(this), terms.read(variables.method), state.method)
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
}
