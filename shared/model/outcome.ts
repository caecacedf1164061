import type { Span } from '#shared/text/span.ts'

/**
 * Where a request goes and what the server receives. The published shape (contract/cli), except that `at` is a span
 * here and becomes file and line at the edge.
 * `path` is what the server receives: path and query after rewrites.
 */
export type Outcome =
  | { readonly action: 'forward'; readonly pool: string; readonly path: string; readonly servers: readonly ServerShare[] }
  | { readonly action: 'split'; readonly pools: readonly { readonly pool: string; readonly share: number }[]; readonly path: string }
  | { readonly action: 'redirect'; readonly status: number; readonly location: string }
  | { readonly action: 'respond'; readonly status: number }
  | { readonly action: 'deny'; readonly status: number }
  | { readonly action: 'serve'; readonly root: string; readonly path: string }
  | { readonly action: 'close' }
  | { readonly action: 'unmodelled'; readonly reason: string; readonly at: Span }

/** `share`: 0–1 of the requests of this outcome. `address` as the config writes it, port filled in where it follows the listener. */
export interface ServerShare {
  readonly name: string
  readonly address: string
  readonly share: number
}
