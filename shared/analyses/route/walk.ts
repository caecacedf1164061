import { invariant } from '#shared/diagnostics/invariant.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import { isAction, type Action, type RoutingModel, type Scope, type ScopeId, type Step } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import { fromBytes } from '#shared/requests/bytes.ts'
import type { RouteDependency, RouteStep } from './answer.ts'
import { applyEffect } from './effects.ts'
import type { Fault } from './faults.ts'
import { evaluate } from './predicates.ts'
import { redirectLocation } from './redirect.ts'
import { receivedTarget, type RequestState } from './request-state.ts'
import { candidateSteps } from './scope-index.ts'
import { chooseServers } from './servers.ts'
import { shownText, templateText } from './templates.ts'
import type { Surroundings } from './transforms.ts'
import { reasonOf } from './words.ts'

/** What a walk needs to know about the model besides the model itself. */
export interface ModelIndex {
  readonly model: RoutingModel
  readonly pools: ReadonlyMap<string, Pool>
}

/** A condition that could not be decided, and which way the walk went. */
export interface Decision {
  readonly taken: boolean
  readonly depends: readonly RouteDependency[]
}

export interface Walk {
  readonly outcome: Outcome
  readonly rule: Span | null
  readonly steps: readonly RouteStep[]
  readonly visited: readonly string[]
  readonly state: RequestState
  readonly decisions: readonly Decision[]
  /** Reached, and able to change the outcome whatever the conditions say. */
  readonly uncertain: readonly RouteDependency[]
}

export interface WalkOptions {
  /** Which way to go at the first undecided conditions; beyond them every unmodelled condition counts as not holding. */
  readonly forced: readonly boolean[]
  readonly explain: boolean
  /** The product's refusal of a malformed request, in words; null: well formed. */
  readonly fault: Fault | null
}

/** How often a walk may come through each scope of a model; products give up after ten internal redirects, or enter none twice. */
const maximumRounds = 40

type Ending = { readonly kind: 'outcome'; readonly outcome: Outcome; readonly rule: Span | null } | { readonly kind: 'pool'; readonly pool: Pool; readonly rule: Span | null; readonly at: Span }

/** Follows one request through the scopes of its listener and of its pool, as the product would. */
export function walk(index: ModelIndex, start: RequestState, options: WalkOptions): Walk {
  return new Walker(index, start, options).run()
}

/** Owns the state of one walk. */
class Walker {
  private readonly index: ModelIndex
  private readonly options: WalkOptions
  private state: RequestState
  private stateAtChoice: RequestState
  private fault: Fault | null
  private readonly steps: (RouteStep & { readonly isNoise: boolean })[] = []
  private readonly visited: string[] = []
  private readonly decisions: Decision[] = []
  private readonly uncertain: RouteDependency[] = []
  private title = ''

  constructor(index: ModelIndex, start: RequestState, options: WalkOptions) {
    this.index = index
    this.state = start
    this.stateAtChoice = start
    this.options = options
    this.fault = options.fault
  }

  run(): Walk {
    const listener = this.state.connection.listener
    this.visited.push(listener.id)
    let end = this.runScopes(listener.entry, listener.protocol === 'http')
    let outcome: Outcome
    let rule = end.rule
    if (end.kind === 'pool') {
      const pool = end.pool
      this.stateAtChoice = this.state
      this.visited.push(pool.id)
      const chosenBy = end.rule
      // A listen section runs its rules once, although it is both the entry and the pool.
      const ownRules = pool.kind === 'listen' && listener.kind === 'listen' && listener.group === pool.name
      if (pool.enabled && pool.entry !== null && !ownRules) end = this.runScopes(pool.entry, pool.protocol === 'http')
      else if (pool.protocol === 'http' && this.fault !== null) end = this.refuse()
      if (end.kind === 'outcome' && !(end.outcome.action === 'respond' && end.outcome.status === noDecision)) {
        outcome = end.outcome
        rule = end.rule ?? chosenBy
      } else {
        rule = chosenBy
        outcome = this.toServers(pool, end.kind === 'pool' ? end.at : (listener.origin[0] ?? { file: '', start: 0, end: 0 }))
      }
    } else outcome = end.outcome.action === 'respond' && end.outcome.status === noDecision ? { action: 'respond', status: 503 } : end.outcome
    return { outcome, rule, steps: this.told(), visited: this.visited, state: this.state, decisions: this.decisions, uncertain: this.uncertain }
  }

