import { blankCounters, blankState } from '#shared/live/blank-rows.ts'
import { withPools } from '#shared/live/row-sums.ts'
import type { LiveRow } from '#shared/live/snapshot.ts'
import { collectRows, rowKeyOf, type MetricRule, type RowLabels } from '#shared/live/metrics/collect.ts'
import type { Exporter } from '#shared/live/metrics/exporter.ts'
import { toNumber, type MetricLabels } from '#shared/live/metrics/samples.ts'

const hostPort = (host: string, port: string): string => `${host.includes(':') ? `[${host}]` : host}:${port}`

function serviceOf(labels: MetricLabels): string {
  const mark = labels.get('local_mark') ?? ''
  if (mark !== '') return `FWM ${mark}`
  const host = labels.get('local_address') ?? ''
  return host === '' ? '' : `${labels.get('proto') ?? ''} ${hostPort(host, labels.get('local_port') ?? '')}`
}

const server: RowLabels = {
  kind: 'server', owner: serviceOf,
  server: (labels) => (labels.has('remote_address') ? hostPort(labels.get('remote_address') ?? '', labels.get('remote_port') ?? '') : ''),
}
const weightMetric = 'node_ipvs_backend_weight'
const rules: readonly MetricRule[] = [{ metric: 'node_ipvs_backend_connections_active', row: server, to: 'sessions' }]

/**
 * IPVS as node_exporter shows it: connections under way and weights. Nothing is counted for single servers, and there is
 * no health: whoever checks sets the weight to 0 or takes the server out.
 *
 * Source: node_exporter, collector "ipvs".
 */
export const ipvsExporter: Exporter = {
  product: 'IPVS',
  metrics: [...rules.map((rule) => rule.metric), weightMetric],
  read(samples) {
    const weights = new Map((samples.get(weightMetric) ?? []).map((sample) => [rowKeyOf(server, sample.labels), toNumber(sample.value)]))
    const rows = [...collectRows(samples, rules)].map(([key, row]): LiveRow => {
      const weight = weights.get(key) ?? null
      return {
        kind: 'server', owner: row.owner, name: row.name, protocol: 'tcp', counters: blankCounters, gauges: row.gauges,
        state: { ...blankState, text: weight === 0 ? 'weight 0' : '', health: 'unchecked', admin: weight === 0 ? 'weight-zero' : 'ready', weight, address: row.name },
      }
    })
    return { version: null, epoch: null, uptimeSeconds: null, stopping: false, rows: withPools(rows) }
  },
}
