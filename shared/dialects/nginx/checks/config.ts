import type { Check, CheckContext, Parsed } from '#shared/dialects/dialect.ts'
import { diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Diagnostic, Fix, RelatedPlace } from '#shared/diagnostics/diagnostic.ts'
import type { Span } from '#shared/text/span.ts'
import { expandIncludes } from '../expand.ts'
import type { Expansion } from '../expand.ts'
import { locationHead } from '../location.ts'
import type { Directive, NginxTree, Word } from '../tree.ts'
import { levelsOf } from '../validate/contexts.ts'
import type { Level } from '../validate/contexts.ts'

/** What a rule about the text is given. */
export type TextContext = Pick<CheckContext<NginxTree>, 'files'> & Partial<Pick<CheckContext<NginxTree>, 'options'>>

export interface CheckedConfig {
  readonly expansion: Expansion
  readonly levels: readonly Level[]
}

const known = new WeakMap<readonly Parsed<NginxTree>[], CheckedConfig>()

/** The configuration with its includes replaced; made once for all rules of one run. */
export function configOf({ files, options }: TextContext): CheckedConfig {
  const made = known.get(files)
  if (made !== undefined) return made
  const expansion = expandIncludes(files, options?.unread)
  const config = { expansion, levels: levelsOf(expansion.directives, expansion.context) }
  known.set(files, config)
  return config
}

const byName = new WeakMap<Level, ReadonlyMap<string, readonly Directive[]>>()

/** Directives of a block by name; a server with thousands of locations is asked once for each of them. */
function namesIn(level: Level): ReadonlyMap<string, readonly Directive[]> {
  const made = byName.get(level)
  if (made !== undefined) return made
  const found = new Map<string, Directive[]>()
  for (const directive of level.directives) {
    const same = found.get(directive.name.value)
    if (same === undefined) found.set(directive.name.value, [directive])
    else same.push(directive)
  }
  byName.set(level, found)
  return found
}

/** The first directive of that name in the block itself. */
export function own(level: Level, name: string): Directive | null {
  return namesIn(level).get(name)?.[0] ?? null
}

export function all(level: Level, name: string): readonly Directive[] {
  return namesIn(level).get(name) ?? []
}

/** The block itself or the nearest one around it that has the directive. */
export function holder(level: Level, name: string): Level | null {
  for (let at: Level | null = level; at !== null; at = at.outer) if (own(at, name) !== null) return at
  return null
}

/** The directive that counts for a block where settings are inherited. */
export function setting(level: Level, name: string): Directive | null {
  const found = holder(level, name)
  return found === null ? null : own(found, name)
}

/** First argument of the setting that counts, in lower case; null: there is none. */
export function valueOf(level: Level, name: string): string | null {
  return setting(level, name)?.args[0]?.value.toLowerCase() ?? null
}

/** The server a block is part of. */
export function serverOf(level: Level): Level | null {
  for (let at: Level | null = level; at !== null; at = at.outer) if (at.context === 'server' || at.context === 'stream server') return at
  return null
}

/** What people call a server: its first name, else its first address. */
export function serverTitle(server: Level): string {
  return own(server, 'server_name')?.args.find((word) => word.value !== '')?.value ?? own(server, 'listen')?.args[0]?.value ?? 'a server without a name'
}

/** What people call a block: `location /x of a.test`. */
export function title(level: Level): string {
  const server = serverOf(level)
  const owner = level.owner
  if (owner === null || server === null) return owner?.name.value ?? 'the top level'
  if (owner === server.owner) return `server ${serverTitle(server)}`
  const words = owner.args.map((word) => word.raw).join(' ')
  return `${owner.name.value} ${words} of ${serverTitle(server)}`
}

/** Head of a location, when the block is one. */
export function headOf(level: Level): ReturnType<typeof locationHead> {
  return level.owner?.name.value === 'location' ? locationHead(level.owner) : null
}

export function argument(directive: Directive, index: number): string {
  return directive.args[index]?.value ?? ''
}

/** Handlers that answer a request instead of files. */
const handlers = new Set(['proxy_pass', 'fastcgi_pass', 'uwsgi_pass', 'scgi_pass', 'grpc_pass', 'memcached_pass', 'return', 'empty_gif', 'stub_status', 'js_content', 'perl', 'echo', 'flv', 'mp4', 'content_by_lua', 'content_by_lua_block', 'content_by_lua_file', 'proxy_connect'])

export function handlerOf(level: Level): Directive | null {
  return level.directives.find((directive) => handlers.has(directive.name.value)) ?? null
}

/** Names of upstream groups, in lower case, by module. */
export function upstreamNames({ levels }: CheckedConfig, module: 'http' | 'stream'): ReadonlySet<string> {
  const context = module === 'http' ? 'upstream' : 'stream upstream'
  return new Set(levels.filter((level) => level.context === context).map((level) => level.owner?.args[0]?.value.toLowerCase() ?? ''))
}

/** Scheme, host, port and path of a `proxy_pass`; null: it is none of that kind. */
export function targetOf(word: Word | undefined): { readonly scheme: string; readonly host: string; readonly port: string; readonly uri: string } | null {
  const found = /^(https?):\/\/(\[[^\]]*\]|[^:/?]*)(?::(\d+|\$[^/?]*))?(.*)$/is.exec(word?.value ?? '')
  if (found === null || found[2]?.toLowerCase() === 'unix') return null
  return { scheme: (found[1] as string).toLowerCase(), host: (found[2] as string).toLowerCase(), port: found[3] ?? '', uri: found[4] ?? '' }
}

export interface Found {
  readonly at: Span
  readonly message: string
  readonly names: readonly string[]
  readonly fix?: Fix | null
  readonly related?: readonly RelatedPlace[]
}

export function finding(check: Pick<Check<NginxTree>, 'code' | 'severity' | 'source'>, { at, message, names, fix, related }: Found): Diagnostic {
  return diagnostic({ code: check.code, severity: check.severity, source: check.source, at, message, names, fix: fix ?? null, related: related ?? [] })
}

/** From the name to the last argument, without the block. */
export function headSpan(directive: Directive): Span {
  return { ...directive.name.span, end: (directive.args.at(-1) ?? directive.name).span.end }
}
