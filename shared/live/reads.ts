import { managerPath, statusPath } from './apache/reads.ts'
import { caddyReads } from './caddy/reads.ts'
import { pollLine, statPath } from './haproxy/reads.ts'
import type { LiveSource } from './live-source.ts'
import { isPrometheusRead } from './prometheus/queries.ts'

/**
 * One question to a source: a line to a socket, or a GET. `path` holds the query; `ownReferer`: the page is named
 * as the one that led to it. Nothing else is ever sent.
 */
export type LiveRequest =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'get'; readonly path: string; readonly accept: string; readonly ownReferer?: true }

/** Everything that a source may be asked, by what answers there. The client asks here before it sends a byte. */
export function isAllowed(source: LiveSource, request: LiveRequest): boolean {
  if (source.kind === 'file') return false
  if (source.kind !== 'http') return request.kind === 'line' && request.text === pollLine()
  if (request.kind !== 'get') return false
  // Apache takes parameters only from its own page.
  if ((request.ownReferer === true) !== (source.surface === 'apache')) return false
  switch (source.surface) {
    case 'apache': return request.path === managerPath(source.path)
    case 'apache-status': return request.path === statusPath(source.path)
    case 'caddy': return source.path === '/' && Object.values<string>(caddyReads).includes(request.path)
    case 'haproxy': return request.path === statPath(source.path)
    case 'haproxy-metrics': return request.path === source.path
    case 'nginx-status': return request.path === source.path
    case 'prometheus': return isPrometheusRead(source.path.replace(/\/+$/, ''), source.matchers ?? [], request.path)
  }
}
