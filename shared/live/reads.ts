import { managerPath, statusPath } from './apache/reads.ts'
import { caddyReads } from './caddy/reads.ts'
import { envoyPaths } from './envoy/admin.ts'
import { isMasterRead } from './haproxy/master.ts'
import { pollLine, statPath } from './haproxy/reads.ts'
import type { LiveSource } from './live-source.ts'
import { plusPath, plusPaths } from './nginx/plus.ts'
import { vtsPath } from './nginx/vts.ts'
import { isPrometheusRead } from './prometheus/queries.ts'
import { metricsPath, mostPages, servicesPath } from './traefik/api.ts'

/**
 * One question to a source: a line to a socket, or a GET. `answers`: how many come to the line, each ended by an empty
 * line, where the other side does not close the connection after them. `path` holds the query; `ownReferer`: the page is named
 * as the one that led to it. Nothing else is ever sent.
 */
export type LiveRequest =
  | { readonly kind: 'line'; readonly text: string; readonly answers?: number }
  | { readonly kind: 'get'; readonly path: string; readonly accept: string; readonly ownReferer?: true }

/** Everything that a source may be asked, by what answers there. The client asks here before it sends a byte. */
export function isAllowed(source: LiveSource, request: LiveRequest): boolean {
  if (source.kind === 'file') return false
  if (source.kind !== 'http') return request.kind === 'line' && (source.surface === 'haproxy-master' ? isMasterRead(request.text) : request.text === pollLine())
  if (request.kind !== 'get') return false
  // Apache takes parameters only from its own page.
  if ((request.ownReferer === true) !== (source.surface === 'apache')) return false
  switch (source.surface) {
    case 'apache': return request.path === managerPath(source.path)
    case 'apache-status': return request.path === statusPath(source.path)
    case 'caddy': return source.path === '/' && Object.values<string>(caddyReads).includes(request.path)
    case 'envoy': return envoyPaths.some((path) => request.path === below(source.path, path))
    case 'haproxy': return request.path === statPath(source.path)
    case 'haproxy-metrics': return request.path === source.path
    case 'nginx-plus': return plusPaths.some((path) => request.path === plusPath(source.path, path))
    case 'nginx-status': return request.path === source.path
    case 'nginx-vts': return request.path === vtsPath(source.path)
    case 'prometheus': return isPrometheusRead(below(source.path, ''), source.matchers ?? [], request.path)
    case 'traefik': return request.path === below(source.path, metricsPath) || Array.from({ length: mostPages }, (_, page) => below(source.path, servicesPath(page + 1))).includes(request.path)
  }
}

/** A path below the one of the source, which may end with a slash. */
function below(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}${path}`
}
