import { toBytes } from '#shared/requests/bytes.ts'
import { Solver } from '#shared/requests/space/solver.ts'
import { always, never, type Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import { canonicalText } from '../canonical.ts'
import { otherwiseStep, poolsByReference, type PoolLookup } from '../decision-order.ts'
import type { Pool, ServerSelector } from '../pool.ts'
import type { Predicate, Template } from '../predicate.ts'
import { isAction, type Action, type RoutingModel, type Scope, type ScopeId, type Step } from '../routing-model.ts'
import { ChosenRule, type Chosen } from './chosen-rule.ts'
import { Condition } from './condition.ts'
import { depthOf } from './capture-depth.ts'
import type { DecidingRule, Destination } from './deciding-rule.ts'
import { applyToTerms } from './effects.ts'
import { ForwardRule, plainForwards } from './forward-rule.ts'
import { exactly } from './matching.ts'
import { modelDigest } from './model-digest.ts'
import type { Reader } from './reader.ts'
import { locationOf } from './redirect-location.ts'
import { refusals } from './refusals.ts'
import { selectedServers } from './server-selection.ts'
import type { State } from './state.ts'
import { templateLookup } from './template-lookup.ts'
import type { Term } from './term.ts'

/** Something that may change the outcome of requests and is not modelled. */
export interface OpaqueEffect {
  readonly formula: Formula
  readonly text: string
  readonly reason: string
  readonly at: Span
  readonly condition: Predicate
}

export interface DecisionList {
  readonly rules: readonly DecidingRule[]
  readonly opaque: readonly OpaqueEffect[]
}

/** Times that scopes are entered in one list. */
const maximumRuns = 400
/** Scopes of chains that are gone through in one list, besides two for each scope there is; ways that meet again go through the same ones. */
const maximumVisits = 10_000
/** How often a variable may be made of parts of itself; tests of such values grow with each time. */
const maximumDepth = 3
/** Beyond these it is looked at whether any request gets into a scope. */
const plainRuns = 100
/** What looking at that may cost in one list: each look takes as long as there are conditions on the way. */
const maximumLooks = 300_000
/** What one costs that is given up, in conditions: lists with some have hundreds. */
const vainLook = 3_000
const nowhere: Span = { file: '', start: 0, end: 0 }

/** Rules of one listener in the order in which the product decides, with everything folded in that happens on the way. */
export function decisionList(reader: Reader, model: RoutingModel, start: State): DecisionList {
  return new Builder(reader, model, start).build()
}

/** Owns the list while it grows. */
class Builder {
  private readonly reader: Reader
  private readonly model: RoutingModel
  private readonly start: State
  private readonly pools: PoolLookup
  private readonly balanced = new Map<Pool, Destination>()
  private readonly rules: DecidingRule[] = []
  private readonly opaque: OpaqueEffect[] = []
  private runs = 0
  private looks = 0
  private visits = 0
  private solver: Solver | null = null
  private digest: number | null = null

  constructor(reader: Reader, model: RoutingModel, start: State) {
    this.reader = reader
    this.model = model
    this.start = start
    this.pools = poolsByReference(model)
  }

  build(): DecisionList {
    const anything = new Condition(this.reader, null, null, null, always)
    if (this.reader.space.readsTwice && this.model.requests === 'normalised') {
      for (const { when, status } of refusals(this.reader, this.start)) this.push(anything.with(when), this.answer(status), this.start, null, null)
    }
    this.run(this.start.arrival.listener.entry, this.start, anything, null)
    return { rules: this.rules, opaque: this.opaque }
  }

  /** `chosen`: the pool whose own rules these are; its servers follow when none of them decides. */
  private run(entry: ScopeId, start: State, guard: Condition, chosen: Chosen | null, within = always): void {
    const { world } = this.reader.space
    this.runs += 1
    let state = start
    let id: ScopeId | null = entry
    while (id !== null) {
      const scope: Scope | undefined = this.model.scopes.get(id)
      if (scope === undefined) return
      this.visits += 1
      if (this.visits > maximumVisits + 2 * this.model.scopes.size) {
        this.pushFurther(guard, state, null, chosen)
        return
      }
      let here = guard
      const forwards = plainForwards(this.model, scope)
      for (let index = 0; index < scope.steps.length; index += 1) {
        const forward = forwards[index]
        if (forward !== null && forward !== undefined) {
          this.rules.push(new ForwardRule(here, scope, index, state, forward))
          continue
        }
        const step = scope.steps[index] as Step
        const at = step.origin[0] ?? null
        const condition = here.where(step.when, state)
        if (!isAction(step.does)) {
          const holds = condition.formula
          if (holds === never || step.does.kind === 'note') continue
          // A scope that was entered has a state of its own, which only requests see that are in it.
          const when = within === always ? holds : this.reader.formula(step.when, state)
          if (step.does.kind === 'opaque-effect') this.opaque.push({ formula: holds, text: step.does.text, reason: step.does.reason, at: at ?? nowhere, condition: step.when })
          const applied = applyToTerms(this.reader, step.does, state, when, at ?? nowhere)
          if (applied.refuses !== never) this.emit(here.with(applied.refuses), this.answer(400), state, step, chosen)
          state = { ...applied.state, log: [...state.log, { key: `${when} ${canonicalText(step.does)}`, at: at ?? nowhere }] }
        } else if (step.does.kind === 'leave') {
          here = here.with(world.not(this.reader.formula(step.when, state)))
          // It lets requests pass the rules below, so it takes part in what they decide.
          state = { ...state, log: [...state.log, { key: `leave ${condition.formula}`, at: at ?? nowhere }] }
        } else if (step.does.kind === 'enter') {
          this.enter(step.does.scope, state, condition, chosen, step)
          // Nobody gets past it.
          if (step.when.kind === 'true') return
          here = here.with(world.not(this.reader.formula(step.when, state)))
        } else {
          this.act(step.does, condition, state, step, chosen)
          if (within !== always && step.when.kind === 'true') return
        }
      }
      if (scope.next === null) {
        this.end(scope, guard, state, chosen)
        return
      }
      id = scope.next
    }
  }

  /** Scopes may be entered again and again; where nothing bounds that, the rest is not followed. */
  private enter(scope: ScopeId, state: State, condition: Condition, chosen: Chosen | null, step: Step): void {
    const holds = condition.formula
    if (holds === never || (this.runs > plainRuns && this.isImpossible(condition))) return
    if (this.runs < maximumRuns && depthOf(state.variables) <= maximumDepth) this.run(scope, state, condition, chosen, holds)
    // What is not followed is the same only where nothing at all differs in what may follow.
    else this.pushFurther(condition, state, step, chosen)
  }

  private pushFurther(condition: Condition, state: State, step: Step | null, chosen: Chosen | null): void {
    this.push(condition, { kind: 'unmodelled', text: `further internal redirects (rules ${this.everything})`, reason: 'there are too many ways through the rules to follow them all', at: step?.origin[0] ?? nowhere }, state, step, chosen)
  }

  /** `modelDigest`, worked out when it is first asked for. */
  private get everything(): number {
    return (this.digest ??= modelDigest(this.reader.space, this.model))
  }

  private isImpossible({ formula: holds, depth }: Condition): boolean {
    this.looks += depth
    if (this.looks > maximumLooks) return false
    this.solver ??= new Solver(this.reader.space.world)
    const { kind } = this.solver.solve([holds], { maxBranches: 40, spent: () => false })
    if (kind === 'gave-up') this.looks += vainLook
    return kind === 'unsat'
  }

  /** Nothing decided: the servers of the pool, or what the product does by itself. */
  private end(scope: Scope, guard: Condition, state: State, chosen: Chosen | null): void {
    if (chosen !== null) this.toServers(chosen, guard, state)
    else if (scope.otherwise === null || scope.otherwise.kind === 'leave') this.push(guard, this.answer(503), state, null, null)
    else this.act(scope.otherwise, guard, state, scope.otherwiseAt === undefined || scope.otherwiseAt === null ? null : otherwiseStep(scope), chosen)
  }

  private act(action: Action, when: Condition, state: State, step: Step | null, chosen: Chosen | null, entry: string | null = null): void {
    switch (action.kind) {
      case 'forward': this.forward(action.pool, when, state, step, entry); break
      case 'dispatch': this.dispatch(action, when, state, step, chosen); break
      case 'split': this.emit(when, { kind: 'split', shares: action.shares }, state, step, chosen); break
      case 'redirect': this.redirect(action, when, state, step, chosen); break
      case 'respond': case 'deny': this.emit(when, { kind: action.kind, status: action.status, contents: this.contents(action.contents, state, step) }, state, step, chosen); break
      case 'close': this.emit(when, { kind: 'close', contents: this.contents(action.contents, state, step) }, state, step, chosen); break
      case 'serve': this.emit(when, { kind: 'serve', root: action.root }, state, step, chosen); break
      case 'one-of': this.oneOf(action, when, state, step, chosen); break
      case 'opaque': this.emit(when, { kind: 'unmodelled', text: action.text, reason: action.reason, at: step?.origin[0] ?? nowhere }, state, step, chosen); break
      case 'leave': case 'enter': break
    }
  }

  /** The product does not say which: each choice hangs on an opaque condition of its own. */
  private oneOf(action: Extract<Action, { readonly kind: 'one-of' }>, when: Condition, state: State, step: Step | null, chosen: Chosen | null): void {
    const at = step?.origin[0] ?? nowhere
    for (const [index, choice] of action.actions.entries()) {
      if (index === 0) continue
      this.act(choice, when.with(this.reader.opaque(`${action.why} #${index} ${when.number}`, action.why, action.why, at)), state, step, chosen)
    }
    const first = action.actions[0]
    if (first !== undefined) this.act(first, when, state, step, chosen)
  }

  /** An answer of the product itself. */
  private answer(status: number): Destination {
    return { kind: 'respond', status, contents: this.reader.space.terms.empty }
  }

  private contents(template: Template | undefined, state: State, step: Step | null): Term {
    return template === undefined ? this.reader.space.terms.empty : this.reader.template(template, state, step?.origin[0] ?? nowhere)
  }

  private redirect({ status, to, contents }: Extract<Action, { readonly kind: 'redirect' }>, when: Condition, state: State, step: Step | null, chosen: Chosen | null): void {
    const { world } = this.reader.space
    const at = step?.origin[0] ?? nowhere
    let condition = when
    if (to.ignoreEmpty) {
      const empty = this.reader.tests.holds(this.reader.template(to.value, state, at), exactly(['']), (negated) => `the new location is ${negated ? 'not ' : ''}empty`)
      condition = when.with(world.not(empty))
    }
    this.emit(condition, { kind: 'redirect', status, location: locationOf(this.reader, to, state, at), contents: this.contents(contents, state, step) }, state, step, chosen)
  }

  private forward(name: string, when: Condition, state: State, step: Step | null, entry: string | null): void {
    const pool = this.pools.get(name)
    if (pool === undefined) this.push(when, this.answer(503), state, step, null)
    else this.toPool({ pool, step, origin: null, entry }, when, state)
  }

  private toPool(chosen: Chosen, when: Condition, state: State): void {
    const { pool } = chosen
    const { listener } = state.arrival
    const ownRules = pool.kind === 'listen' && listener.kind === 'listen' && listener.group === pool.name
    if (pool.enabled && pool.entry !== null && !ownRules) this.run(pool.entry, state, when, chosen)
    else this.toServers(chosen, when, state)
  }

  /** Server selection: `use-server` rules, then balancing. */
  private toServers(chosen: Chosen, when: Condition, state: State): void {
    const { pool } = chosen
    if (!pool.enabled) {
      this.push(when, this.answer(503), state, null, chosen)
      return
    }
    for (const { condition, server, selector } of selectedServers(this.reader, pool, when, state)) this.push(condition, { kind: 'forward', pool: pool.name, server }, state, null, chosen, selector)
    this.push(when, this.balancedIn(pool), state, null, chosen)
  }

  /** A destination that the request computes: through a table, entry by entry; else by the names of all pools. */
  private dispatch(action: Extract<Action, { readonly kind: 'dispatch' }>, when: Condition, state: State, step: Step | null, chosen: Chosen | null): void {
    const at = step?.origin[0] ?? nowhere
    const key = this.reader.template(action.key, state, at)
    if (key.kind === 'text') {
      this.byName(key.text, action, when, state, step, chosen, null)
      return
    }
    const lookup = templateLookup(this.reader, action.key, state, at)
    if (lookup !== null) {
      for (const entry of lookup.order) {
        const formula = this.reader.tests.holds(lookup.of, entry.matching, (negated) => `${lookup.words} ${negated ? 'does not match' : 'matches'} ${entry.key} of ${lookup.path}`)
        if (formula !== never) this.byName(toBytes(`${lookup.before}${entry.value}${lookup.after}`), action, when.with(formula), state, step, chosen, entry.key, entry.origin)
      }
      const rest = lookup.fallback === null ? when : when.with(this.reader.tests.present(lookup.of))
      if (lookup.fallback !== null) this.byName(toBytes(`${lookup.before}${lookup.fallback}${lookup.after}`), action, rest, state, step, chosen, null)
      this.byName(toBytes(`${lookup.before}${lookup.after}`), action, when, state, step, chosen, null)
      return
    }
    for (const pool of this.model.pools) {
      const formula = this.reader.tests.holds(key, exactly([toBytes(pool.name)]), (negated) => `${action.key.text} ${negated ? 'does not name' : 'names'} ${pool.name}`)
      if (formula !== never) this.forward(pool.name, when.with(formula), state, step, pool.name)
    }
    this.act(action.onMiss, when, state, step, chosen)
  }

  private byName(name: string, action: Extract<Action, { readonly kind: 'dispatch' }>, when: Condition, state: State, step: Step | null, chosen: Chosen | null, entry: string | null, origin: Span | null = null): void {
    const pool = name === '' ? undefined : this.pools.get(name)
    if (pool === undefined || pool.name !== name) this.act(action.onMiss, when, state, step, chosen, entry)
    else this.toPool({ pool, step, origin, entry }, when, state)
  }

  /** A rule of an entry or of the pool that was chosen. */
  private emit(condition: Condition, destination: Destination, state: State, step: Step | null, chosen: Chosen | null): void {
    this.push(condition, destination, state, step, chosen)
  }

  /** Rules of one pool share their destination. */
  private balancedIn(pool: Pool): Destination {
    let destination = this.balanced.get(pool)
    if (destination === undefined) {
      destination = { kind: 'forward', pool: pool.name, server: null }
      this.balanced.set(pool, destination)
    }
    return destination
  }

  private push(condition: Condition, destination: Destination, state: State, step: Step | null, chosen: Chosen | null, selector: ServerSelector | null = null): void {
    this.rules.push(new ChosenRule(condition, destination, state, step, chosen, selector))
  }
}
