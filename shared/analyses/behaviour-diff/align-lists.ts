import type { DecidingRule, DecisionList } from '#shared/model/decision-space/decision-list.ts'
import { PairNumbers } from '#shared/model/decision-space/numbering.ts'
import type { Reader } from '#shared/model/decision-space/reader.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { alignRules, type Alignment } from './align.ts'
import { destinationNumbers, isSameRule } from './same-rule.ts'

type Sided<T> = { readonly before: T; readonly after: T }

interface Aligning {
  readonly space: Space
  readonly readers: Sided<Reader>
  readonly alias: (pool: string) => string
  readonly models: Sided<RoutingModel>
}

/** Rules that are looked at ahead on either side to find where both lists go on alike. */
const lookAhead = 12

/**
 * Pairs equal rules. First by what is written: equal words on an equal request need no working out. What is then left
 * and written on one side only is worked out and paired by formula, so that another way to write the same condition is
 * no change.
 */
export function alignLists({ space, readers, alias, models }: Aligning, lists: Sided<DecisionList>): Alignment {
  const destinations = { before: destinationNumbers(space, readers.before), after: destinationNumbers(space, readers.after, alias) }
  const alike = inStep(lists.before.rules, lists.after.rules, isSameRule(readers, alias, destinations, models.before.dialect === models.after.dialect && models.before.version === models.after.version))
  const pairs = new PairNumbers()
  const written = (side: 'before' | 'after'): Float64Array => {
    const { rules } = lists[side]
    const numbers = new Float64Array(rules.length)
    for (let index = 0; index < rules.length; index += 1) {
      const found = alike[side][index] as number
      // What was found alike on both sides needs no words to be told apart.
      numbers[index] = found === 0 ? pairs.of((rules[index] as DecidingRule).condition.number, destinations[side](rules[index] as DecidingRule)) : -found
    }
    return numbers
  }
  const texts = { before: written('before'), after: written('after') }
  const first = alignRules(texts.before, texts.after)
  if (first.changed === 0) return first
  const left = { before: unpaired(texts.before, first.beforePartner), after: unpaired(texts.after, first.afterPartner) }
  const worked = new PairNumbers()
  const numbered = (side: 'before' | 'after', other: 'before' | 'after', partners: Int32Array): Float64Array => {
    const { rules } = lists[side]
    const numbers = new Float64Array(rules.length)
    for (let index = 0; index < rules.length; index += 1) {
      const partner = partners[index] as number
      const text = texts[side][index] as number
      const rule = rules[index] as DecidingRule
      numbers[index] = partner !== -1 ? 3 * (side === 'before' ? index : partner) : left[other].has(text) ? 3 * text + 1 : 3 * worked.of(rule.formula, destinations[side](rule)) + 2
    }
    return numbers
  }
  return alignRules(numbered('before', 'after', first.beforePartner), numbered('after', 'before', first.afterPartner))
}

/**
 * Walks both lists side by side and gives rules that are the same the same number, from 1; 0: not found so. Where the
 * lists part, the nearest place where they go on alike is looked for, a few rules ahead. From the end first, so that one
 * change costs no search.
 */
function inStep(before: readonly DecidingRule[], after: readonly DecidingRule[], isSame: (one: DecidingRule, other: DecidingRule) => boolean): Sided<Int32Array> {
  const numbers = { before: new Int32Array(before.length), after: new Int32Array(after.length) }
  let count = 0
  const pair = (one: number, other: number): void => {
    count += 1
    numbers.before[one] = count
    numbers.after[other] = count
  }
  const same = (one: number, other: number): boolean => isSame(before[one] as DecidingRule, after[other] as DecidingRule)
  let one = 0
  let other = 0
  let [beforeEnd, afterEnd] = [before.length, after.length]
  while (one < beforeEnd && other < afterEnd && same(one, other)) {
    pair(one, other)
    one += 1
    other += 1
  }
  while (one < beforeEnd && other < afterEnd && same(beforeEnd - 1, afterEnd - 1)) {
    beforeEnd -= 1
    afterEnd -= 1
    pair(beforeEnd, afterEnd)
  }
  while (one < beforeEnd && other < afterEnd) {
    if (!same(one, other)) {
      const step = nextStep(same, one, other, beforeEnd, afterEnd)
      one += step.before
      other += step.after
      if (step.parts) continue
    }
    pair(one, other)
    one += 1
    other += 1
  }
  return numbers
}

/** How far to go on in both lists to where they are alike; `parts`: they are not, as far as one looks. */
function nextStep(same: (one: number, other: number) => boolean, one: number, other: number, beforeEnd: number, afterEnd: number): { readonly before: number; readonly after: number; readonly parts: boolean } {
  for (let distance = 1; distance <= lookAhead; distance += 1) {
    for (let before = distance; before >= 0; before -= 1) {
      const after = distance - before
      if (one + before < beforeEnd && other + after < afterEnd && same(one + before, other + after)) return { before, after, parts: false }
    }
  }
  return { before: 1, after: 1, parts: true }
}

function unpaired(texts: Float64Array, partners: Int32Array): ReadonlySet<number> {
  const found = new Set<number>()
  for (let index = 0; index < texts.length; index += 1) if (partners[index] === -1) found.add(texts[index] as number)
  return found
}
