import type { Field, Predicate } from '../predicate.ts'
import { isAnchoredField, valueLimit, type Anchors } from './anchors.ts'
import type { Anchor } from './anchor-bucket.ts'
import type { DecidingRule } from './deciding-rule.ts'
import type { Space } from './space.ts'
import type { State } from './state.ts'

/** What requests have in the fields that rules are mostly told apart by; undefined: anything. */
interface Looked {
  readonly path: Anchor | undefined
  readonly host: Anchor | undefined
  readonly sni: Anchor | undefined
}

/**
 * Indexes of rules that may share a request with `anchors`, rising; never too few. Looks at every rule, but
 * makes nothing: for a few questions that is less work than an index.
 */
export function scanRules(space: Space, rules: readonly DecidingRule[], anchors: Anchors): number[] {
  const byKey = new Map([...anchors].map(([id, anchor]) => [space.world.variableOf(id).key, anchor]))
  const looked: Looked = { path: byKey.get('path'), host: byKey.get('host'), sni: byKey.get('sni') }
  const found: number[] = []
  for (let index = 0; index < rules.length; index += 1) if (!isApart(rules[index] as DecidingRule, looked)) found.push(index)
  return found
}

function isApart(rule: DecidingRule, looked: Looked): boolean {
  const { only } = rule
  if (only !== null) return neverMeets(only, rule.state, looked)
  return rule.condition.parts.some(({ predicate, state }) => neverMeets(predicate, state, looked))
}

/** No request that satisfies the predicate is as `looked` says; seen at once, so false where it takes thought. */
function neverMeets(predicate: Predicate, state: State, looked: Looked): boolean {
  switch (predicate.kind) {
    case 'named': return neverMeets(predicate.of, state, looked)
    case 'and':
      for (const part of predicate.of) if (neverMeets(part, state, looked)) return true
      return false
    case 'or':
      for (const part of predicate.of) if (!neverMeets(part, state, looked)) return false
      return predicate.of.length > 0
    case 'test': {
      const { view, matcher } = predicate
      if (matcher.kind !== 'exact' && matcher.kind !== 'prefix' && matcher.kind !== 'suffix') return false
      const anchor = anchorOf(view.field, looked)
      if (anchor === undefined || matcher.values.length > valueLimit || matcher.values.length * anchor.values.length > valueLimit || !isAnchoredField(view.field, state)) return false
      for (const { kind } of view.transforms) if (kind !== 'lower' && kind !== 'upper') return false
      return noneMeets(matcher.kind, matcher.values, anchor)
    }
    default: return false
  }
}

function anchorOf(field: Field, looked: Looked): Anchor | undefined {
  switch (field.kind) {
    case 'path': return looked.path
    case 'header': return field.name === 'host' ? looked.host : undefined
    case 'sni': return looked.sni
    default: return undefined
  }
}

function noneMeets(kind: Anchor['kind'], values: readonly string[], anchor: Anchor): boolean {
  for (const value of values) for (const text of anchor.values) if (mayMeet(kind, value, anchor.kind, text)) return false
  return true
}

/** Can one value be like both? `value` in any case and not yet in bytes, `text` in lower case; true where it takes thought. */
function mayMeet(kind: Anchor['kind'], value: string, otherKind: Anchor['kind'], text: string): boolean {
  const bySuffix = kind === 'suffix' || otherKind === 'suffix'
  if (bySuffix && (kind === 'prefix' || otherKind === 'prefix')) return true
  const shared = Math.min(value.length, text.length)
  for (let offset = 0; offset < shared; offset += 1) {
    const code = value.charCodeAt(bySuffix ? value.length - 1 - offset : offset)
    if (code > 127) return true
    const lower = code >= 65 && code <= 90 ? code + 32 : code
    if (lower !== text.charCodeAt(bySuffix ? text.length - 1 - offset : offset)) return false
  }
  if (kind === 'exact' && value.length < text.length) return false
  return !(otherKind === 'exact' && value.length > text.length)
}
