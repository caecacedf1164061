import { pollLine, statPath } from './haproxy/reads.ts'
import type { LiveSource } from './live-source.ts'
import { isPrometheusRead } from './prometheus/queries.ts'

/** One question to a source: a line to a socket, or a GET. `path` holds the query. Nothing else is ever sent. */
export type LiveRequest =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'get'; readonly path: string; readonly accept: string }

/** Everything that a source may be asked, by what answers there. The client asks here before it sends a byte. */
export function isAllowed(source: LiveSource, request: LiveRequest): boolean {
  if (source.kind === 'file') return false
  if (source.kind !== 'http') return request.kind === 'line' && request.text === pollLine()
  if (request.kind !== 'get') return false
  switch (source.surface) {
    case 'haproxy': return request.path === statPath(source.path)
    case 'haproxy-metrics': return request.path === source.path
    case 'nginx-status': return request.path === source.path
    case 'prometheus': return isPrometheusRead(source.path.replace(/\/+$/, ''), source.matchers ?? [], request.path)
  }
}
