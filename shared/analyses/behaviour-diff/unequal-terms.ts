import { choiceIn, choiceInList, decided, decidedList, lengthsDiffer } from '#shared/model/decision-space/choices.ts'
import { exactly, integerMatching } from '#shared/model/decision-space/matching.ts'
import type { Reader } from '#shared/model/decision-space/reader.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import type { Term, TermList } from '#shared/model/decision-space/term.ts'
import { countHolds, nthOf } from '#shared/model/decision-space/value-lists.ts'
import { always, never, type Formula } from '#shared/requests/space/world.ts'

/** What both sides share, and the reader that asks about values of both. */
export interface ComparingTerms {
  readonly space: Space
  readonly before: Reader
}

/** Requests for which two values differ. `exact`: false: they are written differently and may still come out alike. */
export interface Unequal {
  readonly when: Formula
  readonly exact: boolean
}

const same: Unequal = { when: never, exact: true }

/** Choices inside two values that are followed; beyond that they count as written differently. */
const maximumChoices = 200

interface Fuel {
  left: number
  /** Pairs of values that were compared already, by their numbers. */
  readonly known: Map<string, Unequal>
}

const fresh = (): Fuel => ({ left: maximumChoices, known: new Map() })

/** Requests for which two terms have different values. Choices are followed wherever they stand, the same one on both sides at once. */
export function unequal(comparing: ComparingTerms, before: Term, after: Term, fuel = fresh()): Unequal {
  if (before === after) return same
  const key = `${before.id} ${after.id}`
  let found = fuel.known.get(key)
  if (found === undefined) {
    found = behindSameStart(comparing, before, after, fuel) ?? unequalAnew(comparing, before, after, fuel)
    fuel.known.set(key, found)
  }
  return found
}

/** Two texts that start alike differ where their rests do; null: they do not, or have more than one rest. */
function behindSameStart(comparing: ComparingTerms, before: Term, after: Term, fuel: Fuel): Unequal | null {
  if (before.kind !== 'concat' || after.kind !== 'concat' || before.parts.length !== 2 || after.parts.length !== 2 || before.parts[0] !== after.parts[0]) return null
  const { world, terms } = comparing.space
  const [one, other] = [before.parts[1] as Term, after.parts[1] as Term]
  const found = unequal(comparing, one, other, fuel)
  if (!terms.maybeAbsent(one) && !terms.maybeAbsent(other)) return found
  // In a text an absent value is an empty one.
  const { tests } = comparing.before
  const empty = (term: Term): Formula => world.or(world.not(tests.present(term)), tests.holds(term, exactly(['']), (negated) => `the value is ${negated ? 'not ' : ''}empty`))
  return { when: world.and(found.when, world.not(world.and(empty(one), empty(other)))), exact: found.exact }
}

function unequalAnew(comparing: ComparingTerms, before: Term, after: Term, fuel: Fuel): Unequal {
  const { world, terms } = comparing.space
  const when = choiceIn(before) ?? choiceIn(after)
  if (when !== null) {
    if (fuel.left === 0) return { when: always, exact: false }
    fuel.left -= 1
    const side = (holds: boolean): Unequal => unequal(comparing, decided(terms, before, when, holds), decided(terms, after, when, holds), fuel)
    const [one, other] = [side(true), side(false)]
    return { when: world.or(world.and(when, one.when), world.and(world.not(when), other.when)), exact: one.exact && other.exact }
  }
  if (before.kind === 'text' && after.kind === 'text') return { when: always, exact: true }
  if (before.kind === 'text') return notText(comparing, after, before.text)
  if (after.kind === 'text') return notText(comparing, before, after.text)
  if (before.kind === 'absent') return { when: comparing.before.tests.present(after), exact: true }
  if (after.kind === 'absent') return { when: comparing.before.tests.present(before), exact: true }
  return apart(comparing, before, after)
}

function notText({ space, before }: ComparingTerms, term: Term, text: string): Unequal {
  const equal = before.tests.holds(term, exactly([text]), (negated) => `the value is ${negated ? 'not ' : ''}${text}`)
  return { when: space.world.not(equal), exact: term.kind !== 'unknown' }
}

