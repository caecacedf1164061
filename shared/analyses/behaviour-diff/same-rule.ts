import type { Condition } from '#shared/model/decision-space/condition.ts'
import type { DecidingRule, Destination } from '#shared/model/decision-space/decision-list.ts'
import { destinationKey, receivedKey } from '#shared/model/decision-space/rule-keys.ts'
import { ForwardRule } from '#shared/model/decision-space/forward-rule.ts'
import type { Reader } from '#shared/model/decision-space/reader.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import { stateNumber, type State } from '#shared/model/decision-space/state.ts'
import { isWrittenAlike } from '#shared/model/written-alike.ts'

type Sided<T> = { readonly before: T; readonly after: T }
type Numbering = (rule: DecidingRule) => number

/** Numbers that are equal where two rules send requests to the same place in the same form. */
export function destinationNumbers(space: Space, reader: Reader, alias?: (pool: string) => string): Numbering {
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

/** Answers for the two that were asked about last: neighbouring rules share nearly everything. */
function remembered<T extends object>(ask: (one: T, other: T) => boolean): (one: T, other: T) => boolean {
  let lastOne: T | null = null
  let lastOther: T | null = null
  let answer = false
  return (one, other) => {
    if (one !== lastOne || other !== lastOther) {
      answer = ask(one, other)
      lastOne = one
      lastOther = other
    }
    return answer
  }
}

/**
 * Do two rules hold for the same requests, as far as they are written alike, and send them to the same place in the same
 * form? The same as comparing their numbers, without the texts behind those for plain rules.
 */
export function isSameRule(readers: Sided<Reader>, alias: (pool: string) => string, destinations: Sided<Numbering>): (one: DecidingRule, other: DecidingRule) => boolean {
  const byNumber = (one: DecidingRule, other: DecidingRule): boolean => destinations.before(one) === destinations.after(other) && one.condition.isWrittenLike(other.condition)
  // What definitions outside the rule say takes part then.
  if (readers.before.hasClosures || readers.after.hasClosures) return byNumber
  const sameGuard = remembered<Condition>((one, other) => one.isWrittenLike(other))
  const sameState = remembered<State>((one, other) => stateNumber(readers.before, one) === stateNumber(readers.after, other) && receivedKey(readers.before, one) === receivedKey(readers.after, other))
  return (one, other) => {
    if (!(one instanceof ForwardRule) || !(other instanceof ForwardRule)) return byNumber(one, other)
    return one.destination.pool === alias(other.destination.pool) && isWrittenAlike(one.step.when, other.step.when) && sameState(one.state, other.state) && sameGuard(one.guard, other.guard)
  }
}
