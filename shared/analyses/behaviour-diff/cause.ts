import { canonicalText } from '#shared/model/canonical.ts'
import type { DecidingRule } from '#shared/model/decision-space/decision-list.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'

const limit = 12

export interface Cause {
  readonly before: readonly Span[]
  readonly after: readonly Span[]
  /** Equal for pairs with the same changed lines. */
  readonly key: string
}

/**
 * Lines whose change lets two rules decide differently: the deciding lines that are new, gone or moved, tests that stand
 * on one side only, and effects that ran on one side only.
 */
export function causeOf(before: DecidingRule, after: DecidingRule, isChanged: { readonly before: boolean; readonly after: boolean }, moved: { readonly before: Span | null; readonly after: Span | null }): Cause {
  const tests = [testsOf(before.conditions), testsOf(after.conditions)] as const
  const spans = (rule: DecidingRule, changed: boolean, own: ReadonlyMap<string, Span>, other: ReadonlyMap<string, Span>, others: DecidingRule): readonly Span[] => {
    const found: Span[] = []
    if (changed) found.push(...rule.spans.slice(0, 2), ...(rule.spans.length === 0 && rule.at !== null ? [rule.at] : []))
    if (isChanged.before && isChanged.after) for (const [key, at] of own) if (!other.has(key)) found.push(at)
    const ran = new Set(others.state.log.map((entry) => entry.key))
    for (const entry of rule.state.log) if (!ran.has(entry.key)) found.push(entry.at)
    return distinct(found).slice(0, limit)
  }
  const cause = { before: spans(before, isChanged.before, tests[0], tests[1], after), after: spans(after, isChanged.after, tests[1], tests[0], before) }
  // A rule that is gone or moved shows on one side only; the other side is where its requests end up.
  // Where a rule that moved stands now, and where one stood that is here now.
  if (moved.before !== null) cause.before = distinct([...cause.before, moved.before])
  if (moved.after !== null) cause.after = distinct([...cause.after, moved.after])
  const places = (list: readonly Span[]): string => list.map((span) => `${span.file}:${span.start}`).join(' ')
  return {
    before: cause.before.length > 0 || before.at === null ? cause.before : [before.at], after: cause.after.length > 0 || after.at === null ? cause.after : [after.at],
    key: `${places(cause.before)} > ${places(cause.after)}`,
  }
}

function testsOf(conditions: readonly Predicate[]): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>()
  const visit = (predicate: Predicate): void => {
    switch (predicate.kind) {
      case 'and': case 'or': predicate.of.forEach(visit); break
      case 'not': case 'named': visit(predicate.of); break
      case 'test': case 'opaque': case 'chance': if (!found.has(canonicalText(predicate))) found.set(canonicalText(predicate), predicate.origin); break
      default: break
    }
  }
  conditions.forEach(visit)
  return found
}

export function distinct(spans: readonly Span[]): readonly Span[] {
  const seen = new Set<string>()
  return spans.filter((span) => {
    const key = `${span.file} ${span.start} ${span.end}`
    return span.file !== '' && !seen.has(key) && seen.add(key)
  })
}
