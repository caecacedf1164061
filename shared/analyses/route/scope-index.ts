import { canonicalText } from '#shared/model/canonical.ts'
import type { Predicate, Test, View } from '#shared/model/predicate.ts'
import type { Scope, Step } from '#shared/model/routing-model.ts'
import { twinOf, type ScopeTwin } from '#shared/model/scope-twins.ts'
import { asciiLower, lowerBytes } from '#shared/requests/bytes.ts'
import { isUnknown, sampleText } from './sample.ts'
import { edgeOf, endsOf, scannedSteps } from './scope-scan.ts'
import { viewSamples, type Surroundings } from './transforms.ts'

/** Scopes shorter than this are walked step by step. */
const worthIndexing = 64
/** Ways in which one part of the request is looked at; steps beyond are always looked at. */
const maximumGroups = 8

type Comparison = 'exact' | 'prefix' | 'suffix'

/** Steps that compare one view with texts in one way. */
interface Group {
  readonly view: View
  readonly comparison: Comparison
  readonly byValue: Map<string, number[]>
  readonly lengths: Set<number>
}

interface ScopeIndex {
  readonly paths: readonly Group[]
  /** By name of the header: those that a request does not have cost nothing. */
  readonly headers: ReadonlyMap<string, readonly Group[]>
  /** Steps that no group holds: they are always looked at. */
  readonly rest: readonly number[]
}

/** Walks of a scope before it is worth an index. */
const worthWalks = 3

/** Finds steps of one scope: the first times by looking at each, later by an index. */
class StepLookup {
  private readonly scope: Scope
  /** The steps that it finds, rising; null: all. */
  private readonly places: readonly number[] | null
  private walks = 0
  private index: ScopeIndex | null = null

  constructor(scope: Scope, places: readonly number[] | null) {
    this.scope = scope
    this.places = places
  }

  get isIndexed(): boolean {
    return this.index !== null
  }

  /** From `from` on, rising; null: any of them. */
  candidates(from: number, around: Surroundings): readonly number[] | null {
    this.walks += 1
    if (this.walks < worthWalks) return scannedSteps(this.scope, this.places, from, around)
    if (this.walks === worthWalks) this.index = buildIndex(this.scope, this.places)
    if (this.index === null) return null
    const found: number[] = []
    if (!collectAll(this.index.paths, around, found)) return null
    for (const { name } of around.state.headers) {
      const groups = this.index.headers.get(name)
      if (groups !== undefined && !collectAll(groups, around, found)) return null
    }
    const merged = found.length === 0 ? this.index.rest : merge([...new Set(found)].sort((a, b) => a - b), this.index.rest)
    return from === 0 ? merged : merged.filter((step) => step >= from)
  }
}

const lookups = new WeakMap<Scope | readonly number[], StepLookup>()

function lookupOf(scope: Scope, alone: readonly number[] | null): StepLookup {
  const key = alone ?? scope
  let lookup = lookups.get(key)
  if (lookup === undefined) {
    lookup = new StepLookup(scope, alone)
    lookups.set(key, lookup)
  }
  return lookup
}

/**
 * Indexes of the steps of a long scope that can hold for this version of the request, rising, from `from` on; null: all
 * of them. A step is left out only when a test that it needs compares a value with texts, none of which it is, starts or
 * ends with.
 */
export function candidateSteps(scope: Scope, from: number, around: Surroundings): readonly number[] | null {
  if (scope.steps.length < worthIndexing) return null
  const own = lookupOf(scope, null)
  const twin = own.isIndexed ? null : twinOf(scope)
  const paired = twin === null ? null : candidatesBy(twin, scope, from, around)
  return paired ?? own.candidates(from, around)
}

/** The steps of a scope by those of its twin, which has an index more often: of two configs, one mostly stays. */
function candidatesBy({ scope: other, placeOf, alone }: ScopeTwin, scope: Scope, from: number, around: Surroundings): readonly number[] | null {
  const theirs = lookupOf(other, null).candidates(0, around)
  if (theirs === null) return null
  const places: number[] = []
  for (const step of theirs) {
    const place = placeOf[step] as number
    if (place !== -1) places.push(place)
  }
  const merged = merge(places, lookupOf(scope, alone).candidates(0, around) ?? alone)
  return from === 0 ? merged : merged.filter((step) => step >= from)
}

/** False: what is looked at is not known. */
function collectAll(groups: readonly Group[], around: Surroundings, found: number[]): boolean {
  for (const group of groups) {
    for (const sample of viewSamples(group.view, around)) {
      if (isUnknown(sample)) return false
      collect(group, asciiLower(sampleText(sample)), found)
    }
  }
  return true
}

function collect({ comparison, byValue, lengths }: Group, text: string, found: number[]): void {
  const take = (part: string): void => {
    for (const step of byValue.get(part) ?? []) found.push(step)
  }
  if (comparison === 'exact') take(text)
  else if (comparison === 'prefix') {
    for (const length of lengths) if (length <= text.length) take(text.slice(0, length))
  } else for (const whole of endsOf(text)) for (const length of lengths) if (length <= whole.length) take(whole.slice(whole.length - length))
}

