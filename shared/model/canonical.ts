import { isAction, type Action, type Effect, type Step } from './routing-model.ts'
import type { Predicate, View } from './predicate.ts'

const orderedSets: ReadonlySet<string> = new Set(['exact', 'prefix', 'suffix', 'substring', 'path-part', 'domain-part'])

/** Drops places and names, sorts value lists whose order does not matter: what is left decides behaviour. */
function withoutPlaces(this: unknown, key: string, value: unknown): unknown {
  if (key === 'origin' || key === 'at') return undefined
  let part = value
  while (typeof part === 'object' && part !== null && 'kind' in part && part.kind === 'named' && 'of' in part) part = part.of
  if (typeof part === 'object' && part !== null && 'kind' in part && 'values' in part && Array.isArray(part.values) && orderedSets.has(String(part.kind))) {
    return { ...part, values: [...new Set(part.values as readonly string[])].sort() }
  }
  return part
}

const keys = new WeakMap<object, string>()

/**
 * Text that is equal exactly where two predicates, actions, effects or views are written to mean the same: names of
 * conditions are replaced by their meaning, places are left out. Different text does not prove different behaviour.
 */
export function canonicalText(part: Predicate | Action | Effect | View): string {
  let key = keys.get(part)
  if (key === undefined) {
    key = JSON.stringify(part, withoutPlaces)
    keys.set(part, key)
  }
  return key
}

/** Canonical text of condition and action together. */
export function canonicalStep(step: Step): string {
  return `${canonicalText(step.does)}|${canonicalText(step.when)}`
}

/** Pools an action can lead to by name, without the ones a lookup table names. */
export function namedPools(action: Action): readonly string[] {
  switch (action.kind) {
    case 'forward': return [action.pool]
    case 'split': return action.shares.map((part) => part.pool)
    case 'dispatch': return namedPools(action.onMiss)
    case 'one-of': return action.actions.flatMap(namedPools)
    default: return []
  }
}

export function stepAction(step: Step): Action | null {
  return isAction(step.does) ? step.does : null
}
