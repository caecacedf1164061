import type { DecidingRule, Destination } from '#shared/model/decision-space/deciding-rule.ts'
import { destinationKey, receivedKey, settingsKey } from '#shared/model/decision-space/rule-keys.ts'
import { ForwardRule } from '#shared/model/decision-space/forward-rule.ts'
import type { Reader } from '#shared/model/decision-space/reader.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import { stateNumber, type State } from '#shared/model/decision-space/state.ts'
import type { Scope } from '#shared/model/routing-model.ts'
import { isWordedAlike, twinOf, type ScopeTwin } from '#shared/model/scope-twins.ts'
import { isWrittenAlike } from '#shared/model/written-alike.ts'

type Sided<T> = { readonly before: T; readonly after: T }
type Numbering = (rule: DecidingRule) => number

/** Numbers that are equal where two rules send requests to the same place in the same form. */
export function destinationNumbers(space: Space, reader: Reader, alias?: (pool: string) => string): Numbering {
  const destinations = new Map<Destination, number>()
  const states = new Map<State, number>()
  const settings = new Map<State, number>()
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
    const received = kind === 'forward' || kind === 'serve' || kind === 'split' ? numbered(states, state, () => `received ${receivedKey(reader, state)}`)
      : reader.settingsVariable === null ? -1 : numbered(settings, state, () => settingsKey(reader, state))
    return space.destinationNumbers.of(place, received)
  }
}

/**
 * Do two rules hold for the same requests, as far as they are written alike, and send them to the same place in the same
 * form? The same as comparing their numbers, without the texts behind those for plain rules. `alias`: null where pools keep
 * their names. `sameLanguage`: both configs
 * are of one dialect and version.
 */
export function isSameRule(readers: Sided<Reader>, alias: ((pool: string) => string) | null, destinations: Sided<Numbering>, sameLanguage: boolean): (one: DecidingRule, other: DecidingRule) => boolean {
  const byNumber = (one: DecidingRule, other: DecidingRule): boolean => destinations.before(one) === destinations.after(other) && one.condition.isWrittenLike(other.condition)
  // What definitions outside the rule say takes part then.
  if (readers.before.closures.areSome || readers.after.closures.areSome) return byNumber
  // Neighbouring rules share what is around them, so the last answer mostly holds.
  let [lastOne, lastOther]: [ForwardRule | null, ForwardRule | null] = [null, null]
  let isAround = false
  let [twinned, twin]: [Scope | null, ScopeTwin | null] = [null, null]
  const isLike = (one: ForwardRule, other: ForwardRule): boolean =>
    one.destination.pool === (alias === null ? other.destination.pool : alias(other.destination.pool)) && (sameLanguage && isWordedAlike(one.step, other.step) || isWrittenAlike(one.step.when, other.step.when))
  const isPaired = (one: ForwardRule, other: ForwardRule): boolean => {
    if (other.scope !== twinned) [twinned, twin] = [other.scope, twinOf(other.scope)]
    return twin?.scope === one.scope && twin.placeOf[one.place] === other.place
  }
  return (one, other) => {
    if (!(one instanceof ForwardRule) || !(other instanceof ForwardRule)) return byNumber(one, other)
    // What is paired names the same pool, too.
    if (!(alias === null && isPaired(one, other)) && !isLike(one, other)) return false
    if (one.state !== lastOne?.state || other.state !== lastOther?.state || one.guard !== lastOne.guard || other.guard !== lastOther.guard) {
      isAround = stateNumber(readers.before, one.state) === stateNumber(readers.after, other.state) && receivedKey(readers.before, one.state) === receivedKey(readers.after, other.state) && one.guard.isWrittenLike(other.guard)
      lastOne = one
      lastOther = other
    }
    return isAround
  }
}
