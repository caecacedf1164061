import { canonicalText } from '#shared/model/canonical.ts'
import { describePredicate } from '#shared/model/describe.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { Scope, Step } from '#shared/model/routing-model.ts'
import { isWrittenAlike } from '#shared/model/written-alike.ts'
import type { ConditionChange } from './answer.ts'

/** Named conditions that a predicate uses, outermost first. */
function namedConditions(predicate: Predicate, found: Map<string, Predicate> = new Map()): ReadonlyMap<string, Predicate> {
  switch (predicate.kind) {
    case 'named':
      found.set(predicate.name, predicate.of)
      break
    case 'not':
      namedConditions(predicate.of, found)
      break
    case 'and': case 'or':
      for (const part of predicate.of) namedConditions(part, found)
      break
    default:
      break
  }
  return found
}

/** Names that paired steps use on both sides with another meaning. */
export function changedConditions(owner: string, before: Scope, after: Scope, pairs: readonly (readonly [number, number])[]): readonly ConditionChange[] {
  const changes: ConditionChange[] = []
  for (const [beforeIndex, afterIndex] of pairs) {
    const beforeStep = before.steps[beforeIndex] as Step
    const afterStep = after.steps[afterIndex] as Step
    // What stands by itself names no conditions.
    if (typeof afterStep.wording === 'string' || isWrittenAlike(beforeStep.when, afterStep.when)) continue
    const old = namedConditions(beforeStep.when)
    for (const [name, meaning] of namedConditions(afterStep.when)) {
      const former = old.get(name)
      if (former === undefined || canonicalText(former) === canonicalText(meaning)) continue
      changes.push({ name, owner, before: describePredicate(former), after: describePredicate(meaning), beforeSteps: [beforeStep], afterSteps: [afterStep] })
    }
  }
  return changes
}
