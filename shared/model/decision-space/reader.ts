import { toBytes } from '#shared/requests/bytes.ts'
import { always, never, type Formula } from '#shared/requests/space/world.ts'
import { parseIp } from '#shared/requests/ip.ts'
import type { Span } from '#shared/text/span.ts'
import { Closures } from './closures.ts'
import type { Definition } from './definitions.ts'
import { describePredicate } from '../describe.ts'
import type { Field, Predicate, Template, Test, View } from '../predicate.ts'
import type { RoutingModel } from '../routing-model.ts'
import { existsMatching, matchingOf, type Matching } from './matching.ts'
import { methodHolds } from './method-tests.ts'
import { RequestValues } from './request-values.ts'
import type { Space } from './space.ts'
import { sentPath } from './spellings.ts'
import { stateKey, type State } from './state.ts'
import type { Term } from './term.ts'
import { Tests, type Words } from './tests.ts'
import { countHolds, isList, nthOf } from './value-lists.ts'
import { ViewTransforms } from './view-transforms.ts'

/** Reads conditions, values and templates of one config as formulas and terms over the request that arrived. */
export class Reader {
  readonly space: Space
  readonly tests: Tests
  readonly closures: Closures
  private readonly transforms: ViewTransforms
  readonly values: RequestValues
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
    this.values = new RequestValues(this, this.closures, this.normalises)
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
    if (view.type === 'method' && view.field.kind === 'method' && matcher.kind === 'exact' && view.transforms.length === 0) return methodHolds(this, matcher, state, words)
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
    if (field.kind === 'header-count') return countHolds(this, this.values.headerList(state, field.name, field.split), view.transforms, matching, words)
    const values = this.values.of(field, state, at)
    if (isList(values)) {
      return this.tests.anyHolds(values, this.transforms.of(view, state), matching, words, (list) => this.space.terms.read(list.variable), (transforms, term) => this.transforms.apply(transforms, term))
    }
    return this.tests.holds(this.transforms.apply(this.transforms.of(view, state), values), matching, words)
  }

  /** The one value that counts when a view is used as a value. */
  term(view: View, state: State, at: Span): Term {
    const { terms } = this.space
    if (view.field.kind === 'header-count') return terms.unknown(`count ${this.values.headerList(state, view.field.name, view.field.split).id}`, 'a count used as a value', at)
    const values = this.values.of(view.field, state, at)
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
