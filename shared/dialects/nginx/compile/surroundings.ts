import type { Surroundings } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import { flow } from './fail.ts'
import type { Level } from './levels.ts'
import { placeOfSetting } from './pools.ts'
import { settingsAt, settingsInEffect } from './settings.ts'
import { addSurrounding, type CompileState } from './state.ts'
import { isFollowed, isSetting, isUsedElsewhere } from './unfollowed.ts'
import { argument, childrenOf, headWords, nameOf, values, wordsOf } from './words.ts'

/** Settings of `listen` and of groups that change nothing that anybody notices. */
const inertSettings: ReadonlySet<string> = new Set(['bind', 'reuseport', 'backlog', 'rcvbuf', 'sndbuf', 'deferred', 'fastopen', 'setfib', 'so_keepalive', 'accept_filter', 'keepalive', 'keepalive_requests', 'keepalive_time', 'keepalive_timeout'])

/** Where a directive stands, in words. */
function ownerOf(directive: Directive, around: string): string {
  const name = nameOf(directive)
  if (name === 'http' || name === 'stream') return name
  if (name === 'server') {
    const names = childrenOf(directive).filter((one) => nameOf(one) === 'server_name').flatMap(values)
    const [listen] = childrenOf(directive).filter((one) => nameOf(one) === 'listen')
    return `server ${names[0] ?? ''}${listen === undefined ? '' : ` on ${argument(listen, 0)}`}`
  }
  const own = headWords(directive)
  return around === '' || around === 'http' || around === 'stream' ? own : `${around} ${own}`
}

/** Owners of one name get a number: two servers may have the same first name and address. */
function toldApart(directive: Directive, owner: string, owners: Map<string, number>): string {
  if (nameOf(directive) === 'http' || nameOf(directive) === 'stream') return owner
  const count = (owners.get(owner) ?? 0) + 1
  owners.set(owner, count)
  return count === 1 ? owner : `${owner} (${count})`
}

/** Keeps every line that is not followed and that somebody may notice. */
export function readSurroundings(state: CompileState, directives: readonly Directive[], owner = '', owners = new Map<string, number>()): void {
  for (const directive of directives) {
    const name = nameOf(directive)
    if (directive.block !== null && isFollowed(name) && !isUsedElsewhere(name)) {
      readSurroundings(state, childrenOf(directive), toldApart(directive, ownerOf(directive, owner), owners), owners)
      continue
    }
    if (!isSetting(directive)) continue
    const shown = owner === '' || owner === 'http' || owner === 'stream' ? 'any request' : `requests for ${owner}`
    const text = wordsOf(directive)
    addSurrounding(state, owner === '' ? 'main' : owner, shown, { text, shown: text, at: directive.span })
  }
}

const known = new WeakMap<Level, readonly string[]>()

function linesOf({ inEffect }: CompileState, place: string): readonly string[] {
  const level = inEffect.get(place)
  if (level === undefined) return []
  let lines = known.get(level)
  if (lines === undefined) known.set(level, lines = settingsAt(level))
  return lines
}

/** `readLater`: variables that lines read which are not followed. */
export function surroundingsOf(state: CompileState, readLater: readonly string[]): Surroundings {
  const files = new Map([...state.options.sideFiles].map(([name, file]) => [name, file.text]))
  return {
    lines: state.surroundings, files, readLater: new Set([flow.protocol, flow.status, ...readLater]),
    inEffect: { variable: settingsInEffect, linesOf: (place) => linesOf(state, place) },
    isInert: (setting) => inertSettings.has(setting),
    placeOf: (owner, name, setting): Span | null => (owner === 'pool' ? placeOfSetting(state, name, setting) : null),
  }
}
