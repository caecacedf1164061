import type { Directive } from '../tree.ts'
import { argument, nameOf } from './words.ts'

/** One level of inheritance: http, a server, a location, or an `if` or `limit_except` in it. */
export interface Level {
  readonly directives: readonly Directive[]
  readonly parent: Level | null
}

const indexes = new WeakMap<readonly Directive[], ReadonlyMap<string, readonly Directive[]>>()

/** Directives of one level by name; kept, since each of the many locations of a server asks what stands around it. */
function namesOf(directives: readonly Directive[]): ReadonlyMap<string, readonly Directive[]> {
  let index = indexes.get(directives)
  if (index === undefined) {
    const found = new Map<string, Directive[]>()
    for (const directive of directives) {
      const known = found.get(nameOf(directive))
      if (known === undefined) found.set(nameOf(directive), [directive])
      else known.push(directive)
    }
    index = found
    indexes.set(directives, index)
  }
  return index
}

/** Directives of the nearest level that has any of these names: arrays are replaced as a whole. */
export function inherited(level: Level, ...names: readonly string[]): readonly Directive[] {
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const byName = namesOf(at.directives)
    const found = names.flatMap((name) => byName.get(name) ?? [])
    // Of several names the order of the file counts.
    if (found.length > 0) return names.length === 1 ? found : at.directives.filter((directive) => names.includes(nameOf(directive)))
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
  for (let at: Level | null = level; at !== null; at = at.parent) if (namesOf(at.directives).has(name)) return true
  return false
}
