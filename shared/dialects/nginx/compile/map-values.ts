import { always, type Matcher, type View } from '#shared/model/predicate.ts'
import type { Span } from '#shared/text/span.ts'
import { groupsIn, patternOf } from './patterns.ts'
import { asView, templateOf, test, variable, view, type Reading } from './variables.ts'

/** One line of a map whose values have variables. */
export interface MapCase {
  readonly match: Matcher
  readonly value: string
  /** Text of the pattern that the line is; null: it is none. */
  readonly pattern: { readonly text: string; readonly ignoreCase: boolean } | null
  readonly at: Span
}

/**
 * The value of a map as steps: what none of the lines takes, then line by line from the last to the first, so that the
 * first that matches has the last word. A line that is a pattern may use what it captured.
 */
export function readMap(name: string, source: string, cases: readonly MapCase[], fallback: string, reading: Reading): View {
  const { draft } = reading
  const seen = asView(templateOf(source, reading), `key of $${name}`, reading)
  const value = `value of map $${name}`
  const set = (when: Parameters<typeof draft.imply>[1], text: string, inside: Reading, at: Span): void => {
    const template = templateOf(text, inside)
    draft.imply(`read $${name}`, when, { kind: 'set-variable', name: value, value: template }, at)
  }
  set(always, fallback, reading, reading.at)
  for (const { match, value: text, pattern, at } of [...cases].reverse()) {
    set(test(seen, match, at), text, pattern === null ? reading : { ...reading, own: { ...reading.own, ...capturesOf(seen, pattern) } }, at)
  }
  return variable(value)
}

function capturesOf(seen: View, { text, ignoreCase }: { readonly text: string; readonly ignoreCase: boolean }): Readonly<Record<string, View>> {
  const { source, names } = patternOf(text, ignoreCase)
  const captured = (group: number): View => ({ ...seen, transforms: [...seen.transforms, { kind: 'capture', pattern: source, ignoreCase, group }] })
  const nothing = view({ kind: 'constant', value: '' })
  const count = groupsIn(source)
  const numbered = Array.from({ length: 9 }, (_, index) => [String(index + 1), index < count ? captured(index + 1) : nothing] as const)
  return Object.fromEntries([...numbered, ...names.map(([group, number]) => [group.toLowerCase(), captured(number)] as const)])
}
