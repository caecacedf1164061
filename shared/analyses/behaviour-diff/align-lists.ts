import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { DecisionList } from '#shared/model/decision-space/decision-list.ts'
import { inStep, type InStep } from '#shared/model/in-step.ts'
import { PairNumbers } from '#shared/model/decision-space/numbering.ts'
import type { Reader } from '#shared/model/decision-space/reader.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { ownName } from './pool-names.ts'
import { aloneOf, alignRules, type Alignment } from './align.ts'
import { destinationNumbers, isSameRule } from './same-rule.ts'

type Sided<T> = { readonly before: T; readonly after: T }

interface Aligning {
  readonly space: Space
  readonly readers: Sided<Reader>
  readonly alias: (pool: string) => string
  readonly models: Sided<RoutingModel>
}

/** Of this many rules not more than one may be alone where the pairs that were found in step are to stay. */
const aloneShare = 6

/**
 * Pairs equal rules. First by what is written: equal words on an equal request need no working out. What is then left
 * and written on one side only is worked out and paired by formula, so that another way to write the same condition is
 * no change.
 */
export function alignLists({ space, readers, alias, models }: Aligning, lists: Sided<DecisionList>): Alignment {
  const destinations = { before: destinationNumbers(space, readers.before), after: destinationNumbers(space, readers.after, alias) }
  const [before, after] = [lists.before.rules, lists.after.rules]
  const same = isSameRule(readers, alias === ownName ? null : alias, destinations, models.before.dialect === models.after.dialect && models.before.version === models.after.version)
  const steady = inStep(before.length, after.length, (one, other) => same(before[one] as DecidingRule, after[other] as DecidingRule))
  if (steady.alone === 0) return { beforePartner: steady.before, afterPartner: steady.after, changed: 0 }
  const written = new PairNumbers()
  const worked = new PairNumbers()
  const keys: Keys = {
    written: (side, place) => { const rule = lists[side].rules[place] as DecidingRule; return written.of(rule.condition.number, destinations[side](rule)) },
    worked: (side, place) => { const rule = lists[side].rules[place] as DecidingRule; return worked.of(rule.formula, destinations[side](rule)) },
  }
  return steady.alone * aloneShare <= before.length + after.length ? betweenPairs(steady, keys) : anew(steady, keys)
}

/** Numbers that are equal for rules that are the same, by what is written or by what comes out. */
interface Keys {
  written(side: 'before' | 'after', place: number): number
  worked(side: 'before' | 'after', place: number): number
}

/** Most rules go on in step: what is left pairs where it stands between the same two pairs. */
function betweenPairs(steady: InStep, keys: Keys): Alignment {
  const places = { before: aloneOf(steady.before), after: aloneOf(steady.after) }
  // So many pairs stand before it, on either side.
  const gap = (side: 'before' | 'after', index: number): number => (places[side][index] as number) - index
  const found = inTwoSteps({ before: places.before.length, after: places.after.length }, {
    written: (side, index) => keys.written(side, places[side][index] as number), worked: (side, index) => keys.worked(side, places[side][index] as number),
  }, gap)
  for (const [index, partner] of found.beforePartner.entries()) {
    if (partner === -1) continue
    const [one, other] = [places.before[index] as number, places.after[partner] as number]
    steady.before[one] = other
    steady.after[other] = one
  }
  return { beforePartner: steady.before, afterPartner: steady.after, changed: found.changed }
}

/** Many rules are left, so pairs found in step may stand in the way of more: the longest common run counts. */
function anew({ before, after }: InStep, keys: Keys): Alignment {
  // What was found the same needs no words to be told apart.
  const pairOf = (side: 'before' | 'after', place: number): number => (side === 'before' ? (before[place] === -1 ? -1 : place) : (after[place] as number))
  return inTwoSteps({ before: before.length, after: after.length }, {
    written: (side, place) => { const pair = pairOf(side, place); return pair === -1 ? keys.written(side, place) : -1 - pair }, worked: keys.worked.bind(keys),
  }, () => 0)
}

/** Pairs by what is written, then what is written on one side only by what comes out; only rules of one group. */
function inTwoSteps(length: Sided<number>, keys: Keys, group: (side: 'before' | 'after', index: number) => number): Alignment {
  const [numbers, worked] = [new PairNumbers(), new PairNumbers()]
  const listed = (side: 'before' | 'after', key: (index: number) => number): Float64Array => {
    const list = new Float64Array(length[side])
    for (let index = 0; index < list.length; index += 1) list[index] = numbers.of(key(index), group(side, index))
    return list
  }
  const texts = { before: listed('before', (index) => keys.written('before', index)), after: listed('after', (index) => keys.written('after', index)) }
  const first = alignRules(texts.before, texts.after)
  if (first.changed === 0) return first
  const left = { before: unpaired(texts.before, first.beforePartner), after: unpaired(texts.after, first.afterPartner) }
  const numbered = (side: 'before' | 'after', other: 'before' | 'after', partners: Int32Array): Float64Array => {
    const list = new Float64Array(length[side])
    for (let index = 0; index < list.length; index += 1) {
      const partner = partners[index] as number
      const text = texts[side][index] as number
      list[index] = partner !== -1 ? 3 * (side === 'before' ? index : partner) : left[other].has(text) ? 3 * text + 1 : 3 * worked.of(keys.worked(side, index), group(side, index)) + 2
    }
    return list
  }
  return alignRules(numbered('before', 'after', first.beforePartner), numbered('after', 'before', first.afterPartner))
}

function unpaired(texts: Float64Array, partners: Int32Array): ReadonlySet<number> {
  const found = new Set<number>()
  for (let index = 0; index < texts.length; index += 1) if (partners[index] === -1) found.add(texts[index] as number)
  return found
}
