import type { LiveRow } from '#shared/live/snapshot.ts'
import { collectRows, label, rowKeyOf, type MetricRule, type RowLabels } from '#shared/live/metrics/collect.ts'
import type { Exporter } from '#shared/live/metrics/exporter.ts'
import { singleValue, toNumber } from '#shared/live/metrics/samples.ts'

// The administration interface counts the questions of who watches.
const listener: RowLabels = { kind: 'listener', owner: (labels) => (labels.get('envoy_http_conn_manager_prefix') === 'admin' ? '' : label('envoy_http_conn_manager_prefix')(labels)) }
const cluster: RowLabels = { kind: 'pool', owner: label('envoy_cluster_name') }
const byClass = 'envoy_response_code_class'

const rules: readonly MetricRule[] = [
  { metric: 'envoy_http_downstream_rq_total', row: listener, to: 'requests' }, { metric: 'envoy_http_downstream_rq_xx', row: listener, to: 'responses', by: byClass },
  { metric: 'envoy_http_downstream_cx_total', row: listener, to: 'connections' }, { metric: 'envoy_http_downstream_rq_active', row: listener, to: 'sessions' },
  { metric: 'envoy_cluster_upstream_rq_total', row: cluster, to: 'requests' }, { metric: 'envoy_cluster_upstream_rq_xx', row: cluster, to: 'responses', by: byClass },
  { metric: 'envoy_cluster_upstream_cx_total', row: cluster, to: 'connections' }, { metric: 'envoy_cluster_upstream_cx_connect_fail', row: cluster, to: 'failedConnections' },
  { metric: 'envoy_cluster_upstream_rq_retry', row: cluster, to: 'retries' }, { metric: 'envoy_cluster_upstream_rq_active', row: cluster, to: 'sessions' }, { metric: 'envoy_cluster_upstream_rq_pending_active', row: cluster, to: 'queued' },
  { metric: 'envoy_cluster_upstream_rq_time_sum', row: cluster, to: 'responseMsTotal' }, { metric: 'envoy_cluster_upstream_rq_time_count', row: cluster, to: 'responsesTimed' },
  { metric: 'envoy_cluster_upstream_cx_tx_bytes_total', row: cluster, to: 'bytesIn' }, { metric: 'envoy_cluster_upstream_cx_rx_bytes_total', row: cluster, to: 'bytesOut' },
]

const healthyMetric = 'envoy_cluster_membership_healthy'
/** Grows with each decision that went to every server because too few were healthy. */
export const panicMetric = 'envoy_cluster_lb_healthy_panic'

/**
 * Envoy: clusters and what comes in, not single servers. Responses are the last ones only; a request that was retried
 * counts once in them and each time in the requests.
 *
 * Source: Envoy documentation, "Cluster statistics", "HTTP connection manager statistics", "Server statistics".
 */
export const envoyExporter: Exporter = {
  product: 'Envoy',
  metrics: [...rules.map((rule) => rule.metric), healthyMetric, 'envoy_server_uptime', 'envoy_server_hot_restart_epoch'],
  read(samples) {
    const healthy = new Map((samples.get(healthyMetric) ?? []).map((sample) => [rowKeyOf(cluster, sample.labels), toNumber(sample.value)]))
    const rows = [...collectRows(samples, rules)].map(([key, row]): LiveRow => {
      const common = { owner: row.owner, protocol: 'http', counters: { ...row.counters, requests: row.counters.requests ?? row.answered }, gauges: row.gauges } as const
      return row.kind === 'listener' ? { kind: 'listener', ...common } : { kind: 'pool', ...common, algorithm: null, up: (healthy.get(key) ?? 1) > 0, stateSeconds: null }
    })
    const restarts = singleValue(samples, 'envoy_server_hot_restart_epoch')
    return { version: null, epoch: restarts === null ? null : `#${restarts}`, uptimeSeconds: singleValue(samples, 'envoy_server_uptime'), stopping: false, rows }
  },
}
