import { destinationKey, receivedKey, type DecidingRule, type DecisionList, type Destination } from '#shared/model/decision-space/decision-list.ts'
import { PairNumbers } from '#shared/model/decision-space/numbering.ts'
import type { Reader, Space } from '#shared/model/decision-space/reader.ts'
import type { State } from '#shared/model/decision-space/state.ts'
import { alignRules, type Alignment } from './align.ts'

type Sided<T> = { readonly before: T; readonly after: T }

interface Aligning {
  readonly space: Space
  readonly readers: Sided<Reader>
  readonly alias: (pool: string) => string
}

/**
 * Pairs equal rules. First by what is written: equal words on an equal request need no working out. What is then left
 * and written on one side only is worked out and paired by formula, so that another way to write the same condition is
 * no change.
 */
export function alignLists({ space, readers, alias }: Aligning, lists: Sided<DecisionList>): Alignment {
  const destinations = { before: numbersOf(space, readers.before), after: numbersOf(space, readers.after, alias) }
  const isSame = (one: DecidingRule, other: DecidingRule): boolean => destinations.before(one) === destinations.after(other) && one.condition.isWrittenLike(other.condition)
  const ends = sameEnds(lists, isSame)
  const pairs = new PairNumbers()
  const written = (side: 'before' | 'after'): number[] => lists[side].rules.map((rule, index) => {
    // What is the same at both ends needs no words to be told apart.
    const fromEnd = lists[side].rules.length - index
    return index < ends.start ? -1 - index : fromEnd <= ends.end ? -1 - ends.start - fromEnd : pairs.of(rule.condition.number, destinations[side](rule))
  })
  const texts = { before: written('before'), after: written('after') }
  const first = alignRules(texts.before, texts.after)
  if (first.changed === 0) return first
  const left = { before: unpaired(texts.before, first.beforePartner), after: unpaired(texts.after, first.afterPartner) }
  const worked = new PairNumbers()
  const numbers = (side: 'before' | 'after', other: 'before' | 'after', partners: Int32Array): number[] => lists[side].rules.map((rule, index) => {
    const partner = partners[index] as number
    if (partner !== -1) return 3 * (side === 'before' ? index : partner)
    const text = texts[side][index] as number
    return left[other].has(text) ? 3 * text + 1 : 3 * worked.of(rule.formula, destinations[side](rule)) + 2
  })
  return alignRules(numbers('before', 'after', first.beforePartner), numbers('after', 'before', first.afterPartner))
}

/** How many rules at both ends are the same on both sides. */
function sameEnds({ before, after }: Sided<DecisionList>, isSame: (one: DecidingRule, other: DecidingRule) => boolean): { readonly start: number; readonly end: number } {
  const shorter = Math.min(before.rules.length, after.rules.length)
  const same = (one: number, other: number): boolean => isSame(before.rules[one] as DecidingRule, after.rules[other] as DecidingRule)
  let start = 0
  while (start < shorter && same(start, start)) start += 1
  let end = 0
  while (end < shorter - start && same(before.rules.length - 1 - end, after.rules.length - 1 - end)) end += 1
  return { start, end }
}

function unpaired(texts: readonly number[], partners: Int32Array): ReadonlySet<number> {
  return new Set(texts.filter((_, index) => partners[index] === -1))
}

/** Numbers that are equal where two rules send requests to the same place in the same form. */
function numbersOf(space: Space, reader: Reader, alias?: (pool: string) => string): (rule: DecidingRule) => number {
  const destinations = new Map<Destination, number>()
  const states = new Map<State, number>()
  const numbered = <T>(known: Map<T, number>, key: T, text: () => string): number => {
    let number = known.get(key)
    if (number === undefined) {
      number = space.numberOf(text())
      known.set(key, number)
    }
    return number
  }
  return ({ destination, state }) => {
    const place = numbered(destinations, destination, () => destinationKey(destination, alias))
    const { kind } = destination
    const received = kind === 'forward' || kind === 'serve' || kind === 'split' ? numbered(states, state, () => `received ${receivedKey(reader, state)}`) : -1
    return space.destinationNumbers.of(place, received)
  }
}
