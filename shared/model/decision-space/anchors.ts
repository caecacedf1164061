import { asciiLower, lowerBytes, toBytes } from '#shared/requests/bytes.ts'
import type { Formula, Literals, World } from '#shared/requests/space/world.ts'
import type { VariableId } from '#shared/requests/space/variable.ts'
import { regexEnds } from '#shared/requests/languages/regex-ends.ts'
import type { Field, Matcher, Predicate, Test } from '../predicate.ts'
import type { Anchor } from './anchor-bucket.ts'
import type { DecidingRule } from './deciding-rule.ts'
import type { Space } from './space.ts'
import type { State } from './state.ts'

/** What every request of a rule starts with, ends with or equals, per variable; lower case, so that it is never too narrow. */
export type Anchors = ReadonlyMap<VariableId, Anchor>

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
    const all = options.map((option) => option.get(id)).filter((one) => one !== undefined)
    if (all.length < options.length) continue
    // What is the whole is start and end, too; a start and an end have nothing in common.
    const kind = (all.find((one) => one.kind !== 'exact') ?? anchor).kind
    if (all.every((one) => one.kind === 'exact' || one.kind === kind)) found.set(id, { kind, values: all.flatMap((one) => one.values) })
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

export interface Best {
  readonly id: VariableId
  readonly anchor: Anchor
}

export function bestOf(anchors: Anchors): Best | null {
  let best: Best | null = null
  for (const [id, anchor] of anchors) if (best === null || narrower(anchor, best.anchor)) best = { id, anchor }
  return best
}

/** The narrowest anchor of a predicate; for the many rules that are only sorted in, never looked at. */
export function bestAnchor(space: Space, predicate: Predicate, state: State): Best | null {
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
  const literals = literalsOf(matcher)
  if (literals === null) return null
  const id = anchored(space, view.field, state)
  if (id === null) return null
  let { kind } = literals
  for (const transform of view.transforms) {
    if (transform.kind === 'lower' || transform.kind === 'upper') continue
    // The start of what is looked at is the start of the whole.
    if (kind === 'suffix' || !(transform.kind === 'host-only' || (transform.kind === 'field' && transform.index === 1))) return null
    kind = 'prefix'
  }
  return { id, anchor: { kind, values: literals.values } }
}

/** What every value that a matcher accepts equals, starts with or ends with; null: nothing, or not seen at once. */
function literalsOf(matcher: Matcher): Anchor | null {
  switch (matcher.kind) {
    case 'exact': case 'prefix': case 'suffix': {
      const { kind, values } = matcher
      return values.length === 0 || values.length > valueLimit || (kind !== 'exact' && values.includes('')) ? null : { kind, values: values.map(lowerBytes) }
    }
    case 'regex': return patternLiterals(matcher)
    default: return null
  }
}

function patternLiterals({ patterns, ignoreCase, dialect }: Extract<Matcher, { readonly kind: 'regex' }>): Anchor | null {
  const ends = patterns.map((pattern) => regexEnds(toBytes(pattern), { ignoreCase, dialect }))
  const shortest = (values: readonly string[]): number => Math.min(...values.map((value) => value.length))
  const [starts, tails] = [ends.map((one) => one.start), ends.map((one) => one.end)]
  if (patterns.length === 0 || Math.max(shortest(starts), shortest(tails)) === 0) return null
  return shortest(starts) >= shortest(tails) ? { kind: 'prefix', values: starts } : { kind: 'suffix', values: tails }
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
  if (!isAnchoredField(field, state)) return null
  const { variables } = space
  return (field.kind === 'path' ? variables.path : field.kind === 'header' ? variables.host : variables.sni).id
}

export function isAnchoredField(field: Field, state: State): boolean {
  switch (field.kind) {
    case 'path': return state.path.kind === 'read' && state.arrival.readable
    case 'header': return field.name === 'host' && state.arrival.readable && (state.headers.length === 0 || !state.headers.some((step) => step.matches('host')))
    case 'sni': return (field.seen === 'terminated') === (state.arrival.listener.tls !== null) && state.arrival.tls
    default: return false
  }
}

function anchorOf({ kind, values }: Literals): Anchor {
  return { kind, values: values.map(asciiLower) }
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
  if ((one.kind === 'exact') !== (other.kind === 'exact')) return one.kind === 'exact'
  if (one.values.length !== other.values.length) return one.values.length < other.values.length
  return (one.values[0]?.length ?? 0) > (other.values[0]?.length ?? 0)
}

/** True when no request satisfies both, because one variable cannot be as both want it. */
export function areDisjoint(one: Anchors, other: Anchors): boolean {
  for (const [id, anchor] of one) {
    const another = other.get(id)
    if (another !== undefined && anchor.values.length * another.values.length <= valueLimit && !someMeet(anchor, another)) return true
  }
  return false
}

function someMeet(one: Anchor, other: Anchor): boolean {
  for (const value of one.values) for (const text of other.values) if (canMeet(one.kind, value, other.kind, text)) return true
  return false
}

/** Can one text be like both, in lower case? */
function canMeet(kind: Anchor['kind'], value: string, otherKind: Anchor['kind'], text: string): boolean {
  if (kind === 'exact') return otherKind === 'exact' ? value === text : otherKind === 'prefix' ? value.startsWith(text) : value.endsWith(text)
  if (otherKind === 'exact') return kind === 'prefix' ? text.startsWith(value) : text.endsWith(value)
  if (kind !== otherKind) return true
  return kind === 'prefix' ? value.startsWith(text) || text.startsWith(value) : value.endsWith(text) || text.endsWith(value)
}

/** Above this many texts a rule counts as one that any request can meet. */
export const valueLimit = 64
