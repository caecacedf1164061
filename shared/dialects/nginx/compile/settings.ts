import { always } from '#shared/model/predicate.ts'
import type { ServerContext } from './context.ts'
import type { Level } from './levels.ts'
import type { CompileState, ScopeDraft } from './state.ts'
import { isSetting } from './unfollowed.ts'
import { literal } from './variables.ts'
import { nameOf, wordsOf } from './words.ts'

/**
 * Variable that holds the place whose settings count for a request: lines that are not followed, such as `proxy_read_timeout`,
 * decide nothing, and yet a request that another place takes meets others. Empty: nothing below `http` says any.
 */
export const settingsInEffect = 'settings in effect'

export function hasSettings({ directives }: Level): boolean {
  return directives.some(isSetting)
}

/** From here on a request meets the settings of a level, which is known as `place`. */
export function addSettings({ inEffect }: CompileState, draft: ScopeDraft, level: Level, place: string): void {
  inEffect.set(place, level)
  draft.imply('settings', always, { kind: 'set-variable', name: settingsInEffect, value: literal(place) })
}

/** The same for a server, where places in it do not say more. */
export function addServerSettings({ state, level, key }: ServerContext, draft: ScopeDraft): void {
  if (hasSettings(level)) addSettings(state, draft, level, key)
  else draft.imply('settings', always, { kind: 'set-variable', name: settingsInEffect, value: literal('') })
}

/** Has a location other settings than its server? */
export function hasOwnSettings({ level: server }: ServerContext, level: Level): boolean {
  for (let at: Level | null = level; at !== null && at !== server; at = at.parent) if (hasSettings(at)) return true
  return false
}

/**
 * Lines that count at a level, in no order that matters, but for those of `http`, which are the same everywhere: a level that
 * says something takes the place of all lines of that name around it.
 */
export function settingsAt(level: Level): readonly string[] {
  const lines: string[] = []
  const taken = new Set<string>()
  for (let at: Level | null = level; at !== null && !isOutside(at); at = at.parent) {
    const own = at.directives.filter((directive) => isSetting(directive) && !taken.has(nameOf(directive)))
    for (const directive of own) lines.push(wordsOf(directive))
    for (const directive of own) taken.add(nameOf(directive))
  }
  return lines.sort()
}

/** `http` and the main level. */
function isOutside({ parent }: Level): boolean {
  return parent === null || parent.parent === null
}
