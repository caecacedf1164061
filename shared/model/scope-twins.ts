import { inStep } from './in-step.ts'
import type { RoutingModel, Scope, Step } from './routing-model.ts'

/** A scope of another config with which a scope shares most of its steps. */
export interface ScopeTwin {
  readonly scope: Scope
  /** For each step of `scope` its place here, or -1; rises where it is not -1. Paired steps have one condition and do the same by name. */
  readonly placeOf: Int32Array
  /** For each step here its place in `scope`, or -1. */
  readonly partnerOf: Int32Array
  /** Steps here that the other does not have, rising. */
  readonly alone: readonly number[]
}

/** The twin is not kept alive: who replaces one config by the next, again and again, holds two of them at a time. */
type KeptTwin = Omit<ScopeTwin, 'scope'> & { readonly scope: WeakRef<Scope> }

const twins = new WeakMap<Scope, KeptTwin>()

/** Scopes shorter than this are read as fast as they are paired. */
const worthPairing = 64
/** Of this many steps not more than one may be alone. */
const aloneShare = 3

/**
 * Pairs the steps of the scopes that both configs have under one name, so that what is known about the steps of one
 * need not be found out again for the other. Pairs steps only where equal text is an equal step (`Step.wording`).
 */
export function pairScopes(before: RoutingModel, after: RoutingModel): void {
  if (before.dialect !== after.dialect || before.version !== after.version) return
  for (const [id, scope] of after.scopes) {
    const other = before.scopes.get(id)
    if (other === undefined || other === scope || scope.steps.length < worthPairing || twins.get(scope)?.scope.deref() === other) continue
    const paired = inStep(other.steps.length, scope.steps.length, (one, another) => isWordedAlike(other.steps[one] as Step, scope.steps[another] as Step))
    if (paired.alone * aloneShare > scope.steps.length) continue
    const alone: number[] = []
    for (let index = 0; index < paired.after.length; index += 1) if (paired.after[index] === -1) alone.push(index)
    twins.set(scope, { scope: new WeakRef(other), placeOf: paired.before, partnerOf: paired.after, alone })
  }
}

/** The scope that this one was paired with last; null: none, or it is gone. */
export function twinOf(scope: Scope): ScopeTwin | null {
  const twin = twins.get(scope)
  const other = twin?.scope.deref()
  return twin === undefined || other === undefined ? null : { ...twin, scope: other }
}

/** Equal text says equal steps, within one version of one dialect; one text is compared sooner than all the parts of a condition. */
export function isWordedAlike({ wording }: Step, other: Step): boolean {
  return wording !== null && wording !== undefined && wording === other.wording
}
