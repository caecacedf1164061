import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { Rated } from '#shared/live/join.ts'
import type { RowInterval } from '#shared/live/intervals.ts'
import type { WatchedPool } from '#shared/live/live-watch.ts'
import type { PoolShares } from '#shared/live/pool-watch.ts'
import type { Counters, Gauges, ListenerRow, PoolRow, ServerRow } from '#shared/live/snapshot.ts'
import type { Moment } from './live-facts.ts'
import type { LivePool, LiveRates, LiveSample, LiveServer } from './live-sample.ts'

const noCounters: Counters = {
  requests: null, connections: null, selections: null, bytesIn: null, bytesOut: null, status1xx: null, status2xx: null, status3xx: null, status4xx: null, status5xx: null, statusOther: null,
  failedConnections: null, failedResponses: null, denied: null, retries: null, redispatches: null,
}

/**
 * A sample as what the picture is drawn from: rates stand as growth over one second, counts themselves are not in a
 * sample. Where the last known good config expects something, that is the expectation.
 */
export function momentOf(sample: LiveSample): Moment {
  const taken = { wallMs: sample.dataMs, monotonicMs: sample.dataMs }
  return {
    view: {
      snapshot: {
        product: sample.product, version: sample.version, taken, readMs: sample.readMs, bytes: 0, epoch: sample.process, uptimeSeconds: sample.uptimeSeconds, stopping: sample.stopping, rows: [],
      },
      // Whoever looks at the picture has the alerts of the moment, which say it.
      restarted: sample.restarted, tellsReloads: false,
      listeners: sample.listeners.map(({ name, protocol, rates, sessions }): Rated<ListenerRow> => ({
        row: { kind: 'listener', owner: name, protocol, counters: noCounters, gauges: gaugesOf({ sessions, queued: null, responseMs: null }) }, interval: intervalOf(rates),
      })),
      pools: sample.pools.map(poolOf), reach: [], drift: [],
    },
    alerts: sample.alerts.map((alert): Alert => ({ ...alert, at: null, causes: [] })),
  }
}

function poolOf(pool: LivePool): WatchedPool {
  const row: PoolRow = {
    kind: 'pool', owner: pool.name, protocol: pool.protocol, counters: noCounters, algorithm: pool.algorithm, up: pool.up ?? false, stateSeconds: null,
    // What waits at the servers stands there.
    gauges: gaugesOf({ sessions: pool.sessions, queued: pool.queued === null ? null : pool.queued - pool.servers.reduce((sum, server) => sum + (server.queued ?? 0), 0), responseMs: pool.responseMs }),
  }
  const shares: PoolShares = {
    verdict: pool.shares.verdict, severity: pool.shares.severity, sentence: pool.shares.sentence, rule: { class: pool.shares.class, unit: pool.shares.unit, allBackups: false },
    units: pool.shares.units, overMs: pool.shares.overMs, misplaced: pool.shares.misplaced, onBackups: pool.onBackups, byUsual: false, shift: null,
    servers: pool.servers.map((server) => ({ name: server.name, share: server.share, expected: server.knownGood ?? server.expected })),
  }
  return {
    name: pool.name,
    // Only the id of the config's pool is looked at, and whether it is in use.
    pool: pool.id === null ? null : ({ id: pool.id, name: pool.name, enabled: pool.enabled } as unknown as WatchedPool['pool']),
    live: pool.running ? { row, interval: intervalOf(pool.rates) } : null, servers: pool.servers.map((server) => serverOf(pool, server)), shares, knownGood: null, changed: new Set(), ownErrorsPerSecond: pool.ownErrors,
  }
}

function serverOf(pool: LivePool, server: LiveServer): WatchedPool['servers'][number] {
  const row: ServerRow = {
    kind: 'server', owner: pool.name, name: server.name, protocol: pool.protocol, counters: noCounters, gauges: gaugesOf(server),
    state: {
      text: server.state ?? '', health: server.health, admin: server.admin ?? 'ready', byAgent: false, inherited: false, weight: server.weight, initialWeight: null, throttlePercent: server.throttlePercent,
      backup: server.backup, address: server.address, hostName: null, serviceRecord: null, check: server.check, checkDetail: null,
    },
  }
  return {
    // As above: its id and its name.
    member: server.id === null ? null : ({ id: server.id, name: server.name } as unknown as WatchedPool['servers'][number]['member']),
    live: server.running ? { row, interval: intervalOf(server.rates) } : null, slot: false,
  }
}

function gaugesOf({ sessions, queued, responseMs }: Pick<Gauges, 'sessions' | 'queued' | 'responseMs'>): Gauges {
  return { sessions, queued, sessionLimit: null, responseMs }
}

function intervalOf(rates: LiveRates): RowInterval | null {
  if (rates.requests === null && rates.tries === null && rates.connections === null && rates.bytes === null) return null
  return {
    durationMs: 1000, marks: [], leastUnits: null,
    deltas: { ...noNumbers, requests: rates.requests, selections: rates.tries, connections: rates.connections, bytesIn: rates.bytes, bytesOut: rates.bytes === null ? null : 0, status5xx: rates.errors },
  }
}

const noNumbers = noCounters as Readonly<Record<keyof Counters, null>>