  /** Runs the chain of scopes from `entry` until something decides. `validates`: the request is parsed on the way. */
  private runScopes(entry: ScopeId, validates: boolean): Ending {
    let id: ScopeId | null = entry
    const most = maximumRounds * (this.index.model.scopes.size + 1)
    for (let count = 0; id !== null; count += 1) {
      invariant(count < most, `scopes of ${entry} do not end`)
      const scope: Scope | undefined = this.index.model.scopes.get(id)
      invariant(scope !== undefined, `scope ${id} is not part of the model`)
      this.title = scope.title
      if (validates && this.fault !== null && !seesConnectionOnly(scope)) return this.refuse()
      const next = this.runScope(scope)
      if (next.kind === 'go') id = next.scope
      else return next.ending
    }
    return { kind: 'outcome', outcome: { action: 'respond', status: noDecision }, rule: null }
  }

  private runScope(scope: Scope): { readonly kind: 'go'; readonly scope: ScopeId | null } | { readonly kind: 'end'; readonly ending: Ending } {
    // Explanations name every rule that was looked at, so only walks without one may pass rules over.
    let candidates = this.options.explain ? null : candidateSteps(scope, 0, this.around({ file: '', start: 0, end: 0 }))
    let next = 0
    for (let count = 0; ; count += 1) {
      const index = candidates === null ? count : candidates[next]
      next += 1
      if (index === undefined || index >= scope.steps.length) break
      count = index
      const step = scope.steps[index] as Step
      const at = step.origin[0] ?? { file: '', start: 0, end: 0 }
      if (!this.holds(step.when, at, step)) continue
      const does = step.does
      if (isAction(does)) {
        const result = this.act(does, at, at)
        if (result === 'skip') continue
        const decides = result !== 'leave'
        this.finishStep(decides, null)
        if (result === 'leave') return this.onwards(scope)
        if (result.kind === 'enter') return { kind: 'go', scope: result.scope }
        this.visited.push(step.id)
        return { kind: 'end', ending: result }
      }
      const applied = applyEffect(does, this.around(at))
      if (candidates !== null && applied.state !== this.state) {
        this.state = applied.state
        candidates = candidateSteps(scope, index + 1, this.around(at))
        next = 0
      }
      this.state = applied.state
      if (applied.depends !== null) this.uncertain.push(applied.depends)
      this.finishStep(applied.refused !== null, applied.became)
      if (applied.refused !== null) {
        this.visited.push(step.id)
        return { kind: 'end', ending: { kind: 'outcome', outcome: { action: 'respond', status: applied.refused }, rule: at } }
      }
    }
    return this.onwards(scope)
  }

  /** The scope decided nothing: its successor, or what the product does without one. */
  private onwards(scope: Scope): { readonly kind: 'go'; readonly scope: ScopeId | null } | { readonly kind: 'end'; readonly ending: Ending } {
    if (scope.next !== null || scope.otherwise === null) return { kind: 'go', scope: scope.next }
    const at = this.state.connection.listener.origin[0] ?? { file: '', start: 0, end: 0 }
    const result = this.act(scope.otherwise, scope.otherwiseAt ?? null, at)
    if (result === 'leave' || result === 'skip') return { kind: 'go', scope: null }
    return result.kind === 'enter' ? { kind: 'go', scope: result.scope } : { kind: 'end', ending: result }
  }

  private act(action: Action, rule: Span | null, at: Span): Ending | { readonly kind: 'enter'; readonly scope: ScopeId } | 'leave' | 'skip' {
    const outcome = (value: Outcome): Ending => ({ kind: 'outcome', outcome: value, rule })
    switch (action.kind) {
      case 'leave': return 'leave'
      case 'enter': return { kind: 'enter', scope: action.scope }
      case 'forward': {
        const pool = this.index.pools.get(action.pool)
        return pool === undefined ? outcome({ action: 'respond', status: 503 }) : { kind: 'pool', pool, rule, at }
      }
      case 'dispatch': {
        const name = templateText(action.key, this.around(at))
        if (typeof name !== 'string') {
          this.uncertain.push(name.unknown)
          return this.act(action.onMiss, rule, at)
        }
        const pool = name === '' ? undefined : this.index.pools.get(fromBytes(name))
        return pool === undefined ? this.act(action.onMiss, rule, at) : { kind: 'pool', pool, rule, at }
      }
      case 'split': return outcome({ action: 'split', pools: action.shares, path: this.path() })
      case 'redirect': {
        const location = redirectLocation(action.to, this.around(at))
        if (location === null) return 'skip'
        if (typeof location !== 'string') this.uncertain.push(location.unknown)
        return outcome({ action: 'redirect', status: action.status, location: typeof location === 'string' ? fromBytes(location) : action.to.value.text })
      }
      case 'respond': return outcome({ action: 'respond', status: action.status })
      case 'deny': return outcome({ action: 'deny', status: action.status })
      case 'close': return outcome({ action: 'close' })
      case 'serve': return outcome({ action: 'serve', root: action.root, path: this.path() })
      case 'one-of': {
        for (const [index, choice] of action.actions.entries()) {
          if (index === 0) continue
          if (this.decide({ kind: 'opaque', text: action.why, reason: action.why, dependsOn: 'timing', origin: at }, at)) return this.act(choice, rule, at)
        }
        const first = action.actions[0]
        return first === undefined ? outcome({ action: 'unmodelled', reason: action.why, at }) : this.act(first, rule, at)
      }
      case 'opaque':
        this.uncertain.push({ text: action.text, reason: action.reason, at })
        return outcome({ action: 'unmodelled', reason: action.reason, at })
    }
  }

