import { contains, LanguageTooLarge, type Language } from '#shared/requests/languages/language.ts'
import { searchWord } from '#shared/requests/languages/search-word.ts'
import { testsValue, type Atom } from './world.ts'
import type { Value, Variable } from './variable.ts'

export type VariableAtom = Extract<Atom, { readonly kind: 'variable' }>

/** Literals over one variable that must hold together. */
export interface LiteralSet {
  readonly positive: readonly VariableAtom[]
  readonly negative: readonly VariableAtom[]
}

/** `none` is a proof; `gave-up` is not. */
export type Found = { readonly kind: 'value'; readonly value: Value } | { readonly kind: 'none' } | { readonly kind: 'gave-up'; readonly reason: string }

const none: Found = { kind: 'none' }
/** Steps of automata in one question; bytes of addresses differ in all their values, so their automata are broad. */
const maxSteps = 1_000_000
const maxAddressSteps = 12_000_000
const maxLength = 4_000

/**
 * A value of `variable` that satisfies all literals, or the proof that there is none.
 *
 * Exact for single values, and for lists as long as positions other than the first and last, and counts, do not compete.
 */
export function findValue(variable: Variable, literals: LiteralSet): Found {
  try {
    return variable.shape === 'single' ? findSingle(variable, literals) : findList(variable, literals)
  } catch (error) {
    if (error instanceof LanguageTooLarge) return { kind: 'gave-up', reason: 'a pattern is too large' }
    throw error
  }
}

function fits(value: Value, { positive, negative }: LiteralSet): boolean {
  return positive.every((atom) => testsValue(atom, value)) && negative.every((atom) => !testsValue(atom, value))
}

function findSingle(variable: Variable, literals: LiteralSet): Found {
  const { positive, negative } = literals
  for (const word of variable.preferred) if (fits(word, literals)) return { kind: 'value', value: word }
  if (positive.length === 0 && variable.optional && variable.preferred.length === 0) return { kind: 'value', value: null }
  const word = findWord(variable, positive, negative)
  if (word.kind === 'none' && variable.optional && positive.length === 0) return { kind: 'value', value: null }
  return word
}

/** One element of the domain in every positive and no negative language. */
function findWord(variable: Variable, positive: readonly VariableAtom[], negative: readonly VariableAtom[]): Found {
  for (const atom of positive) {
    for (const sample of atom.samples()) {
      if (contains(variable.domain, sample) && positive.every((one) => contains(one.language(), sample)) && negative.every((one) => !contains(one.language(), sample))) {
        return { kind: 'value', value: sample }
      }
    }
  }
  const found = searchWord({
    positive: [variable.domain, ...positive.map((atom) => atom.language())], negative: negative.map((atom): Language => atom.language()),
    prefer: variable.preferred, maxSteps: variable.encoding === 'address' ? maxAddressSteps : maxSteps, maxLength,
  })
  switch (found.kind) {
    case 'word': return { kind: 'value', value: found.word }
    case 'empty': return none
    case 'gave-up': return found
  }
}

interface Places {
  /** Constraints of single positions, by index as written: 1 first, -1 last. */
  readonly at: ReadonlyMap<number, { readonly positive: VariableAtom[]; readonly negative: VariableAtom[] }>
  readonly anywhere: readonly VariableAtom[]
  readonly nowhere: readonly VariableAtom[]
  readonly counts: LiteralSet
}

function placesOf({ positive, negative }: LiteralSet): Places {
  const at = new Map<number, { readonly positive: VariableAtom[]; readonly negative: VariableAtom[] }>()
  const place = (index: number): { readonly positive: VariableAtom[]; readonly negative: VariableAtom[] } => {
    let known = at.get(index)
    if (known === undefined) {
      known = { positive: [], negative: [] }
      at.set(index, known)
    }
    return known
  }
  for (const atom of positive) if (atom.facet.kind === 'nth') place(atom.facet.index).positive.push(atom)
  for (const atom of negative) if (atom.facet.kind === 'nth') place(atom.facet.index).negative.push(atom)
  return {
    at,
    anywhere: positive.filter((atom) => atom.facet.kind === 'any'),
    nowhere: negative.filter((atom) => atom.facet.kind === 'any'),
    counts: { positive: positive.filter((atom) => atom.facet.kind === 'count'), negative: negative.filter((atom) => atom.facet.kind === 'count') },
  }
}

