import { canonicalText } from '#shared/model/canonical.ts'
import type { Predicate, Test, View } from '#shared/model/predicate.ts'
import type { Scope } from '#shared/model/routing-model.ts'
import { asciiLower, toBytes } from '#shared/requests/bytes.ts'
import { isUnknown, sampleText } from './sample.ts'
import { viewSamples, type Surroundings } from './transforms.ts'

/** Scopes shorter than this are walked step by step. */
const worthIndexing = 64
const maximumViews = 4

interface Group {
  readonly view: View
  readonly byValue: Map<string, number[]>
}

interface ScopeIndex {
  readonly groups: readonly Group[]
  /** Steps that no group holds: they are always looked at. */
  readonly rest: readonly number[]
}

const indexes = new WeakMap<Scope, ScopeIndex | null>()

/**
 * Indexes of the steps of a long scope that can hold for this version of the request, rising, from `from` on; null: all
 * of them. A step is left out only when a test that it needs compares a value with texts, none of which it is.
 */
export function candidateSteps(scope: Scope, from: number, around: Surroundings): readonly number[] | null {
  let index = indexes.get(scope)
  if (index === undefined) {
    index = scope.steps.length < worthIndexing ? null : buildIndex(scope)
    indexes.set(scope, index)
  }
  if (index === null) return null
  const found: number[] = []
  for (const group of index.groups) {
    for (const sample of viewSamples(group.view, around)) {
      if (isUnknown(sample)) return null
      const steps = group.byValue.get(asciiLower(sampleText(sample)))
      if (steps !== undefined) found.push(...steps)
    }
  }
  if (found.length === 0) return index.rest.length === 0 || from === 0 ? index.rest : index.rest.filter((step) => step >= from)
  const merged = [...new Set([...found, ...index.rest])].sort((a, b) => a - b)
  return from === 0 ? merged : merged.filter((step) => step >= from)
}

function buildIndex(scope: Scope): ScopeIndex | null {
  const groups = new Map<string, Group>()
  const rest: number[] = []
  for (const [index, step] of scope.steps.entries()) {
    const test = neededText(step.when)
    const key = test === null ? null : canonicalText(test.view)
    let group = key === null ? undefined : groups.get(key)
    if (group === undefined && key !== null && test !== null && groups.size < maximumViews) {
      group = { view: test.view, byValue: new Map() }
      groups.set(key, group)
    }
    if (test === null || group === undefined) {
      rest.push(index)
      continue
    }
    for (const value of test.values) {
      // Lower case on both sides: an index may find too much, never too little.
      const text = asciiLower(toBytes(value))
      const steps = group.byValue.get(text)
      if (steps === undefined) group.byValue.set(text, [index])
      else if (steps[steps.length - 1] !== index) steps.push(index)
    }
  }
  return rest.length * 2 > scope.steps.length ? null : { groups: [...groups.values()], rest }
}

/** A test of equal text that has to hold for the predicate to hold. */
function neededText(predicate: Predicate): { readonly view: View; readonly values: readonly string[] } | null {
  switch (predicate.kind) {
    case 'named': return neededText(predicate.of)
    case 'and': {
      for (const part of predicate.of) {
        const test = neededText(part)
        if (test !== null) return test
      }
      return null
    }
    case 'test': return isPlainText(predicate) && predicate.matcher.kind === 'exact' && predicate.matcher.values.length <= 64 ? { view: predicate.view, values: predicate.matcher.values } : null
    default: return null
  }
}

/** Methods are compared by rules of their own; an absent value that counts as empty matches the empty text. */
function isPlainText({ view }: Test): boolean {
  return view.type === 'string' && view.absentAs === 'nothing' && view.field.kind === 'header'
}
