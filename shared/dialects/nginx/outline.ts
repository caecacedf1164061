import type { Confidence } from '#shared/dialects/dialect.ts'
import type { SourceFile } from '#shared/text/source-file.ts'
import type { Span } from '#shared/text/span.ts'
import { preambleEnd } from './dump.ts'
import { tellingOf } from './server-block.ts'
import type { Directive, NginxTree } from './tree.ts'

interface OutlineEntry {
  readonly title: string
  readonly kind: string
  readonly span: Span
}

const containers = new Set(['http', 'stream', 'events', 'mail'])
const shown = new Set(['server', 'upstream', 'location', 'map', 'geo', 'split_clients'])

/** One entry per block that has to do with routing; an entry covers its block from the name to `}`. */
export function outlineNginx(tree: NginxTree): readonly OutlineEntry[] {
  const entries: OutlineEntry[] = []
  addEntries(tree.directives, entries)
  return entries
}

function addEntries(directives: readonly Directive[], entries: OutlineEntry[]): void {
  for (const directive of directives) {
    if (directive.block === null) continue
    const kind = directive.name.value
    if (containers.has(kind) || shown.has(kind)) {
      entries.push({ title: titleOf(directive), kind, span: directive.span })
      addEntries(tellingOf(directive.block), entries)
    }
  }
}

/** A server is called by its names, else by its addresses; everything else by the words behind its keyword. */
function titleOf(directive: Directive): string {
  const kind = directive.name.value
  if (kind !== 'server') return [kind, ...directive.args.map((word) => word.value)].join(' ')
  const values = (name: string): readonly string[] => (directive.block?.directives ?? []).filter((one) => one.name.value === name).flatMap((one) => (name === 'listen' ? one.args.slice(0, 1) : one.args)).map((word) => word.value)
  const names = values('server_name')
  const title = names.length > 0 ? names : values('listen')
  return title.length === 0 ? kind : `${kind} ${title.slice(0, 3).join(' ')}${title.length > 3 ? ' …' : ''}`
}

/** Words that only an nginx config starts a directive with. */
const telling = /^(?:worker_processes|worker_connections|server_name|proxy_pass|fastcgi_pass|uwsgi_pass|grpc_pass|proxy_set_header|try_files|error_page|access_log|error_log|add_header|rewrite|return|root|index|listen|include|set|ssl_certificate|ssl_certificate_key|ssl_preread|keepalive_timeout|client_max_body_size|gzip|log_format|map_hash_bucket_size|default_type|sendfile|limit_req|expires|resolver)$/
const opening = /^(?:events|http|stream|server|upstream\s+\S+|location\s+\S.*|map\s+\S+\s+\$\S+|geo\s+(?:\S+\s+)?\$\S+|split_clients\s+.*|if\s*\(.*|types|limit_except\s+.*|mail)\s*\{/

const longestLook = 200_000

/**
 * How sure we are that a text is an nginx config: from block openings and directives in its first 200 000 characters.
 * Lines that end in neither `;`, `{` nor `}` count against it.
 */
export function detectNginx(file: SourceFile): Confidence {
  if (file.role !== 'config') return 0
  if (/^# configuration file \S.*:\s*$/m.test(file.text.slice(preambleEnd(file.text), preambleEnd(file.text) + 400))) return 1
  let blocks = 0
  let directives = 0
  let foreign = 0
  let total = 0
  for (const line of file.text.slice(0, longestLook).split('\n')) {
    const trimmed = line.trim().replace(/^\uFEFF/, '')
    if (trimmed === '' || trimmed.startsWith('#')) continue
    total += 1
    if (opening.test(trimmed)) blocks += 1
    else if (/;\s*(?:#.*|\}.*)?$/.test(trimmed) && telling.test(/^[A-Za-z_]+/.exec(trimmed)?.[0] ?? '')) directives += 1
    else if (!/[;{}]\s*(?:#.*)?$/.test(trimmed)) foreign += 1
  }
  const named = /nginx|sites-(?:available|enabled)|conf\.d/i.test(file.path) ? 0.2 : 0
  if (total === 0) return named
  if (foreign > (blocks + directives) * 2) return 0
  if (blocks === 0) return Math.min(0.6, named + (0.5 * directives) / total)
  return directives > 0 ? 1 : Math.min(1, 0.6 + named)
}
