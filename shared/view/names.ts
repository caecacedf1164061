import { isSecretHeader } from '#shared/model/describe.ts'
import { conjuncts } from '#shared/model/implication.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import { describePredicate, referenceText } from './describe.ts'

const prefixes = ['is_', 'has_', 'host_', 'path_', 'acl_', 'url_', 'hdr_', 'is-', 'host-', 'path-', 'acl-', 'url-']

/** `host_api` → `api`, `is_static` → `static`: the word that tells rules apart. What would leave no word (`path_1`) stays whole. */
function shortName(name: string): string {
  const prefix = prefixes.find((one) => name.toLowerCase().startsWith(one) && /[a-z]{2}/i.test(name.slice(one.length)))
  return (prefix === undefined ? name : name.slice(prefix.length)).replaceAll('_', ' ')
}

function titleWords(predicate: Predicate): string | null {
  switch (predicate.kind) {
    case 'true': return null
    case 'named': return shortName(predicate.name)
    case 'not': {
      const inner = titleWords(predicate.of)
      return inner === null ? null : `not ${inner}`
    }
    case 'and': case 'or': {
      const parts = predicate.of.map(titleWords).filter((part) => part !== null)
      return parts.length === 0 ? null : parts.join(predicate.kind === 'and' ? ' ' : ' or ')
    }
    case 'test': {
      const { matcher } = predicate
      const secret = predicate.view.field.kind === 'header' && isSecretHeader(predicate.view.field.name)
      if (!secret && 'values' in matcher && matcher.values.length > 0) return matcher.values.slice(0, 2).join(' | ') + (matcher.values.length > 2 ? ' …' : '')
      return describePredicate(predicate)
    }
    case 'false': case 'opaque': case 'chance': return describePredicate(predicate)
  }
}

export function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).trimEnd()}…`
}

/** A short human name for a rule, from the names of its conditions, else from the values it tests. */
export function routeTitle(when: Predicate): string {
  return clip(titleWords(when) ?? 'everything', 40)
}

/** The condition as one or two lines of words. */
export function conditionLines(when: Predicate): readonly string[] {
  const parts = conjuncts(when)
  if (parts.length === 0) return []
  if (parts.length === 1) return [clip(describePredicate(parts[0] as Predicate), 64)]
  if (parts.length === 2) return parts.map((part) => clip(describePredicate(part), 64))
  return [clip(describePredicate(parts[0] as Predicate), 64), clip(parts.slice(1).map(describePredicate).join(' · '), 64)]
}

/** Condition as it identifies a rule: names, or words for anonymous tests. */
export function conditionName(when: Predicate): string {
  return referenceText(when)
}

function collect(predicate: Predicate, into: string[]): void {
  switch (predicate.kind) {
    case 'named':
      into.push(predicate.name)
      collect(predicate.of, into)
      break
    case 'not':
      collect(predicate.of, into)
      break
    case 'and': case 'or':
      for (const part of predicate.of) collect(part, into)
      break
    case 'test':
      if (predicate.view.field.kind === 'header' && isSecretHeader(predicate.view.field.name)) break
      if ('values' in predicate.matcher) into.push(...predicate.matcher.values)
      else if ('patterns' in predicate.matcher) into.push(...predicate.matcher.patterns)
      else if ('networks' in predicate.matcher) into.push(...predicate.matcher.networks)
      break
    case 'opaque':
      into.push(predicate.text)
      break
    case 'true': case 'false': case 'chance':
      break
  }
}

/** Names and values of a condition, for search. */
export function conditionWords(when: Predicate): string {
  const found: string[] = []
  collect(when, found)
  return found.join(' ').slice(0, 4000)
}

/** First host name that the condition asks for, else null: what similar routes are grouped by. */
export function conditionHost(when: Predicate): string | null {
  for (const part of conjuncts(when)) {
    if (part.kind === 'test' && 'values' in part.matcher && ((part.view.field.kind === 'header' && part.view.field.name === 'host') || part.view.field.kind === 'sni' || part.view.field.kind === 'host-name')) {
      return part.matcher.values[0] ?? null
    }
  }
  return null
}

/** `0.98` → `98%`; what is not nothing is never shown as 0%. */
export function percent(share: number): string {
  if (share > 0 && share < 0.005) return '<1%'
  if (share < 1 && share > 0.995) return '>99%'
  return `${Math.round(share * 100)}%`
}

/** `33 → 98%`, or one figure when nothing moved. */
export function shareTag(before: number | null, after: number | null): string {
  if (after === null) return before === null ? '' : percent(before)
  const now = percent(after)
  if (before === null) return now
  const was = percent(before)
  return was === now ? now : `${was.replace('%', '')} → ${now}`
}

export function count(amount: number, word: string): string {
  return `${amount} ${word}${amount === 1 ? '' : 's'}`
}
