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

/** Levels with fewer directives are looked through: most locations have a few, and making an index of each costs more. */
const fewDirectives = 8

const none: readonly Directive[] = []

/** Directives of that name in one level. */
function ownOf(directives: readonly Directive[], name: string): readonly Directive[] {
  if (directives.length >= fewDirectives) return namesOf(directives).get(name) ?? none
  let found: Directive[] | null = null
  for (const directive of directives) {
    if (nameOf(directive) !== name) continue
    if (found === null) found = [directive]
    else found.push(directive)
  }
  return found ?? none
}

const joined = new WeakMap<readonly Directive[], Map<string, readonly Directive[]>>()

/** Directives of several names in one level, in the order of the file. */
function anyOf(directives: readonly Directive[], names: readonly string[]): readonly Directive[] {
  if (!names.some((name) => ownOf(directives, name).length > 0)) return none
  let byNames = joined.get(directives)
  if (byNames === undefined) joined.set(directives, byNames = new Map<string, readonly Directive[]>())
  const key = names.join(' ')
  let found = byNames.get(key)
  if (found === undefined) byNames.set(key, found = directives.filter((directive) => names.includes(nameOf(directive))))
  return found
}

/** Directives of the nearest level that has any of these names: arrays are replaced as a whole. */
export function inherited(level: Level, ...names: readonly string[]): readonly Directive[] {
  const only = names.length === 1 ? (names[0] as string) : null
  for (let at: Level | null = level; at !== null; at = at.parent) {
    const found = only === null ? anyOf(at.directives, names) : ownOf(at.directives, only)
    if (found.length > 0) return found
  }
  return none
}

/** Value of a simple directive: the nearest level that has it. */
export function setting(level: Level, name: string): string | null {
  const [first] = inherited(level, name)
  return first === undefined ? null : argument(first, 0)
}

/** Does any level in effect have a directive of this name? */
export function applies(level: Level, name: string): boolean {
  for (let at: Level | null = level; at !== null; at = at.parent) if (ownOf(at.directives, name).length > 0) return true
  return false
}
