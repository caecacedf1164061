import type { Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { Predicate } from '../predicate.ts'
import type { Step } from '../routing-model.ts'
import type { Condition } from './condition.ts'
import type { DecidingRule, Destination } from './decision-list.ts'
import type { State } from './state.ts'

/**
 * A rule that only names a pool without rules of its own, as nearly all rules of long lists do. Keeps where it came from
 * and makes even its condition when that is first asked for.
 */
export class ForwardRule implements DecidingRule {
  readonly guard: Condition
  readonly step: Step
  readonly state: State
  readonly destination: Extract<Destination, { readonly kind: 'forward' }>
  private made: Condition | null = null

  constructor(guard: Condition, step: Step, state: State, destination: Extract<Destination, { readonly kind: 'forward' }>) {
    this.guard = guard
    this.step = step
    this.state = state
    this.destination = destination
  }

  get condition(): Condition {
    return (this.made ??= this.guard.where(this.step.when, this.state))
  }

  get formula(): Formula {
    return this.condition.formula
  }

  get only(): Predicate | null {
    return this.guard.isUnconditional && this.step.when.kind !== 'true' ? this.step.when : null
  }

  get at(): Span | null {
    return this.step.origin[0] ?? null
  }

  get spans(): readonly Span[] {
    return this.step.origin.slice(0, 1)
  }

  get conditions(): readonly Predicate[] {
    return [this.step.when]
  }

  get entry(): null {
    return null
  }

  get pool(): string {
    return this.destination.pool
  }
}
