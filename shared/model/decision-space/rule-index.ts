import { asciiLower, toBytes } from '#shared/requests/bytes.ts'
import type { Formula, Literals, World } from '#shared/requests/space/world.ts'
import type { VariableId } from '#shared/requests/space/variable.ts'
import type { Field, Predicate, Test } from '../predicate.ts'
import type { DecidingRule } from './decision-list.ts'
import type { Space } from './reader.ts'
import type { State } from './state.ts'

/** What every request of a rule starts with or equals, per variable; lower case, so that it is never too narrow. */
export type Anchors = ReadonlyMap<VariableId, Anchor>

interface Anchor {
  readonly exact: boolean
  readonly values: readonly string[]
}

const known = new WeakMap<World, Map<Formula, Anchors>>()
const noAnchors: Anchors = new Map()

/** Anchors that follow from the outer shape of a formula. */
function anchorsOf(world: World, formula: Formula): Anchors {
  let cache = known.get(world)
  if (cache === undefined) {
    cache = new Map()
    known.set(world, cache)
  }
  let anchors = cache.get(formula)
  if (anchors === undefined) {
    anchors = freshAnchors(world, formula)
    cache.set(formula, anchors)
  }
  return anchors
}

function freshAnchors(world: World, formula: Formula): Anchors {
  const atom = world.atomOf(formula)
  if (atom !== null) {
    if ((formula & 1) === 1 || atom.kind !== 'variable' || atom.variable.shape !== 'single' || atom.literals === null) return noAnchors
    return new Map([[atom.variable.id, anchorOf(atom.literals)]])
  }
  const parts = world.partsOf(formula)
  if (parts.length === 0) return noAnchors
  if ((formula & 1) === 0) {
    let merged: Anchors = noAnchors
    for (const part of parts) merged = mergeAnchors(merged, anchorsOf(world, part))
    return merged
  }
  return alternatives(parts.map((part) => anchorsOf(world, part ^ 1)))
}

/** An alternative is anchored where each of its parts is. */
function alternatives(options: readonly Anchors[]): Anchors {
  const found = new Map<VariableId, Anchor>()
  for (const [id, anchor] of options[0] ?? []) {
    const all = options.map((option) => option.get(id))
    if (all.every((one) => one !== undefined)) found.set(id, { exact: all.every((one) => (one as Anchor).exact) && anchor.exact, values: all.flatMap((one) => (one as Anchor).values) })
  }
  return found
}

const ofRules = new WeakMap<DecidingRule, Anchors>()

/** Anchors of a rule, from its predicates as they are written where that is enough: its formula need not be worked out. */
export function anchorsOfRule(space: Space, rule: DecidingRule): Anchors {
  let anchors = ofRules.get(rule)
  if (anchors === undefined) {
    anchors = noAnchors
    for (const { predicate, state } of rule.condition.parts) anchors = mergeAnchors(anchors, predicateAnchors(space, predicate, state))
    if (anchors.size === 0 && rule.condition.hasMore) anchors = anchorsOf(space.world, rule.formula)
    ofRules.set(rule, anchors)
  }
  return anchors
}

interface Best {
  readonly id: VariableId
  readonly anchor: Anchor
}

function bestOf(anchors: Anchors): Best | null {
  let best: Best | null = null
  for (const [id, anchor] of anchors) if (best === null || narrower(anchor, best.anchor)) best = { id, anchor }
  return best
}

/** The narrowest anchor of a predicate; for the many rules that are only sorted in, never looked at. */
function bestAnchor(space: Space, predicate: Predicate, state: State): Best | null {
  switch (predicate.kind) {
    case 'named': return bestAnchor(space, predicate.of, state)
    case 'and': {
      let best: Best | null = null
      for (const part of predicate.of) {
        const one = bestAnchor(space, part, state)
        if (one !== null && (best === null || narrower(one.anchor, best.anchor))) best = one
      }
      return best
    }
    case 'test': return testAnchor(space, predicate, state)
    case 'or': return bestOf(predicateAnchors(space, predicate, state))
    default: return null
  }
}

function testAnchor(space: Space, { matcher, view }: Test, state: State): Best | null {
  if (matcher.kind !== 'exact' && matcher.kind !== 'prefix') return null
  const id = anchored(space, view.field, state)
  if (id === null) return null
  let exact = matcher.kind === 'exact'
  for (const transform of view.transforms) {
    if (transform.kind === 'host-only' || (transform.kind === 'field' && transform.index === 1)) exact = false
    else if (transform.kind !== 'lower' && transform.kind !== 'upper') return null
  }
  return { id, anchor: { exact, values: matcher.values.map((value) => asciiLower(toBytes(value))) } }
}

function predicateAnchors(space: Space, predicate: Predicate, state: State): Anchors {
  switch (predicate.kind) {
    case 'named': return predicateAnchors(space, predicate.of, state)
    case 'and': return predicate.of.reduce<Anchors>((merged, part) => mergeAnchors(merged, predicateAnchors(space, part, state)), noAnchors)
    case 'or': return alternatives(predicate.of.map((part) => predicateAnchors(space, part, state)))
    case 'test': {
      const best = testAnchor(space, predicate, state)
      return best === null ? noAnchors : new Map([[best.id, best.anchor]])
    }
    default: return noAnchors
  }
}

