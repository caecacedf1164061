import type { Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { Predicate } from '../predicate.ts'
import type { Listener } from '../routing-model.ts'
import type { Term, TermList, Terms } from './term.ts'

/** What is fixed for every request that this comparison looks at. */
export interface Arrival {
  readonly listener: Listener
  /** The client speaks TLS. */
  readonly tls: boolean
  /** The balancer ends TLS, or there is none: it can read the request. */
  readonly readable: boolean
}

/** One change of headers; `apply` is asked for names that `matches`. */
export interface HeaderStep {
  readonly key: string
  /** Null: more names than one. */
  readonly name: string | null
  readonly when: Formula
  readonly matches: (name: string) => boolean
  readonly apply: (list: TermList) => TermList
}

/** The request at one point of the rules, as terms over what arrived. Effects make a new one. */
export interface State {
  readonly arrival: Arrival
  readonly path: Term
  readonly query: Term
  readonly method: Term
  /** How the target is written: `origin` or `absolute`. */
  readonly form: Term
  /** Host part of a target that is a whole URL. It follows the Host header, except where that goes (H-RW-1). */
  readonly authority: Term
  readonly headers: readonly HeaderStep[]
  readonly variables: ReadonlyMap<string, Term>
  readonly sourceIp: Term
  readonly sourcePort: Term
  readonly localIp: Term
  readonly localPort: Term
  /** What rules made of the addresses of the connection, as text; empty: nothing. */
  readonly connection: string
  /** Unmodelled effects so far: where one holds, every value may be anything that its text stands for. */
  readonly unsettled: readonly { readonly when: Formula; readonly key: string; readonly reason: string; readonly at: Span }[]
  /** Effects so far, for naming what changed. */
  readonly log: readonly { readonly key: string; readonly at: Span }[]
  readonly formulas: Map<Predicate, Formula>
  readonly lists: Map<string, TermList>
}

export type StateChange = Partial<Pick<State, 'path' | 'query' | 'method' | 'form' | 'authority' | 'headers' | 'variables' | 'sourceIp' | 'sourcePort' | 'localIp' | 'localPort' | 'unsettled' | 'log'>>

/** `state` with `change` where `when` holds; variables, headers, `unsettled` and `log` are taken as they are. */
export function changed(terms: Terms, state: State, change: StateChange, when: Formula): State {
  const choose = (key: 'path' | 'query' | 'method' | 'form' | 'authority' | 'sourceIp' | 'sourcePort' | 'localIp' | 'localPort'): Term => {
    const next = change[key]
    return next === undefined ? state[key] : terms.choose(when, next, state[key])
  }
  const touches = change.sourceIp !== undefined || change.sourcePort !== undefined || change.localIp !== undefined || change.localPort !== undefined
  const next: State = {
    arrival: state.arrival, path: choose('path'), query: choose('query'), method: choose('method'), form: choose('form'), authority: choose('authority'), headers: change.headers ?? state.headers,
    variables: change.variables ?? state.variables, unsettled: change.unsettled ?? state.unsettled, log: change.log ?? state.log,
    sourceIp: choose('sourceIp'), sourcePort: choose('sourcePort'), localIp: choose('localIp'), localPort: choose('localPort'), connection: state.connection, formulas: new Map(), lists: new Map(),
  }
  return touches ? { ...next, connection: `${next.sourceIp.id} ${next.sourcePort.id} ${next.localIp.id} ${next.localPort.id}` } : next
}

/** Value of a variable; one that nothing set is absent, unless something unmodelled may have set it. Names with a blank are no variables of a product. */
export function variableOf(terms: Terms, state: State, name: string, at: Span): Term {
  const known = state.variables.get(name)
  if (known !== undefined) return known
  if (name.includes(' ')) return terms.absent
  if (name.startsWith('proc.')) return terms.unknown(`var(${name})`, 'process variables are set at run time', at)
  return state.unsettled.reduce<Term>((term, effect) => terms.choose(effect.when, terms.unknown(`var(${name}) after ${effect.key}`, effect.reason, effect.at), term), terms.absent)
}

/** Everything the request became, as text: equal texts are equal requests. */
export function stateKey(state: State): string {
  return [
    state.path.id, state.query.id, state.method.id, state.form.id, state.authority.id, state.sourceIp.id, state.sourcePort.id, state.localIp.id, state.localPort.id,
    ...state.headers.map((step) => `${step.key} ${step.when}`), ...[...state.variables].map(([name, term]) => `${name}=${term.id}`),
  ].join(' ')
}

const numbers = new WeakMap<State, number>()

/** Number that is equal for states in which every request looks alike; of one space. */
export function stateNumber(reader: { readonly space: { readonly stateNumbers: Map<string, number> } }, state: State): number {
  let number = numbers.get(state)
  if (number === undefined) {
    const known = reader.space.stateNumbers
    const { listener, tls, readable } = state.arrival
    const key = `${stateKey(state)} ${listener.group} ${listener.name ?? ''} ${listener.number} ${listener.tls === null ? '' : listener.tls.alpn.join(',')} ${tls} ${readable}`
    number = known.get(key) ?? known.size
    known.set(key, number)
    numbers.set(state, number)
  }
  return number
}
