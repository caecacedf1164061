import type { RecordingHead } from '#shared/live/recording/entries.ts'
import type { Counters, LiveRow, LiveSnapshot } from '#shared/live/snapshot.ts'

export const head: RecordingHead = { source: 'test', product: 'HAProxy', version: '2.6.12', startedAt: '2026-11-20T14:03:07+01:00', intervalMs: 1000, writer: 'Steelyard test', note: '' }

const none = { status1xx: 0, status3xx: 0, status4xx: 0, statusOther: 0, failedConnections: 0, failedResponses: 0, denied: 0, retries: 0, redispatches: 0 } as const

/** Poll number `poll` of a small balancer: its requests say which one it is. */
export function pollAt(poll: number, monotonicMs = poll * 1000): LiveSnapshot {
  const counters: Counters = { ...none, requests: 7 * poll, connections: poll, selections: 7 * poll, bytesIn: 900 * poll, bytesOut: 90_000 * poll, status2xx: 7 * poll, status5xx: 0 }
  const gauges = { sessions: poll % 5, queued: 0, sessionLimit: null, responseMs: 4 }
  const rows: LiveRow[] = [
    { kind: 'listener', owner: 'web', protocol: 'http', counters, gauges },
    ...['a', 'b', 'c'].map((name): LiveRow => ({
      kind: 'server', owner: 'api', name, protocol: 'http', counters, gauges,
      state: { text: 'UP', health: 'up', admin: 'ready', byAgent: false, inherited: false, weight: 1, initialWeight: 1, throttlePercent: null, backup: false, address: '10.0.0.1:80', hostName: null, serviceRecord: null, check: 'L4OK', checkDetail: null },
    })),
    { kind: 'pool', owner: 'api', protocol: 'http', counters, gauges, algorithm: 'roundrobin', up: true, stateSeconds: poll },
  ]
  return { product: 'HAProxy', version: '2.6.12', taken: { monotonicMs, wallMs: 1_700_000_000_000 + monotonicMs }, readMs: 1.5, bytes: 2000, epoch: '1@1', uptimeSeconds: poll, stopping: false, rows }
}

/** Number of a poll made by `pollAt`. */
export function numberOf(snapshot: LiveSnapshot): number {
  return Number(snapshot.rows[0]?.counters.connections)
}
