import type { Directive } from './tree.ts'

/** How the text of a location is compared with the path. */
export type LocationKind = 'exact' | 'prefix' | 'prefix-final' | 'regex' | 'regex-any-case' | 'named'

export interface LocationHead {
  readonly kind: LocationKind
  /** Text, pattern, or name with its `@`. */
  readonly text: string
}

const modifiers: Readonly<Record<string, LocationKind>> = { '=': 'exact', '^~': 'prefix-final', '~': 'regex', '~*': 'regex-any-case' }

/**
 * Kind and text of a `location`; a modifier may be glued to its text (`=/x`, `~^/r`). Null: the modifier is unknown.
 *
 * Source: nginx.org, "location"; N-LOC.
 */
export function locationHead(directive: Directive): LocationHead | null {
  const [first, second] = directive.args
  if (first === undefined) return null
  if (second !== undefined) {
    const kind = modifiers[first.value]
    return kind === undefined ? null : { kind, text: second.value }
  }
  const { value } = first
  if (value.startsWith('=')) return { kind: 'exact', text: value.slice(1) }
  if (value.startsWith('^~')) return { kind: 'prefix-final', text: value.slice(2) }
  if (value.startsWith('~*')) return { kind: 'regex-any-case', text: value.slice(2) }
  if (value.startsWith('~')) return { kind: 'regex', text: value.slice(1) }
  return { kind: value.startsWith('@') ? 'named' : 'prefix', text: value }
}

export function isRegex(kind: LocationKind): boolean {
  return kind === 'regex' || kind === 'regex-any-case'
}
