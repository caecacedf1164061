import type { LiveSnapshot } from '#shared/live/snapshot.ts'

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

const noCounters = {
  selections: null, bytesIn: null, bytesOut: null, status1xx: null, status2xx: null, status3xx: null, status4xx: null, status5xx: null, statusOther: null,
  failedConnections: null, failedResponses: null, denied: null, retries: null, redispatches: null,
}

/** The totals as one listener called `nginx`. A restart shows in counters that shrink: the page names no process. */
export function toStatusSnapshot(status: StubStatus, poll: Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes'>): LiveSnapshot {
  return {
    product: 'nginx', version: null, ...poll, epoch: null, uptimeSeconds: null, stopping: false,
    rows: [{
      kind: 'listener', owner: 'nginx', protocol: 'http', counters: { ...noCounters, requests: status.requests, connections: status.accepted },
      // Requests of HTTP/2 share a connection.
      gauges: { sessions: Math.max(status.active, status.reading + status.writing), queued: null, sessionLimit: null, responseMs: null },
    }],
  }
}
