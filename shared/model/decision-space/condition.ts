import { always, type Formula } from '#shared/requests/space/world.ts'
import { canonicalText } from '../canonical.ts'
import type { Predicate } from '../predicate.ts'
import type { Reader } from './reader.ts'
import { stateNumber, type State } from './state.ts'

/**
 * When a rule is looked at and holds. Long lists hold very many of these, most of which are never worked out: `number`
 * is equal for conditions that are written alike about equal requests, `formula` is worked out when it is asked for.
 */
export class Condition {
  private readonly reader: Reader
  private readonly outer: Condition | null
  private readonly predicate: Predicate | null
  private readonly state: State | null
  /** Known from the start where there is no predicate. */
  private readonly own: Formula
  /** Number of conditions that it is made of. */
  readonly depth: number
  private worked: Formula | -1 = -1
  private numbered = -1

  constructor(reader: Reader, outer: Condition | null, predicate: Predicate | null, state: State | null, own: Formula) {
    this.reader = reader
    this.outer = outer
    this.predicate = predicate
    this.state = state
    this.own = own
    this.depth = outer === null ? 1 : outer.depth + 1
  }

  /** This condition, and `predicate` on the request as it is in `state`. */
  where(predicate: Predicate, state: State): Condition {
    if (predicate.kind === 'true') return this
    if (drawsChance(predicate)) return this.with(this.reader.formula(predicate, state))
    return new Condition(this.reader, this.isUnconditional ? null : this, predicate, state, always)
  }

  /** This condition, and a formula that is known already. */
  with(formula: Formula): Condition {
    return formula === always ? this : new Condition(this.reader, this.isUnconditional ? null : this, null, null, formula)
  }

  get isUnconditional(): boolean {
    return this.outer === null && this.predicate === null && this.own === always
  }

  get formula(): Formula {
    if (this.worked === -1) {
      const { world } = this.reader.space
      const own = this.predicate === null || this.state === null ? this.own : this.reader.formula(this.predicate, this.state)
      this.worked = this.outer === null ? own : world.and(this.outer.formula, own)
    }
    return this.worked
  }

  /** Written alike, about equal requests; costs less than numbers where most conditions are. */
  isWrittenLike(other: Condition): boolean {
    if (this === other) return true
    if (this.own !== other.own || (this.outer === null) !== (other.outer === null)) return false
    const [predicate, state] = [this.predicate, this.state]
    if (predicate === null || state === null || other.predicate === null || other.state === null) {
      if (predicate !== other.predicate) return false
    } else if (this.reader.closures.of(canonicalText(predicate)) !== other.reader.closures.of(canonicalText(other.predicate)) || stateNumber(this.reader, state) !== stateNumber(other.reader, other.state)) return false
    return this.outer === null || other.outer === null || this.outer.isWrittenLike(other.outer)
  }

  get number(): number {
    if (this.numbered === -1) {
      const { space } = this.reader
      // Seconds below 0 are no states: -1 marks formulas, others the condition around.
      const own = this.predicate === null || this.state === null
        ? space.conditionNumbers.of(this.own, -1)
        : space.conditionNumbers.of(space.numberOf(this.reader.closures.of(canonicalText(this.predicate))), stateNumber(this.reader, this.state))
      this.numbered = this.outer === null ? own : space.conditionNumbers.of(own, -2 - this.outer.number)
    }
    return this.numbered
  }

  /** Predicates that all have to hold, each on the request as it is there. */
  get parts(): readonly { readonly predicate: Predicate; readonly state: State }[] {
    const outer = this.outer === null ? [] : this.outer.parts
    return this.predicate === null || this.state === null ? outer : [...outer, { predicate: this.predicate, state: this.state }]
  }

  /** True when something besides `parts` has to hold. */
  get hasMore(): boolean {
    return this.own !== always || (this.outer?.hasMore ?? false)
  }

  /** The one predicate that is all of it, or null. */
  get only(): Predicate | null {
    return this.outer === null ? this.predicate : null
  }

  get onlyState(): State | null {
    return this.outer === null ? this.state : null
  }
}

const chances = new WeakMap<Predicate, boolean>()

/** Draws are numbered in order, so conditions with one are worked out when they are met. */
export function drawsChance(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'chance': return true
    case 'not': return drawsChance(predicate.of)
    case 'named': {
      let known = chances.get(predicate)
      if (known === undefined) {
        known = drawsChance(predicate.of)
        chances.set(predicate, known)
      }
      return known
    }
    case 'and': case 'or': {
      for (const part of predicate.of) if (part.kind !== 'test' && drawsChance(part)) return true
      return false
    }
    default: return false
  }
}