/** Longest list that is made as an example; balancers refuse requests with many more headers. */
const mostValues = 100

/**
 * Lists from short to long: nothing, one value, and one long enough that no two positions compete. Whatever satisfies
 * the literals has one of these shapes when only first, last and any position are asked about.
 */
function findList(variable: Variable, literals: LiteralSet): Found {
  const places = placesOf(literals)
  const countFits = (count: number): boolean => countHolds(places.counts, count)
  if (countFits(0) && fits([], literals)) return { kind: 'value', value: [] }
  let gaveUp: Found | null = null
  const note = (found: Found): void => {
    if (found.kind === 'gave-up') gaveUp = found
  }
  const counted = places.counts.positive.length + places.counts.negative.length > 0
  const furthest = Math.max(0, ...[...places.at.keys()].map((index) => Math.abs(index)))
  const longest = 2 * furthest + places.anywhere.length + 1
  const lengths = counted ? [...Array.from({ length: longest }, (_, index) => index + 1), ...possibleCounts(places.counts).filter((count) => count > 0 && count <= mostValues)] : [1, ...Array.from({ length: furthest > 1 ? longest - 1 : 0 }, (_, index) => index + 2), longest]
  for (const length of new Set(lengths)) {
    if (!countFits(length)) continue
    const found = listOf(variable, places, length)
    if (found.kind === 'value') return fits(found.value, literals) ? found : { kind: 'gave-up', reason: `values of ${variable.key} compete` }
    note(found)
  }
  if (gaveUp !== null) return gaveUp
  if (!counted) return none
  const possible = possibleCounts(places.counts).filter((count) => count > 0)
  // One value takes everything that is asked for, so that was tried in full.
  if (possible.every((count) => count === 1)) return none
  // Values that would have to share a position were not tried in every combination, nor lengths beyond those.
  const tried = lengths.some((length) => length > 1 && length >= furthest && countFits(length))
  return tried && places.anywhere.length + places.at.size <= 1 ? none : { kind: 'gave-up', reason: `the number of values of ${variable.key} is restricted` }
}

function countHolds({ positive, negative }: LiteralSet, count: number): boolean {
  const holds = (atom: VariableAtom): boolean => atom.facet.kind === 'count' && atom.facet.ranges.some(([from, to]) => (from === null || count >= from) && (to === null || count <= to))
  return positive.every(holds) && !negative.some(holds)
}

/** Numbers of values that the counts allow, one of each stretch between their bounds. */
function possibleCounts(counts: LiteralSet): readonly number[] {
  const bounds = [...counts.positive, ...counts.negative].flatMap(({ facet }) => (facet.kind === 'count' ? facet.ranges.flatMap(([from, to]) => [...(from === null ? [] : [from - 1, from]), ...(to === null ? [] : [to, to + 1])]) : []))
  return [...new Set([0, 1, 2, ...bounds, ...bounds.map((bound) => bound + 1)])].filter((count) => count >= 0 && countHolds(counts, count))
}

function listOf(variable: Variable, places: Places, length: number): Found {
  const positive: VariableAtom[][] = Array.from({ length }, () => [])
  const negative: VariableAtom[][] = Array.from({ length }, () => [...places.nowhere])
  for (const [index, constraint] of places.at) {
    const position = index > 0 ? index - 1 : length + index
    if (position < 0 || position >= length) {
      if (constraint.positive.length > 0) return none
      continue
    }
    positive[position]?.push(...constraint.positive)
    negative[position]?.push(...constraint.negative)
  }
  const free = Array.from({ length }, (_, position) => position).filter((position) => (positive[position] as VariableAtom[]).length === 0 && !isPlaced(places, position, length))
  for (const atom of places.anywhere) {
    const position = length === 1 ? 0 : (free.shift() ?? fallback(places, length))
    positive[position]?.push(atom)
  }
  const values: string[] = []
  for (let position = 0; position < length; position += 1) {
    const found = findWord(variable, positive[position] as VariableAtom[], negative[position] as VariableAtom[])
    if (found.kind !== 'value') return found
    values.push(found.value as string)
  }
  return { kind: 'value', value: values }
}

const isPlaced = (places: Places, position: number, length: number): boolean => places.at.has(position + 1) || places.at.has(position - length)
const fallback = (places: Places, length: number): number => (places.at.has(1) ? length - 1 : 0)