/** Two rising lists without a common element as one. */
function merge(one: readonly number[], other: readonly number[]): readonly number[] {
  const merged: number[] = []
  let at = 0
  for (const step of one) {
    for (; at < other.length && (other[at] as number) < step; at += 1) merged.push(other[at] as number)
    merged.push(step)
  }
  for (; at < other.length; at += 1) merged.push(other[at] as number)
  return merged
}

/** Where groups of one part of the request are kept: under the name of a header, or under nothing for the path. */
function partOf({ field }: View): string {
  return field.kind === 'header' ? field.name.toLowerCase() : ''
}

function buildIndex({ steps }: Scope, places: readonly number[] | null): ScopeIndex | null {
  const groups = new Map<string, Group>()
  const byPart = new Map<string, Group[]>()
  const rest: number[] = []
  // Steps share the few views that a config writes, so most are known by what they are.
  const byView = { exact: new Map<View, Group | null>(), prefix: new Map<View, Group | null>(), suffix: new Map<View, Group | null>() }
  const groupFor = (needed: NeededText): Group | null => {
    let group = byView[needed.comparison].get(needed.view)
    if (group === undefined) {
      group = groupOf(needed)
      byView[needed.comparison].set(needed.view, group)
    }
    return group
  }
  const groupOf = ({ view, comparison }: NeededText): Group | null => {
    const key = `${comparison} ${canonicalText(view)}`
    let group = groups.get(key)
    if (group !== undefined) return group
    const part = partOf(view)
    const known = byPart.get(part) ?? []
    if (known.length >= maximumGroups) return null
    group = { view, comparison, byValue: new Map(), lengths: new Set() }
    groups.set(key, group)
    byPart.set(part, [...known, group])
    return group
  }
  const count = places === null ? steps.length : places.length
  for (let at = 0; at < count; at += 1) {
    const index = places === null ? at : (places[at] as number)
    const tests = neededTexts((steps[index] as Step).when)
    const into = tests === null ? [null] : tests.map(groupFor)
    if (tests === null || into.includes(null)) rest.push(index)
    else for (const [number, { values }] of tests.entries()) addTo(into[number] as Group, values, index)
  }
  if (rest.length * 2 > count) return null
  const paths = byPart.get('') ?? []
  byPart.delete('')
  return { paths, headers: byPart, rest }
}

interface NeededText {
  readonly view: View
  readonly comparison: Comparison
  readonly values: readonly string[]
}

function addTo({ byValue, lengths }: Group, values: readonly string[], index: number): void {
  for (const value of values) {
    // Lower case on both sides: an index may find too much, never too little.
    const text = lowerBytes(value)
    const steps = byValue.get(text)
    lengths.add(text.length)
    if (steps === undefined) byValue.set(text, [index])
    else if (steps[steps.length - 1] !== index) steps.push(index)
  }
}

/** Alternatives of one condition that are told apart. */
const maximumAlternatives = 8

/**
 * Tests of equal text, or of its start or end, one of which has to hold for the predicate to hold; those that most rarely
 * do. Null: there are none.
 */
function neededTexts(predicate: Predicate): readonly NeededText[] | null {
  switch (predicate.kind) {
    case 'named': return neededTexts(predicate.of)
    case 'and': {
      let best: readonly NeededText[] | null = null
      for (const part of predicate.of) {
        const tests = neededTexts(part)
        if (tests !== null && (best === null || rarity(tests) > rarity(best))) best = tests
      }
      return best
    }
    case 'or': {
      if (predicate.of.length === 0 || predicate.of.length > maximumAlternatives) return null
      const tests: NeededText[] = []
      for (const part of predicate.of) {
        const needed = neededTexts(part)
        if (needed === null) return null
        tests.push(...needed)
      }
      return tests.length > maximumAlternatives ? null : tests
    }
    case 'test': {
      const { view, matcher } = predicate
      if (matcher.kind === 'regex') {
        const edge = isPlainText(predicate) ? edgeOf(matcher.patterns) : null
        return edge === null ? null : [{ view, ...edge }]
      }
      const compares = matcher.kind === 'exact' || matcher.kind === 'prefix' || matcher.kind === 'suffix'
      return compares && isPlainText(predicate) && matcher.values.length <= 64 ? [{ view, comparison: matcher.kind, values: matcher.values }] : null
    }
    default: return null
  }
}

/** Equal text is as rare as a start that is this much longer. */
const worthOfExact = 6

/** How rarely requests hold one of the texts, as a guess: by the shortest of them. */
function rarity(tests: readonly NeededText[]): number {
  let least = Infinity
  for (const { comparison, values } of tests) for (const { length } of values) least = Math.min(least, comparison === 'exact' ? length + worthOfExact : length)
  return least
}

/** Methods are compared by rules of their own; an absent value that counts as empty matches the empty text. */
function isPlainText({ view }: Test): boolean {
  return view.type === 'string' && view.absentAs === 'nothing' && (view.field.kind === 'header' || view.field.kind === 'path')
}
