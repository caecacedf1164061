import type { Directive } from '../tree.ts'
import { argument, nameOf, named } from './words.ts'

/** One level of inheritance: http, a server, a location, or an `if` or `limit_except` in it. */
export interface Level {
  readonly directives: readonly Directive[]
  readonly parent: Level | null
}

/** Directives of the nearest level that has any of these names: arrays are replaced as a whole. */
export function inherited(level: Level, ...names: readonly string[]): readonly Directive[] {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const found = at.directives.filter((directive) => names.includes(nameOf(directive)))
    if (found.length > 0) return found
  }
  return []
}

/** Value of a simple directive: the nearest level that has it. */
export function setting(level: Level, name: string): string | null {
  const [first] = inherited(level, name)
  return first === undefined ? null : argument(first, 0)
}

/** Does any level in effect have a directive of this name? */
export function applies(level: Level, name: string): boolean {
  for (let at: Level | null = level; at !== null; at = at.parent) if (named(at.directives, name).length > 0) return true
  return false
}
