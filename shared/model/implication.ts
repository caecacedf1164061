import { canonicalText } from './canonical.ts'
import type { Matcher, Predicate, View } from './predicate.ts'

/** True when looking twice at the same request gives the same value: no live state, no chance, nothing unmodelled. */
function isStableView(view: View): boolean {
  return view.field.kind !== 'state' && view.field.kind !== 'opaque' && view.transforms.every((transform) => transform.kind !== 'opaque')
}

/** True when the predicate has one answer per request version, so that equal text is an equal answer. */
export function isStable(predicate: Predicate): boolean {
  switch (predicate.kind) {
    case 'true': case 'false': return true
    case 'test': return isStableView(predicate.view)
    case 'opaque': return predicate.dependsOn === 'request'
    case 'chance': return false
    case 'not': case 'named': return isStable(predicate.of)
    case 'and': case 'or': return predicate.of.every(isStable)
  }
}

function fold(value: string, ignoreCase: boolean): string {
  return ignoreCase ? value.toLowerCase() : value
}

type Ranges = readonly (readonly [from: number | null, to: number | null])[]

function rangesInside(inner: Ranges, outer: Ranges): boolean {
  return inner.length > 0 && inner.every(([from, to]) => outer.some(([low, high]) => (low === null || (from !== null && from >= low)) && (high === null || (to !== null && to <= high))))
}

function everyIn(inner: readonly string[], outer: readonly string[]): boolean {
  const set = new Set(outer)
  return inner.length > 0 && inner.every((value) => set.has(value))
}

/** Does every value that satisfies `inner` satisfy `outer`? False also means "not proved". */
function matcherImplies(inner: Matcher, outer: Matcher): boolean {
  if (inner.kind === 'never') return true
  if (outer.kind === 'exists') {
    // An empty value may count as absent (HAProxy cookies, H-COOK-1), so only tests that need a byte prove presence.
    if (inner.kind === 'exact' || inner.kind === 'prefix' || inner.kind === 'suffix' || inner.kind === 'substring') return inner.values.every((value) => value !== '')
    return inner.kind === 'exists' || inner.kind === 'network'
  }
  switch (outer.kind) {
    case 'exact': case 'prefix': case 'suffix': case 'substring': {
      if (inner.kind !== 'exact' && inner.kind !== 'prefix' && inner.kind !== 'suffix' && inner.kind !== 'substring') return false
      // A case-insensitive test accepts more spellings than a case-sensitive one can cover.
      if (inner.ignoreCase && !outer.ignoreCase) return false
      const fits = (value: string, pattern: string): boolean => {
        const one = fold(value, outer.ignoreCase)
        const other = fold(pattern, outer.ignoreCase)
        if (outer.kind === 'exact') return inner.kind === 'exact' && one === other
        if (outer.kind === 'prefix') return (inner.kind === 'exact' || inner.kind === 'prefix') && one.startsWith(other)
        if (outer.kind === 'suffix') return (inner.kind === 'exact' || inner.kind === 'suffix') && one.endsWith(other)
        return one.includes(other)
      }
      return inner.values.length > 0 && inner.values.every((value) => outer.values.some((pattern) => fits(value, pattern)))
    }
    case 'path-part': case 'domain-part':
      return inner.kind === outer.kind && (outer.ignoreCase || !inner.ignoreCase)
        && everyIn(inner.values.map((value) => fold(value, outer.ignoreCase)), outer.values.map((value) => fold(value, outer.ignoreCase)))
    case 'regex':
      return inner.kind === 'regex' && inner.dialect === outer.dialect && inner.ignoreCase === outer.ignoreCase && everyIn(inner.patterns, outer.patterns)
    case 'integer': return inner.kind === 'integer' && rangesInside(inner.ranges, outer.ranges)
    case 'length': return inner.kind === 'length' && rangesInside(inner.ranges, outer.ranges)
    case 'network': return inner.kind === 'network' && inner.isStrict === outer.isStrict && everyIn(inner.networks, outer.networks)
    case 'truthy': return inner.kind === 'truthy'
    case 'never': return false
  }
}

/**
 * Is it proved that every request that satisfies `specific` satisfies `general`, both looking at the same version of
 * the request? False means "not proved", never "the opposite".
 *
 * Method: structural. Equal canonical text, parts of conjunctions and alternatives, and tests of one view where the
 * values of one lie within those of the other. Conditions on live state or chance imply nothing.
 */
export function implies(specific: Predicate, general: Predicate): boolean {
  if (general.kind === 'true' || specific.kind === 'false') return true
  if (specific.kind === 'named') return implies(specific.of, general)
  if (general.kind === 'named') return implies(specific, general.of)
  if (canonicalText(specific) === canonicalText(general)) return isStable(general)
  if (specific.kind === 'or') return specific.of.length > 0 && specific.of.every((part) => implies(part, general))
  if (general.kind === 'and') return general.of.every((part) => implies(specific, part))
  if (general.kind === 'or' && general.of.some((part) => implies(specific, part))) return true
  if (specific.kind === 'and') return specific.of.some((part) => implies(part, general))
  if (specific.kind === 'not' && general.kind === 'not') return implies(general.of, specific.of)
  if (specific.kind === 'test' && general.kind === 'test') {
    return isStableView(general.view) && canonicalText(specific.view) === canonicalText(general.view) && matcherImplies(specific.matcher, general.matcher)
  }
  return false
}

/** Top-level parts that must all hold, names replaced by their meaning. Empty: always true. */
export function conjuncts(predicate: Predicate, found: Predicate[] = []): readonly Predicate[] {
  if (predicate.kind === 'and') for (const part of predicate.of) conjuncts(part, found)
  else if (predicate.kind === 'named') conjuncts(predicate.of, found)
  else if (predicate.kind !== 'true') found.push(predicate)
  return found
}
