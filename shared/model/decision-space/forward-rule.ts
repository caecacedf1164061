import type { Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { Predicate } from '../predicate.ts'
import { poolsByReference } from '../decision-order.ts'
import type { RoutingModel, Scope, Step } from '../routing-model.ts'
import { drawsChance, type Condition } from './condition.ts'
import type { DecidingRule, Destination } from './decision-list.ts'
import type { State } from './state.ts'

export type Forward = Extract<Destination, { readonly kind: 'forward' }>

const forwards = new WeakMap<RoutingModel, Map<Scope, readonly (Forward | null)[]>>()

/**
 * For each step of a scope where it leads, if that is all there is to it; null: it does something else, its pool decides
 * more, or chance takes part. Kept with the config, since one side of a comparison mostly stays.
 */
export function plainForwards(model: RoutingModel, scope: Scope): readonly (Forward | null)[] {
  const known = forwards.get(model) ?? new Map<Scope, readonly (Forward | null)[]>()
  forwards.set(model, known)
  let found = known.get(scope)
  if (found === undefined) {
    const pools = poolsByReference(model)
    const byName = new Map<string, Forward | null>()
    found = scope.steps.map(({ does, when }) => {
      if (does.kind !== 'forward') return null
      let forward = byName.get(does.pool)
      if (forward === undefined) {
        const pool = pools.get(does.pool)
        forward = pool === undefined || !pool.enabled || pool.entry !== null || pool.selectors.length > 0 ? null : { kind: 'forward', pool: pool.name, server: null }
        byName.set(does.pool, forward)
      }
      return forward === null || (when.kind !== 'test' && drawsChance(when)) ? null : forward
    })
    known.set(scope, found)
  }
  return found
}

/**
 * A rule that only names a pool without rules of its own, as nearly all rules of long lists do. Keeps where it came from
 * and makes even its condition when that is first asked for.
 */
export class ForwardRule implements DecidingRule {
  readonly guard: Condition
  readonly step: Step
  readonly state: State
  readonly destination: Forward
  private made: Condition | null = null

  constructor(guard: Condition, step: Step, state: State, destination: Forward) {
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
