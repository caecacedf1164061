import type { Counters, Gauges, ServerState } from './snapshot.ts'

/** Counters of a source that tells none. */
export const blankCounters: Counters = {
  requests: null, connections: null, selections: null, bytesIn: null, bytesOut: null, status1xx: null, status2xx: null, status3xx: null, status4xx: null, status5xx: null, statusOther: null,
  failedConnections: null, failedResponses: null, denied: null, retries: null, redispatches: null,
}

export const blankGauges: Gauges = { sessions: null, queued: null, sessionLimit: null, responseMs: null }

/** A server of which nothing but its name is known. */
export const blankState: ServerState = {
  text: '', health: 'unknown', admin: 'ready', byAgent: false, inherited: false, weight: null, initialWeight: null, throttlePercent: null, backup: false,
  address: null, hostName: null, serviceRecord: null, check: null, checkDetail: null,
}
