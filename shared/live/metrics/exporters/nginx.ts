import { blankState } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import { nginxPlusState, type NginxPlusState } from '#shared/live/nginx/peer-state.ts'
import { withPools } from '#shared/live/row-sums.ts'
import type { LiveRow, ServerState } from '#shared/live/snapshot.ts'
import { collectRows, label, rowKeyOf, type MetricRule, type RowLabels } from '#shared/live/metrics/collect.ts'
import type { Exporter } from '#shared/live/metrics/exporter.ts'
import { singleLabel, singleValue, toNumber } from '#shared/live/metrics/samples.ts'

const whole: RowLabels = { kind: 'listener', owner: () => 'nginx' }
const plusZone: RowLabels = { kind: 'listener', owner: label('server_zone') }
const plusServer: RowLabels = { kind: 'server', owner: label('upstream'), server: label('server') }
// The host "*" is the sum of the others; "::nogroups" holds targets that are no upstream.
const vtsZone: RowLabels = { kind: 'listener', owner: (labels) => (labels.get('host') === '*' ? '' : labels.get('host') ?? '') }
const vtsServer: RowLabels = { kind: 'server', owner: (labels) => (labels.get('upstream') === '::nogroups' ? '' : labels.get('upstream') ?? ''), server: label('backend') }
const outer = (name: string) => (labels: ReadonlyMap<string, string>): string => labels.get(`exported_${name}`) ?? labels.get(name) ?? ''
const ingressService: RowLabels = { kind: 'pool', owner: (labels) => (outer('service')(labels) === '' ? '' : `${outer('namespace')(labels)}/${outer('service')(labels)}`) }

const rules: readonly MetricRule[] = [
  { metric: 'nginx_http_requests_total', row: whole, to: 'requests' }, { metric: 'nginx_connections_accepted', row: whole, to: 'connections' }, { metric: 'nginx_connections_active', row: whole, to: 'sessions' },
  { metric: 'nginxplus_server_zone_requests', row: plusZone, to: 'requests' }, { metric: 'nginxplus_server_zone_responses', row: plusZone, to: 'responses' },
  { metric: 'nginxplus_server_zone_received', row: plusZone, to: 'bytesIn' }, { metric: 'nginxplus_server_zone_sent', row: plusZone, to: 'bytesOut' }, { metric: 'nginxplus_server_zone_processing', row: plusZone, to: 'sessions' },
  { metric: 'nginxplus_upstream_server_requests', row: plusServer, to: 'requests' }, { metric: 'nginxplus_upstream_server_responses', row: plusServer, to: 'responses' },
  { metric: 'nginxplus_upstream_server_sent', row: plusServer, to: 'bytesIn' }, { metric: 'nginxplus_upstream_server_received', row: plusServer, to: 'bytesOut' }, { metric: 'nginxplus_upstream_server_fails', row: plusServer, to: 'failedResponses' },
  { metric: 'nginxplus_upstream_server_active', row: plusServer, to: 'sessions' }, { metric: 'nginxplus_upstream_server_response_time', row: plusServer, to: 'responseMs' },
  { metric: 'nginx_vts_server_requests_total', row: vtsZone, to: 'responses' }, { metric: 'nginx_vts_server_bytes_total', row: vtsZone, to: 'bytesIn', where: ['direction', 'in'] }, { metric: 'nginx_vts_server_bytes_total', row: vtsZone, to: 'bytesOut', where: ['direction', 'out'] },
  { metric: 'nginx_vts_upstream_requests_total', row: vtsServer, to: 'responses' },
  { metric: 'nginx_vts_upstream_response_seconds_total', row: vtsServer, to: 'responseMsTotal', times: 1000 }, { metric: 'nginx_vts_upstream_requests_total', row: vtsServer, to: 'responsesTimed' },
  { metric: 'nginx_ingress_controller_response_duration_seconds_sum', row: ingressService, to: 'responseMsTotal', times: 1000 }, { metric: 'nginx_ingress_controller_response_duration_seconds_count', row: ingressService, to: 'responsesTimed' },
  { metric: 'nginx_ingress_controller_requests', row: ingressService, to: 'responses', by: 'status' },
]

const stateMetric = 'nginxplus_upstream_server_state'
const plusStates: Readonly<Record<number, NginxPlusState>> = { 1: 'up', 2: 'draining', 3: 'down', 4: 'unavail', 5: 'checking', 6: 'unhealthy' }

/**
 * The exporters of nginx: stub_status (totals only), the API of nginx Plus, the module vhost_traffic_status, and the
 * ingress controller of Kubernetes (requests for each service, not for its pods).
 *
 * Source: nginx-prometheus-exporter, README; nginx-module-vts, README; ingress-nginx, "Prometheus and Grafana".
 */
export const nginxExporter: Exporter = {
  product: 'nginx',
  metrics: [...new Set([...rules.map((rule) => rule.metric), stateMetric, 'nginx_vts_start_time_seconds', 'nginx_vts_info'])],
  read(samples) {
    const started = singleValue(samples, 'nginx_vts_start_time_seconds')
    const version = singleLabel(samples, 'nginx_vts_info', 'version')
    const states = new Map((samples.get(stateMetric) ?? []).flatMap((sample) => [[rowKeyOf(plusServer, sample.labels), plusStates[toNumber(sample.value) ?? 0] ?? null] as const]))
    const rows = [...collectRows(samples, rules)].map(([key, row]): LiveRow => {
      const common = { owner: row.owner, protocol: 'http', counters: { ...row.counters, requests: row.counters.requests ?? row.answered }, gauges: row.gauges } as const
      if (row.kind === 'listener') return { kind: 'listener', ...common }
      if (row.kind === 'pool') return { kind: 'pool', ...common, algorithm: null, up: true, stateSeconds: null }
      return { kind: 'server', ...common, name: row.name, state: stateOf(states.get(key) ?? null, row.name) }
    })
    return { version: version === null ? null : cleanText(version), epoch: started === null ? null : `@${started}`, uptimeSeconds: null, stopping: false, rows: withPools(rows) }
  },
}

/** Without a state nothing is known against the server: no exporter of the module shows one. */
function stateOf(word: NginxPlusState | null, address: string): ServerState {
  return { ...blankState, ...(word === null ? { text: '', health: 'unchecked' as const } : nginxPlusState(word)), address }
}

