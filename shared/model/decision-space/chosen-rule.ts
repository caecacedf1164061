import type { Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { Pool, ServerSelector } from '../pool.ts'
import type { Predicate } from '../predicate.ts'
import type { Step } from '../routing-model.ts'
import type { Condition } from './condition.ts'
import type { DecidingRule, Destination } from './deciding-rule.ts'
import type { State } from './state.ts'

/** A pool whose own rules or servers decide next. */
export interface Chosen {
  readonly pool: Pool
  /** Step that chose it; null: nothing but the end of the rules. */
  readonly step: Step | null
  /** Line of a table that named it. */
  readonly origin: Span | null
  readonly entry: string | null
}

/** Works out what it is asked for: most rules of two long lists never are. */
export class ChosenRule implements DecidingRule {
  readonly condition: Condition
  readonly destination: Destination
  readonly state: State
  private readonly step: Step | null
  private readonly chosen: Chosen | null
  private readonly selector: ServerSelector | null

  constructor(condition: Condition, destination: Destination, state: State, step: Step | null, chosen: Chosen | null, selector: ServerSelector | null) {
    this.condition = condition
    this.destination = destination
    this.state = state
    this.step = step
    this.chosen = chosen
    this.selector = selector
  }

  get formula(): Formula {
    return this.condition.formula
  }

  get only(): Predicate | null {
    return this.condition.onlyState === this.state ? this.condition.only : null
  }

  get at(): Span | null {
    return this.step?.origin[0] ?? this.chosen?.step?.origin[0] ?? null
  }

  get spans(): readonly Span[] {
    const chosen = this.chosen === null ? [] : [...(this.chosen.step?.origin.slice(0, 1) ?? []), ...(this.chosen.origin === null ? [] : [this.chosen.origin])]
    return [...(this.step?.origin.slice(0, 1) ?? []), ...chosen, ...(this.selector?.origin.slice(0, 1) ?? [])]
  }

  get conditions(): readonly Predicate[] {
    return [...(this.chosen === null || this.chosen.step === null ? [] : [this.chosen.step.when]), ...(this.step === null ? [] : [this.step.when]), ...(this.selector === null ? [] : [this.selector.when])]
  }

  get entry(): string | null {
    return this.chosen?.entry ?? null
  }

  get pool(): string | null {
    return this.chosen?.pool.name ?? null
  }
}
