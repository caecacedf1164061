import type { Failure } from '#shared/diagnostics/failure.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { LiveSource } from '#shared/live/live-source.ts'
import type { LiveView, WatchedPool } from '#shared/live/live-watch.ts'
import { perSecond } from '#shared/live/per-second.ts'
import type { RowInterval } from '#shared/live/intervals.ts'
import type { Span } from '#shared/text/span.ts'
import { schemaVersion, type Places } from './json-shapes.ts'

/** One poll as it is shown. */
export interface LiveFacts {
  readonly view: LiveView
  /** Null: nobody asked for alerts. */
  readonly alerts: readonly Alert[] | null
  readonly source: Pick<LiveSource, 'title'>
  /** When it was shown, ISO 8601 with zone. */
  readonly at: string
  /** Null: there is no config. */
  readonly places: Places | null
  /** The same for the last known good config. */
  readonly goodPlaces: Places | null
}

/** One poll as one object: rates are per second, null where the interval has none. Shape: docs/command-line.md, "Live". */
export function toJsonSample({ view, alerts, source, at, places, goodPlaces }: LiveFacts): object {
  const { snapshot } = view
  return {
    schemaVersion, at, source: source.title, product: snapshot.product, version: snapshot.version, process: snapshot.epoch, uptimeSeconds: snapshot.uptimeSeconds,
    restarted: view.restarted, stopping: snapshot.stopping, readMs: tenths(snapshot.readMs), notes: snapshot.notes ?? [],
    listeners: view.listeners.map(({ row, interval }) => ({
      name: row.owner, protocol: row.protocol, ...ratesOf(interval), deniedPerSecond: rate(interval, 'denied'), sessions: row.gauges.sessions, marks: interval?.marks ?? [],
    })),
    pools: view.pools.map((pool) => toJsonPool(pool)),
    drift: view.drift.map(({ at: span, ...drift }) => ({ ...drift, at: lineOf(span, places) })),
    ...toJsonAlerts(alerts, places, goodPlaces),
  }
}

/** An alert in the published shape. */
export function toJsonAlert({ at, sinceMs, causes, trouble: _, ...alert }: Alert, places: Places | null, goodPlaces: Places | null): object {
  const lines = causes.flatMap((cause) => {
    const line = lineOf(cause.at, cause.side === 'running' ? places : goodPlaces)
    return line === null ? [] : [{ side: cause.side, ...line }]
  })
  return { ...alert, since: new Date(sinceMs).toISOString(), at: lineOf(at, places), causes: lines }
}

function lineOf(at: Span | null, places: Places | null): object | null {
  return at === null || places === null ? null : places.lineOf(at)
}

/** A poll that failed keeps its place, so that a gap is seen as one. */
export function toJsonFailure(failure: Failure, { source, at, alerts, places, goodPlaces }: Omit<LiveFacts, 'view'>): object {
  return { schemaVersion, at, source: source.title, error: { code: failure.code, message: failure.message }, ...toJsonAlerts(alerts, places, goodPlaces) }
}

function toJsonAlerts(alerts: readonly Alert[] | null, places: Places | null, goodPlaces: Places | null): object {
  return alerts === null ? {} : { alerts: alerts.map((alert) => toJsonAlert(alert, places, goodPlaces)) }
}

function toJsonPool(joined: WatchedPool): object {
  const { shares, live, pool } = joined
  const interval = live?.interval ?? null
  return {
    pool: joined.name, running: live !== null, inConfig: pool !== null, protocol: live?.row.protocol ?? pool?.protocol ?? null, algorithm: pool?.algorithm.text ?? live?.row.algorithm ?? null,
    up: live?.row.up ?? null, onBackups: shares.onBackups, requests: total(live?.row.counters.requests), ...ratesOf(interval), ownErrorsPerSecond: rounded(joined.ownErrorsPerSecond),
    sessions: live?.row.gauges.sessions ?? null, queued: live?.row.gauges.queued ?? null, marks: interval?.marks ?? [],
    shares: {
      verdict: shares.verdict, severity: shares.severity, sentence: shares.sentence, class: shares.rule.class, counted: shares.rule.unit, units: shares.units,
      overSeconds: Math.round(shares.overMs) / 1000, misplaced: rounded(shares.misplaced),
    },
    servers: joined.servers.map(({ member, live: server }, index) => {
      const state = server?.row.state
      const share = shares.servers[index]
      return {
        server: member?.name ?? server?.row.name ?? '', address: state?.address ?? member?.address ?? null, running: server !== null, inConfig: member !== null,
        state: state?.text ?? null, health: state?.health ?? null, admin: state?.admin ?? null, backup: state?.backup ?? (member === null ? null : member.options.level > 0),
        weight: state?.weight ?? null, configWeight: member?.options.weight ?? null, throttlePercent: state?.throttlePercent ?? null, requests: total(server?.row.counters.requests), ...ratesOf(server?.interval ?? null),
        responseMs: server?.row.gauges.responseMs ?? null, sessions: server?.row.gauges.sessions ?? null, queued: server?.row.gauges.queued ?? null, check: state?.check ?? null, marks: server?.interval?.marks ?? [],
        share: rounded(share?.share ?? null), expected: share === undefined || share.expected === null ? null : { low: rounded(share.expected.low), high: rounded(share.expected.high) },
      }
    }),
  }
}

function ratesOf(interval: RowInterval | null): object {
  return { requestsPerSecond: rate(interval, 'requests'), selectionsPerSecond: rate(interval, 'selections'), connectionsPerSecond: rate(interval, 'connections'), errorsPerSecond: rate(interval, 'status5xx') }
}

function rate(interval: RowInterval | null, counter: Parameters<typeof perSecond>[1]): number | null {
  return rounded(perSecond(interval, counter))
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10_000) / 10_000
}

function tenths(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms * 10) / 10
}

function total(count: number | bigint | null | undefined): number | null {
  return count === null || count === undefined ? null : Number(count)
}
