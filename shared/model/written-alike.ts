import { canonicalText } from './canonical.ts'
import type { Matcher, Predicate, View } from './predicate.ts'

/** True exactly where `canonicalText` of both is equal; makes no text where the two are also written in one order. */
export function isWrittenAlike(one: Predicate, other: Predicate): boolean {
  if (one === other) return true
  if (one.kind === 'named') return isWrittenAlike(one.of, other)
  if (other.kind === 'named') return isWrittenAlike(one, other.of)
  switch (one.kind) {
    case 'true': case 'false': return one.kind === other.kind
    case 'and': case 'or': {
      if (other.kind !== one.kind || one.of.length !== other.of.length) return false
      for (let index = 0; index < one.of.length; index += 1) if (!isWrittenAlike(one.of[index] as Predicate, other.of[index] as Predicate)) return false
      return true
    }
    case 'not': return other.kind === 'not' && isWrittenAlike(one.of, other.of)
    case 'test': return other.kind === 'test' && isSameMatcher(one.matcher, other.matcher) && isSameView(one.view, other.view)
    case 'opaque': return other.kind === 'opaque' && one.dependsOn === other.dependsOn && one.text === other.text
    case 'chance': return other.kind === 'chance' && one.share === other.share
  }
}

function isSameView(one: View, other: View): boolean {
  return one === other || canonicalText(one) === canonicalText(other)
}

function isSameMatcher(one: Matcher, other: Matcher): boolean {
  if (one === other) return true
  switch (one.kind) {
    case 'exact': case 'prefix': case 'suffix': case 'substring': case 'path-part': case 'domain-part': {
      if (one.kind !== other.kind || one.ignoreCase !== other.ignoreCase) return false
      return areEqual(one.values, other.values) || (one.values.length + other.values.length > 2 && isSameSet(one.values, other.values))
    }
    case 'regex': return other.kind === 'regex' && one.ignoreCase === other.ignoreCase && one.dialect === other.dialect && areEqual(one.patterns, other.patterns)
    case 'network': return other.kind === 'network' && one.isStrict === other.isStrict && areEqual(one.networks, other.networks)
    default: return one.kind === other.kind && JSON.stringify(one) === JSON.stringify(other)
  }
}

function areEqual(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  for (let index = 0; index < one.length; index += 1) if (one[index] !== other[index]) return false
  return true
}

function isSameSet(one: readonly string[], other: readonly string[]): boolean {
  const values = new Set(other)
  return one.every((value) => values.has(value)) && new Set(one).size === values.size
}
