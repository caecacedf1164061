import type { Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { Predicate } from '../predicate.ts'
import { poolsByReference } from '../decision-order.ts'
import type { RoutingModel, Scope, Step } from '../routing-model.ts'
import { twinOf } from '../scope-twins.ts'
import { drawsChance, type Condition } from './condition.ts'
import type { DecidingRule, Destination } from './deciding-rule.ts'
import type { State } from './state.ts'

export type Forward = Extract<Destination, { readonly kind: 'forward' }>

interface Forwards {
  /** For each step where it leads. */
  readonly steps: readonly (Forward | null)[]
  /** For each step the number of the pool that it names, from 0, or -1. */
  readonly numbers: Int32Array
  readonly pools: number
}

const known = new WeakMap<RoutingModel, Map<Scope, Forwards>>()
/** By scope alone, for the twin of a scope, which belongs to another config. */
const latest = new WeakMap<Scope, Forwards>()

/**
 * For each step of a scope where it leads, if that is all there is to it; null: it does something else, its pool decides
 * more, or chance takes part. Kept with the config, since one side of a comparison mostly stays.
 */
export function plainForwards(model: RoutingModel, scope: Scope): readonly (Forward | null)[] {
  const scopes = known.get(model) ?? new Map<Scope, Forwards>()
  known.set(model, scopes)
  let found = scopes.get(scope)
  if (found === undefined) {
    found = freshForwards(model, scope)
    scopes.set(scope, found)
    latest.set(scope, found)
  }
  return found.steps
}

function freshForwards(model: RoutingModel, scope: Scope): Forwards {
  const named = poolsByReference(model)
  const byName = new Map<string, number>()
  const pools: (Forward | null)[] = []
  const numberOf = (name: string): number => {
    let number = byName.get(name)
    if (number === undefined) {
      const pool = named.get(name)
      number = pools.push(pool === undefined || !pool.enabled || pool.entry !== null || pool.selectors.length > 0 ? null : { kind: 'forward', pool: pool.name, server: null }) - 1
      byName.set(name, number)
    }
    return number
  }
  const twin = twinOf(scope)
  const theirs = twin === null ? undefined : latest.get(twin.scope)
  // Numbers here by the numbers there, as far as they are known.
  const likeTheirs = new Int32Array(theirs?.pools ?? 0).fill(-1)
  const steps: (Forward | null)[] = []
  const numbers = new Int32Array(scope.steps.length)
  for (let place = 0; place < numbers.length; place += 1) {
    const partner = twin?.partnerOf[place] ?? -1
    const their = partner === -1 || theirs === undefined ? -1 : (theirs.numbers[partner] as number)
    // A step like it leads there by name, so the step itself need not be read.
    let number = their === -1 ? -1 : (likeTheirs[their] as number)
    if (number === -1) {
      number = forwardNumber(scope.steps[place] as Step, numberOf)
      if (their !== -1) likeTheirs[their] = number
    }
    numbers[place] = number
    steps.push(number === -1 ? null : (pools[number] as Forward | null))
  }
  return { steps, numbers, pools: pools.length }
}

/** Number of the pool that a step leads to, if it draws no chance; else -1. */
function forwardNumber({ does, when, wording }: Step, numberOf: (name: string) => number): number {
  // What says by itself what it means draws none.
  const draws = typeof wording !== 'string' && when.kind !== 'test' && drawsChance(when)
  return does.kind !== 'forward' || draws ? -1 : numberOf(does.pool)
}

/**
 * A rule that only names a pool without rules of its own, as nearly all rules of long lists do. Keeps where it came from
 * and makes even its condition when that is first asked for.
 */
export class ForwardRule implements DecidingRule {
  readonly guard: Condition
  readonly state: State
  readonly destination: Forward
  readonly scope: Scope
  /** Place of the step in the scope. */
  readonly place: number
  private made: Condition | null = null

  constructor(guard: Condition, scope: Scope, place: number, state: State, destination: Forward) {
    this.guard = guard
    this.scope = scope
    this.place = place
    this.state = state
    this.destination = destination
  }

  get step(): Step {
    return this.scope.steps[this.place] as Step
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
