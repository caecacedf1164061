import type { LiveRow } from '#shared/live/snapshot.ts'
import { collectRows, label, type MetricRule, type RowLabels } from '#shared/live/metrics/collect.ts'
import type { Exporter } from '#shared/live/metrics/exporter.ts'
import { singleValue } from '#shared/live/metrics/samples.ts'

const server: RowLabels = { kind: 'listener', owner: label('server') }
// A request passes several handlers, and each counts it; the sites of a Caddyfile are one subroute each.
const once = ['handler', 'subroute'] as const

const rules: readonly MetricRule[] = [
  { metric: 'caddy_http_requests_total', row: server, to: 'requests', where: once },
  { metric: 'caddy_http_requests_in_flight', row: server, to: 'sessions', where: once },
]

/**
 * Caddy: what its servers get, and nothing about pools: the metrics name the outer handler only, and whether a server is
 * healthy is not told reliably. Answers that Caddy gives itself have no code, so codes are left out.
 *
 * Source: Caddy documentation, "Monitoring Caddy with Prometheus metrics"; the metrics of 2.6.2.
 */
export const caddyExporter: Exporter = {
  product: 'Caddy',
  metrics: [...new Set(rules.map((rule) => rule.metric)), 'process_start_time_seconds'],
  read(samples) {
    const rows = [...collectRows(samples, rules).values()].map((row): LiveRow => ({ kind: 'listener', owner: row.owner, protocol: 'http', counters: row.counters, gauges: row.gauges }))
    const started = singleValue(samples, 'process_start_time_seconds')
    return { version: null, epoch: started === null ? null : `@${started}`, uptimeSeconds: null, stopping: false, rows }
  },
}