/** Two composed values: what they share at both ends is taken off. */
function apart(comparing: ComparingTerms, before: Term, after: Term): Unequal {
  const one = [...(before.kind === 'concat' ? before.parts : [before])]
  const other = [...(after.kind === 'concat' ? after.parts : [after])]
  while (one.length > 0 && other.length > 0 && one[0] === other[0]) {
    one.shift()
    other.shift()
  }
  while (one.length > 0 && other.length > 0 && one[one.length - 1] === other[other.length - 1]) {
    one.pop()
    other.pop()
  }
  if (one.length === 0 && other.length === 0) return same
  const texts = (parts: readonly Term[]): string | null => (parts.length === 0 ? '' : parts.length === 1 && parts[0]?.kind === 'text' ? parts[0].text : null)
  const [left, right] = [texts(one), texts(other)]
  if (left !== null && right !== null) return { when: always, exact: true }
  const only = left === null ? one : other
  const text = left ?? right
  if (text !== null && only.length === 1 && only[0] !== undefined) {
    const { terms, world } = comparing.space
    const equal = comparing.before.tests.holds(terms.concat([only[0]]), exactly([text]), (negated) => `the value is ${negated ? 'not ' : ''}${text}`)
    // In a text an absent value is an empty one.
    const empty = text === '' ? world.not(comparing.before.tests.present(only[0])) : never
    return { when: world.not(world.or(equal, empty)), exact: true }
  }
  return { when: always, exact: lengthsDiffer(one, other) }
}

/** Absent values are no header lines. */
function itemsDifference(comparing: ComparingTerms, before: readonly Term[], after: readonly Term[]): Unequal {
  const { world, terms } = comparing.space
  const here = (items: readonly Term[]): readonly Term[] => items.filter((item) => item.kind !== 'absent')
  const [one, other] = [here(before), here(after)]
  const [none, some] = one.length === 0 ? [one, other] : [other, one]
  if (none.length === 0) return { when: world.any(some.map((item) => comparing.before.tests.present(item))), exact: true }
  const fixed = [...one, ...other].every((item) => !terms.maybeAbsent(item))
  if (one.length !== other.length) return { when: always, exact: fixed }
  const parts = one.map((item, index) => unequal(comparing, item, other[index] as Term))
  return { when: world.any(parts.map((part) => part.when)), exact: parts.every((part) => part.exact) && (fixed || one.length === 1) }
}

/** Requests for which two lists of values differ. */
export function listDifference(comparing: ComparingTerms, before: TermList, after: TermList, fuel = fresh()): Unequal {
  if (before === after) return same
  const { world, terms } = comparing.space
  const when = choiceInList(before) ?? choiceInList(after)
  if (when !== null) {
    if (fuel.left === 0) return { when: always, exact: false }
    fuel.left -= 1
    const side = (holds: boolean): Unequal => listDifference(comparing, decidedList(terms, before, when, holds), decidedList(terms, after, when, holds), fuel)
    const [one, other] = [side(true), side(false)]
    return { when: world.or(world.and(when, one.when), world.and(world.not(when), other.when)), exact: one.exact && other.exact }
  }
  const [one, other] = [taken(before), taken(after)]
  if (one.start === other.start) return itemsDifference(comparing, one.items, other.items)
  const [base, items] = before.kind === 'base' ? [before, other] : after.kind === 'base' ? [after, one] : [null, null]
  // Deleting a header changes nothing where it never came.
  if (base !== null && items.start === null && items.items.length === 0) return { when: comparing.before.tests.present(terms.read(base.variable)), exact: true }
  // One value that is given instead of those that came: alike where exactly this one came.
  const value = items?.start === null && items.items.length === 1 ? items.items[0] : undefined
  if (base !== null && value?.kind === 'text') {
    const reader = comparing.before
    const one = countHolds(reader, base, [], integerMatching([[1, 1]]), (negated) => `there is ${negated ? 'not ' : ''}one value`)
    return { when: world.not(world.and(one, reader.tests.holds(nthOf(reader, base, 1), exactly([value.text]), (negated) => `the value is ${negated ? 'not ' : ''}${value.text}`))), exact: true }
  }
  return { when: always, exact: false }
}

/** A list as what it starts with (null: nothing) and the values that were added. */
function taken(list: TermList): { readonly start: TermList | null; readonly items: readonly Term[] } {
  switch (list.kind) {
    case 'items': return { start: null, items: list.items }
    case 'append': {
      const rest = taken(list.list)
      return { start: rest.start, items: [...rest.items, list.item] }
    }
    default: return { start: list, items: [] }
  }
}
