/** A server as Caddy's administration lists it: once per address, whatever handlers use it. */
export interface CaddyUpstream {
  readonly address: string
  /** Requests under way, not a total. */
  readonly inFlight: number
  /** Failures that are remembered at the moment. */
  readonly fails: number
}

/**
 * The answer to `GET /reverse_proxy/upstreams`.
 *
 * Errors: none; null when the text is no such list.
 * Source: Caddy documentation, "API", GET /reverse_proxy/upstreams.
 */
export function parseUpstreams(text: string): readonly CaddyUpstream[] | null {
  let data: unknown
  try {
    data = JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
  // Without a single proxy Caddy answers null.
  if (data === null) return []
  if (!Array.isArray(data)) return null
  const found: CaddyUpstream[] = []
  for (const one of data as readonly unknown[]) {
    const { address, num_requests: inFlight, fails } = (typeof one === 'object' && one !== null ? one : {}) as Readonly<Record<string, unknown>>
    if (typeof address !== 'string' || typeof inFlight !== 'number' || typeof fails !== 'number') return null
    found.push({ address, inFlight, fails })
  }
  return found
}