/** Variable of a field as it arrived; null: it was rewritten, or is not one that lists are sorted by. */
function anchored(space: Space, field: Field, state: State): VariableId | null {
  switch (field.kind) {
    case 'path': return state.path.kind === 'read' && state.arrival.readable ? space.variables.path.id : null
    case 'header': return field.name === 'host' && state.arrival.readable && !state.headers.some((step) => step.matches('host')) ? space.variables.host.id : null
    case 'sni': return (field.seen === 'terminated') === (state.arrival.listener.tls !== null) && state.arrival.tls ? space.variables.sni.id : null
    default: return null
  }
}

function anchorOf(literals: Literals): Anchor {
  return { exact: literals.kind === 'exact', values: literals.values.map(asciiLower) }
}

/** Anchors of requests that satisfy both; the narrower one of each variable. */
export function mergeAnchors(one: Anchors, other: Anchors): Anchors {
  if (one.size === 0) return other
  if (other.size === 0) return one
  const merged = new Map(one)
  for (const [id, anchor] of other) {
    const mine = merged.get(id)
    if (mine === undefined || narrower(anchor, mine)) merged.set(id, anchor)
  }
  return merged
}

function narrower(one: Anchor, other: Anchor): boolean {
  if (one.exact !== other.exact) return one.exact
  if (one.values.length !== other.values.length) return one.values.length < other.values.length
  return (one.values[0]?.length ?? 0) > (other.values[0]?.length ?? 0)
}

interface Bucket {
  readonly exact: Map<string, number[]>
  readonly prefix: Map<string, number[]>
  readonly prefixLengths: Set<number>
  /** Texts of both maps, sorted, made when first asked for. */
  sorted: readonly string[] | null
  readonly all: number[]
}

/** Finds the rules of one list that a set of requests can meet, without looking at all of them. */
export class RuleIndex {
  private readonly buckets = new Map<VariableId, Bucket>()
  private readonly rest: number[] = []
  private readonly count: number
  private everything: readonly number[] | null = null

  constructor(space: Space, rules: readonly DecidingRule[]) {
    this.count = rules.length
    for (const [index, rule] of rules.entries()) {
      const { only, onlyState } = rule.condition
      if (only === null || onlyState === null) this.add(index, bestOf(anchorsOfRule(space, rule)))
      else this.add(index, bestAnchor(space, only, onlyState))
    }
  }

  private add(index: number, best: Best | null): void {
    if (best === null || best.anchor.values.length > 64) {
      this.rest.push(index)
      return
    }
    const { anchor, id } = best
    let bucket = this.buckets.get(id)
    if (bucket === undefined) {
      bucket = { exact: new Map(), prefix: new Map(), prefixLengths: new Set(), sorted: null, all: [] }
      this.buckets.set(id, bucket)
    }
    bucket.all.push(index)
    for (const value of anchor.values) {
      const map = anchor.exact ? bucket.exact : bucket.prefix
      const list = map.get(value)
      if (list === undefined) map.set(value, [index])
      else if (list[list.length - 1] !== index) list.push(index)
      if (!anchor.exact) bucket.prefixLengths.add(value.length)
    }
  }

  /** Indexes of rules that may share a request with `anchors`, rising; never too few. */
  meeting(anchors: Anchors): readonly number[] {
    const lists: (readonly number[])[] = [this.rest]
    for (const [id, bucket] of this.buckets) {
      const anchor = anchors.get(id)
      if (anchor === undefined) lists.push(bucket.all)
      else for (const value of anchor.values) this.look(bucket, value, anchor.exact, lists)
    }
    const filled = lists.filter((list) => list.length > 0)
    if (filled.length === 1) return filled[0] as readonly number[]
    if (filled.reduce((sum, list) => sum + list.length, 0) >= this.count && this.buckets.size + 1 === lists.length && anchors.size === 0) return (this.everything ??= Array.from({ length: this.count }, (_, index) => index))
    const merged = [...new Set(filled.flat())]
    return merged.sort((a, b) => a - b)
  }

  private look(bucket: Bucket, value: string, exact: boolean, lists: (readonly number[])[]): void {
    for (const length of bucket.prefixLengths) {
      if (length > value.length) continue
      const found = bucket.prefix.get(value.slice(0, length))
      if (found !== undefined) lists.push(found)
    }
    if (exact) {
      const found = bucket.exact.get(value)
      if (found !== undefined) lists.push(found)
      return
    }
    bucket.sorted ??= [...new Set([...bucket.exact.keys(), ...bucket.prefix.keys()])].sort()
    const { sorted } = bucket
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] as string) < value) low = middle + 1
      else high = middle
    }
    for (let at = low; at < sorted.length && (sorted[at] as string).startsWith(value); at += 1) {
      const text = sorted[at] as string
      const exacts = bucket.exact.get(text)
      const prefixes = text.length > value.length ? bucket.prefix.get(text) : undefined
      if (exacts !== undefined) lists.push(exacts)
      if (prefixes !== undefined) lists.push(prefixes)
    }
  }
}
