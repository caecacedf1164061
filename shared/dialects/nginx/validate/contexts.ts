import type { TopContext } from '../fragments.ts'
import type { Context } from '../support/row.ts'
import { tellingOf } from '../server-block.ts'
import type { Block, Directive } from '../tree.ts'

/** Context of the directives in a block; `values`: its lines are no directives; null: a block nobody knows. */
export type Inside = Context | 'values' | null

const inside: Readonly<Record<string, Readonly<Partial<Record<Context, Inside>>>>> = {
  events: { main: 'events' }, http: { main: 'http' }, stream: { main: 'stream' },
  server: { http: 'server', stream: 'stream server' }, upstream: { http: 'upstream', stream: 'stream upstream' },
  location: { server: 'location', location: 'location' }, if: { server: 'if in server', location: 'if in location' }, limit_except: { location: 'limit_except' },
}

const valueBlocks = new Set(['map', 'geo', 'split_clients', 'types', 'charset_map', 'geoip2'])

export function contextInside(name: string, context: Context): Inside {
  return valueBlocks.has(name) ? 'values' : (inside[name]?.[context] ?? null)
}

export function topContext(context: TopContext): Context {
  return context
}

/** How people call a context. */
export function contextName(context: Context): string {
  switch (context) {
    case 'main': return 'the main context'
    case 'if in server': return "an 'if' of a server"
    case 'if in location': return "an 'if' of a location"
    case 'upstream': case 'stream upstream': return 'an upstream'
    case 'stream server': return 'a server of stream'
    case 'server': return 'a server'
    case 'location': return 'a location'
    default: return `'${context}'`
  }
}

/** A block with its context, in the order of the text, outer ones first. */
export interface Level {
  readonly owner: Directive | null
  readonly context: Context
  readonly directives: readonly Directive[]
  /** Those but for plain servers of a group, with which nothing can be wrong. */
  readonly telling: readonly Directive[]
  readonly outer: Level | null
}

class BlockLevel implements Level {
  readonly owner: Directive
  readonly context: Context
  readonly outer: Level
  readonly #block: Block

  constructor(owner: Directive, block: Block, context: Context, outer: Level) {
    this.owner = owner
    this.context = context
    this.outer = outer
    this.#block = block
  }

  get directives(): readonly Directive[] {
    return this.#block.directives
  }

  get telling(): readonly Directive[] {
    return tellingOf(this.#block)
  }
}

/** Every block of directives, the top level first; blocks of values and unknown ones are left out. */
export function levelsOf(directives: readonly Directive[], context: Context): readonly Level[] {
  const levels: Level[] = [{ owner: null, context, directives, telling: directives, outer: null }]
  for (let at = 0; at < levels.length; at += 1) {
    const level = levels[at] as Level
    for (const directive of level.telling) {
      if (directive.block === null) continue
      const next = contextInside(directive.name.value, level.context)
      if (next !== null && next !== 'values') levels.push(new BlockLevel(directive, directive.block, next, level))
    }
  }
  return levels
}

/** Whether the block is a group of servers. There may be many, and they name no zones, formats or variables but the key of a hash. */
export function isUpstream({ context }: Level): boolean {
  return context === 'upstream' || context === 'stream upstream'
}

/** The module whose variables and groups count in a context; null: neither. */
export function moduleOf(context: Context): 'http' | 'stream' | null {
  if (context === 'main' || context === 'events') return null
  return context.startsWith('stream') ? 'stream' : 'http'
}
