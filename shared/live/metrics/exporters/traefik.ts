import { blankCounters, blankGauges, blankState } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import type { LiveRow } from '#shared/live/snapshot.ts'
import { collectRows, label, type MetricRule, type RowLabels } from '#shared/live/metrics/collect.ts'
import type { Exporter } from '#shared/live/metrics/exporter.ts'
import { singleValue, toNumber } from '#shared/live/metrics/samples.ts'
import { urlAddress } from '#shared/live/url-address.ts'

const entryPoint: RowLabels = { kind: 'listener', owner: label('entrypoint') }
const service: RowLabels = { kind: 'pool', owner: label('service') }

const rules: readonly MetricRule[] = [
  { metric: 'traefik_entrypoint_requests_total', row: entryPoint, to: 'responses' }, { metric: 'traefik_entrypoint_open_connections', row: entryPoint, to: 'sessions' }, { metric: 'traefik_open_connections', row: entryPoint, to: 'sessions' },
  { metric: 'traefik_entrypoint_requests_bytes_total', row: entryPoint, to: 'bytesIn' }, { metric: 'traefik_entrypoint_responses_bytes_total', row: entryPoint, to: 'bytesOut' },
  { metric: 'traefik_service_requests_total', row: service, to: 'responses' }, { metric: 'traefik_service_retries_total', row: service, to: 'retries' }, { metric: 'traefik_service_open_connections', row: service, to: 'sessions' },
  { metric: 'traefik_service_request_duration_seconds_sum', row: service, to: 'responseMsTotal', times: 1000 }, { metric: 'traefik_service_request_duration_seconds_count', row: service, to: 'responsesTimed' },
  { metric: 'traefik_service_requests_bytes_total', row: service, to: 'bytesIn' }, { metric: 'traefik_service_responses_bytes_total', row: service, to: 'bytesOut' },
]

const reloadsMetric = 'traefik_config_reloads_total'
const upMetric = 'traefik_service_server_up'

/**
 * Traefik: entry points and services. Servers have a state and nothing that is counted. A reload happens in the process,
 * and the counters go on.
 *
 * Source: Traefik documentation, "Metrics"; pkg/observability/metrics/prometheus.go of 3.x.
 */
export const traefikExporter: Exporter = {
  product: 'Traefik',
  metrics: [...rules.map((rule) => rule.metric), upMetric, reloadsMetric, 'process_start_time_seconds'],
  read(samples) {
    const rows = [...collectRows(samples, rules).values()].map((row): LiveRow => {
      const common = { owner: row.owner, protocol: 'http', counters: { ...row.counters, requests: row.answered }, gauges: row.gauges } as const
      return row.kind === 'listener' ? { kind: 'listener', ...common } : { kind: 'pool', ...common, algorithm: null, up: true, stateSeconds: null }
    })
    const pools = new Set(rows.flatMap((row) => (row.kind === 'pool' ? [row.owner] : [])))
    const servers = (samples.get(upMetric) ?? []).flatMap(({ labels, value }): LiveRow[] => {
      const owner = cleanText(labels.get('service') ?? '')
      const url = cleanText(labels.get('url') ?? '')
      const up = toNumber(value)
      if (owner === '' || url === '' || up === null) return []
      return [{ kind: 'server', owner, name: url, protocol: 'http', counters: blankCounters, gauges: blankGauges, state: { ...blankState, text: up === 1 ? 'UP' : 'DOWN', health: up === 1 ? 'up' : 'down', address: urlAddress(url) } }]
    })
    const reloads = singleValue(samples, reloadsMetric)
    const started = singleValue(samples, 'process_start_time_seconds')
    return { version: null, epoch: started === null ? null : `@${started}`, uptimeSeconds: null, stopping: false, ...(reloads === null ? {} : { generation: `reload ${reloads}` }), rows: [...rows, ...servers.filter((row) => pools.has(row.owner))] }
  },
}
