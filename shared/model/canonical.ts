import type { Action, Effect } from './routing-model.ts'
import type { Matcher, Predicate, View } from './predicate.ts'

const orderedSets: ReadonlySet<string> = new Set(['exact', 'prefix', 'suffix', 'substring', 'path-part', 'domain-part'])

/** Drops places and names, sorts value lists whose order does not matter: what is left decides behaviour. */
function withoutPlaces(this: unknown, key: string, value: unknown): unknown {
  if (key === 'origin' || key === 'at') return undefined
  let part = value
  while (typeof part === 'object' && part !== null && 'kind' in part && part.kind === 'named' && 'of' in part) part = part.of
  if (typeof part === 'object' && part !== null && 'kind' in part && 'values' in part && Array.isArray(part.values) && orderedSets.has(String(part.kind))) {
    return { ...part, values: [...new Set(part.values as readonly string[])].sort() }
  }
  return part
}

/**
 * Texts are kept with what they describe, out of sight of loops and comparisons: long configs have hundreds of thousands
 * of parts, and a weak map of that size costs the collector more than the texts themselves.
 */
const kept = Symbol('canonical text')

interface Keeping {
  [kept]?: string
}

function keep(part: object, text: string): string {
  if (Object.isExtensible(part)) Object.defineProperty(part, kept, { value: text })
  return text
}

function viewText(view: View): string {
  return (view as Keeping)[kept] ?? keep(view, JSON.stringify(view, withoutPlaces))
}

function matcherText(matcher: Matcher): string {
  switch (matcher.kind) {
    case 'exact': case 'prefix': case 'suffix': case 'substring': case 'path-part': case 'domain-part': {
      const values = matcher.values.length < 2 ? matcher.values : [...new Set(matcher.values)].sort()
      return `${matcher.kind}${matcher.ignoreCase ? ' i' : ''} ${JSON.stringify(values)}`
    }
    default: return JSON.stringify(matcher)
  }
}

function predicateText(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'true': case 'false': return predicate.kind
    case 'named': return canonicalText(predicate.of)
    case 'not': return `!(${canonicalText(predicate.of)})`
    case 'and': case 'or': return `${predicate.kind}(${predicate.of.map(canonicalText).join('\n')})`
    case 'test': return `${viewText(predicate.view)} ${matcherText(predicate.matcher)}`
    case 'opaque': return `opaque ${predicate.dependsOn} ${JSON.stringify(predicate.text)}`
    case 'chance': return `chance ${predicate.share}`
  }
}

/**
 * Text that is equal exactly where two predicates, actions, effects or views are written to mean the same: names of
 * conditions are replaced by their meaning, places are left out. Different text does not prove different behaviour.
 */
export function canonicalText(part: Predicate | Action | Effect | View): string {
  const known = (part as Keeping)[kept]
  if (known !== undefined) return known
  if ('field' in part) return viewText(part)
  if (isPredicate(part)) return keep(part, predicateText(part))
  return keep(part, part.kind === 'forward' ? `forward ${part.pool}` : JSON.stringify(part, withoutPlaces))
}

const predicateKinds: ReadonlySet<string> = new Set(['true', 'false', 'and', 'or', 'not', 'test', 'named', 'opaque', 'chance'] satisfies Predicate['kind'][])

/** `opaque` is an action too; only the condition says what it depends on. */
function isPredicate(part: Predicate | Action | Effect): part is Predicate {
  return predicateKinds.has(part.kind) && (part.kind !== 'opaque' || 'dependsOn' in part)
}
