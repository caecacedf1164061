import { blankCounters, blankGauges, blankState } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import { unnamedPool } from '#shared/live/log/logged-request.ts'
import { singleValue, statusCounter, toNumber, type MetricSample, type MetricSamples } from '#shared/live/metrics/samples.ts'
import type { CounterName, ListenerRow, LiveSnapshot, ServerRow } from '#shared/live/snapshot.ts'
import type { CaddyUpstream } from './upstreams.ts'

const started = 'process_start_time_seconds'
const requests = 'caddy_http_requests_total'
const errors = 'caddy_http_request_errors_total'
const inFlight = 'caddy_http_requests_in_flight'
const durations = 'caddy_http_request_duration_seconds'
const sizes = 'caddy_http_response_size_bytes'
const healthy = 'caddy_reverse_proxy_upstreams_healthy'
const reloaded = 'caddy_config_last_reload_success_timestamp_seconds'

/** Metrics that are read. */
export const caddyMetrics: ReadonlySet<string> = new Set([started, requests, errors, inFlight, `${durations}_sum`, `${durations}_count`, `${sizes}_sum`, healthy, reloaded])

/**
 * Listeners from the metrics, servers from the list. Caddy counts no requests per server; its access log has them.
 *
 * Source: Caddy documentation, "Monitoring Caddy with Prometheus metrics"; shared/live/README.md, "Reading".
 */
export function toCaddySnapshot(upstreams: readonly CaddyUpstream[], metrics: MetricSamples, poll: Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes'>): LiveSnapshot {
  const start = metrics.get(started)?.[0]?.value ?? null
  const startSeconds = singleValue(metrics, started)
  const generation = metrics.get(reloaded)?.[0]?.value
  const listeners = listenersOf(metrics)
  const marks = new Map((metrics.get(healthy) ?? []).map(({ labels, value }) => [labels.get('upstream') ?? '', toNumber(value)]))
  const servers = [...upstreams].sort((a, b) => (a.address < b.address ? -1 : 1)).map((one): ServerRow => ({
    kind: 'server', owner: unnamedPool, name: cleanText(one.address), protocol: 'http', counters: blankCounters, gauges: { ...blankGauges, sessions: one.inFlight },
    state: {
      ...blankState, text: one.fails === 0 ? 'listed' : `${one.fails} ${one.fails === 1 ? 'failure' : 'failures'}`, health: 'unchecked', address: cleanText(one.address),
      // One value for all handlers, up to ten seconds old: no proof of anything.
      check: marks.get(one.address) === 0 ? 'unhealthy' : null,
    },
  }))
  return {
    product: 'Caddy', version: null, ...poll, epoch: start, uptimeSeconds: startSeconds === null ? null : Math.max(0, Math.round(poll.taken.wallMs / 1000 - startSeconds)), stopping: false,
    ...(generation === undefined ? {} : { generation }),
    notes: [
      ...(listeners.length === 0 ? ['Caddy counts no requests: its servers need the option "metrics".'] : []),
      'Caddy does not count requests per server: caddy-log:FILE reads them from its access log.',
    ],
    rows: [...listeners, ...servers, ...(servers.length === 0 ? [] : [{
      kind: 'pool', owner: unnamedPool, protocol: 'http', counters: blankCounters, gauges: { ...blankGauges, sessions: upstreams.reduce((sum, one) => sum + one.inFlight, 0) }, algorithm: null, up: true, stateSeconds: null,
    } as const])],
  }
}

function listenersOf(metrics: MetricSamples): readonly ListenerRow[] {
  const all = metrics.get(requests) ?? []
  const servers = [...new Set(all.map(({ labels }) => labels.get('server') ?? ''))]
  return servers.map((server): ListenerRow => {
    // Every handler on the way counts: the outermost one saw each request once.
    const counts = all.filter(({ labels }) => labels.get('server') === server)
    const handler = (counts.find(({ labels }) => labels.get('handler') === 'subroute') ?? counts.reduce((most, one) => (Number(one.value) > Number(most.value) ? one : most))).labels.get('handler')
    const of = (name: string): readonly MetricSample[] => (metrics.get(name) ?? []).filter(({ labels }) => labels.get('server') === server && labels.get('handler') === handler)
    const total = (name: string): number => of(name).reduce((sum, { value }) => sum + (toNumber(value) ?? 0), 0)
    const statuses: Partial<Record<CounterName, number>> = { status1xx: 0, status2xx: 0, status3xx: 0, status4xx: 0, status5xx: 0 }
    for (const { labels, value } of of(`${durations}_count`)) {
      const name = statusCounter(labels.get('code') ?? '')
      statuses[name] = (statuses[name] ?? 0) + (toNumber(value) ?? 0)
    }
    return {
      kind: 'listener', owner: cleanText(server), protocol: 'http', gauges: { ...blankGauges, sessions: total(inFlight) },
      counters: {
        ...blankCounters, ...statuses, requests: total(requests), bytesOut: total(`${sizes}_sum`),
        // What Caddy refuses by itself has no code there.
        statusOther: (statuses.statusOther ?? 0) + total(errors), responseMsTotal: total(`${durations}_sum`) * 1000, responsesTimed: total(`${durations}_count`),
      },
    }
  })
}