  private toServers(pool: Pool, at: Span): Outcome {
    this.title = `server selection of ${pool.kind} ${pool.name}`
    const choice = chooseServers(pool, this.around(at), (predicate, origin, what, version) => {
      const now = this.state
      if (version === 'at-choice') this.state = this.stateAtChoice
      const holds = this.holds(predicate, origin, { id: `${pool.id}/${what}` })
      this.state = now
      return holds
    })
    if (choice.by !== null && this.options.explain) {
      this.steps.push({ stepId: `${pool.id}/server`, scope: this.title, at: choice.by.origin, matched: true, decides: false, reason: choice.by.reason, became: null, isNoise: false })
    }
    if (choice.servers.length === 0) return { action: 'respond', status: this.index.model.requests === 'normalised' ? 502 : 503 }
    return { action: 'forward', pool: pool.name, path: this.path(), servers: choice.servers }
  }

  /** Path and query the server gets. An unmodelled value makes the answer uncertain. */
  private path(): string {
    const target = receivedTarget(this.state)
    if (typeof target === 'string') return fromBytes(target)
    this.uncertain.push(target.unknown)
    return shownText(target)
  }

  private refuse(): Ending {
    const at = this.state.connection.listener.origin[0] ?? { file: '', start: 0, end: 0 }
    if (this.options.explain) {
      this.steps.push({ stepId: `${this.state.connection.listener.id}/syntax`, scope: 'HTTP syntax', at, matched: true, decides: true, reason: this.fault?.words ?? '', became: null, isNoise: false })
    }
    const status = this.fault?.status ?? 400
    this.fault = null
    return { kind: 'outcome', outcome: { action: 'respond', status }, rule: null }
  }

  private around(at: Span): Surroundings {
    return { model: this.index.model, state: this.state, at }
  }

  private holds(predicate: Predicate, at: Span, step: Pick<Step, 'id'> & Partial<Pick<Step, 'implied' | 'does'>>): boolean {
    const around = this.around(at)
    const verdict = evaluate(predicate, around)
    const taken = verdict.truth ?? this.record(verdict.assumed, verdict.depends)
    if (this.options.explain) {
      // What a product does by itself on the way is no rule; it is named where it leads somewhere or cannot be told.
      const isNoise = step.implied === true && (verdict.truth === false || (verdict.truth === true && step.does !== undefined && !isAction(step.does)))
      this.steps.push({ stepId: step.id, scope: this.title, at, matched: verdict.truth, decides: false, reason: reasonOf(predicate, around), became: null, isNoise })
    }
    return taken
  }

  private decide(predicate: Predicate, at: Span): boolean {
    const verdict = evaluate(predicate, this.around(at))
    return verdict.truth ?? this.record(verdict.assumed, verdict.depends)
  }

  private record(assumed: boolean, depends: readonly RouteDependency[]): boolean {
    const taken = this.options.forced[this.decisions.length] ?? assumed
    this.decisions.push({ taken, depends })
    return taken
  }

  private told(): readonly RouteStep[] {
    return this.steps.filter((step) => step.decides || !step.isNoise).map(({ stepId, scope, at, matched, decides, reason, became }) => ({ stepId, scope, at, matched, decides, reason, became }))
  }

  private finishStep(decides: boolean, became: string | null): void {
    const last = this.steps[this.steps.length - 1]
    if (last === undefined) return
    if (decides) {
      // A rule of the pool that answers itself decides instead of the rule that chose the pool.
      const earlier = this.steps.findIndex(step => step.decides)
      const step = this.steps[earlier]
      if (step !== undefined) this.steps[earlier] = { ...step, decides: false }
    }
    this.steps[this.steps.length - 1] = { ...last, decides, became: became === null ? null : fromBytes(became) }
  }
}

/** Stands for "no step decided"; never leaves this file. */
const noDecision = 0

/** Rules that run before the product parses the request. */
function seesConnectionOnly(scope: Scope): boolean {
  return /tcp-request[ -](connection|session)/.test(scope.id) || /^tcp-request (connection|session)/.test(scope.title)
}
