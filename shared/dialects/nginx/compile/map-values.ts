import type { Matcher, View } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import { groupsIn, patternOf } from './patterns.ts'

/** One line of a map whose values have variables. */
export interface MapCase {
  readonly match: Matcher
  readonly value: string
  /** Text of the pattern that the line is; null: it is none. */
  readonly pattern: { readonly text: string; readonly ignoreCase: boolean } | null
  readonly at: Span
}

/** What the value of a line may call the groups of its own pattern: `1` to `9` and their names, in lower case. */
export function capturesOf(seen: View, pattern: MapCase['pattern']): Readonly<Record<string, View | string>> {
  if (pattern === null) return {}
  const { source, names } = patternOf(pattern.text, pattern.ignoreCase)
  const captured = (group: number): View => ({ ...seen, transforms: [...seen.transforms, { kind: 'capture', pattern: source, ignoreCase: pattern.ignoreCase, group }] })
  const count = groupsIn(source)
  const numbered = Array.from({ length: 9 }, (_, index) => [String(index + 1), index < count ? captured(index + 1) : ''] as const)
  return Object.fromEntries([...numbered, ...names.map(([group, number]) => [group.toLowerCase(), captured(number)] as const)])
}
