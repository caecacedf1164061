/** Totals of a whole nginx. They survive a reload and start again with a restart; nothing tells of pools or servers. */
export interface StubStatus {
  readonly accepted: number
  readonly handled: number
  readonly requests: number
  readonly active: number
  readonly reading: number
  readonly writing: number
  readonly waiting: number
}

/**
 * The page of `stub_status`.
 *
 * Errors: none; null when the text is no such page.
 * Source: nginx documentation, ngx_http_stub_status_module.
 */
export function parseStubStatus(text: string): StubStatus | null {
  const match = /^Active connections: (\d+)\s+server accepts handled requests(?: request_time)?\s+(\d+) (\d+) (\d+)(?: \d+)?\s+Reading: (\d+) Writing: (\d+) Waiting: (\d+)\s*$/.exec(text)
  if (match === null) return null
  const [active, accepted, handled, requests, reading, writing, waiting] = match.slice(1).map(Number) as [number, number, number, number, number, number, number]
  return { accepted, handled, requests, active, reading, writing, waiting }
}
