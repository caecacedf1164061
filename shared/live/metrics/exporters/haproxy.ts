import { blankState } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import { readServerStatus } from '#shared/live/haproxy/server-status.ts'
import type { Counters, LiveRow, ServerState } from '#shared/live/snapshot.ts'
import { collectRows, label, rowKeyOf, type CollectedRow, type MetricRule, type RowLabels } from '#shared/live/metrics/collect.ts'
import type { Exporter, MetricsReading } from '#shared/live/metrics/exporter.ts'
import { singleLabel, singleValue, toCount, toNumber, type MetricSample, type MetricSamples } from '#shared/live/metrics/samples.ts'

/** The exporter in HAProxy and the one that ran beside it name proxies by other labels. */
interface Labels {
  readonly listener: RowLabels
  readonly pool: RowLabels
  readonly server: RowLabels
}

const builtIn: Labels = { listener: { kind: 'listener', owner: label('proxy') }, pool: { kind: 'pool', owner: label('proxy') }, server: { kind: 'server', owner: label('proxy'), server: label('server') } }
const legacy: Labels = { listener: { kind: 'listener', owner: label('frontend') }, pool: { kind: 'pool', owner: label('backend') }, server: { kind: 'server', owner: label('backend'), server: label('server') } }

const common: readonly (readonly [string, MetricRule['to'], number?])[] = [
  ['bytes_in_total', 'bytesIn'], ['bytes_out_total', 'bytesOut'], ['http_responses_total', 'responses'], ['http_requests_total', 'requests'], ['requests_denied_total', 'denied'],
  ['connection_errors_total', 'failedConnections'], ['response_errors_total', 'failedResponses'], ['retry_warnings_total', 'retries'], ['redispatch_warnings_total', 'redispatches'],
  ['loadbalanced_total', 'selections'], ['current_sessions', 'sessions'], ['current_queue', 'queued'], ['limit_sessions', 'sessionLimit'], ['response_time_average_seconds', 'responseMs', 1000],
]
/** Names that only the exporter beside HAProxy has. */
const onlyLegacy: readonly (readonly [string, MetricRule['to'], number?])[] = [['server_selected_total', 'selections'], ['http_response_time_average_seconds', 'responseMs', 1000]]

const scopes = [['frontend', 'listener'], ['backend', 'pool'], ['server', 'server']] as const

function rulesOf(labels: Labels, names: typeof common): readonly MetricRule[] {
  return scopes.flatMap(([scope, row]) => names.map(([name, to, times]) => ({ metric: `haproxy_${scope}_${name}`, row: labels[row], to, ...(times === undefined ? {} : { times }) })))
}

const builtInRules = rulesOf(builtIn, common)
const legacyRules = rulesOf(legacy, [...common, ...onlyLegacy])

/** Counted apart, because what they mean depends on the protocol. */
const connectionMetrics = scopes.flatMap(([scope]) => [`haproxy_${scope}_sessions_total`, `haproxy_${scope}_connections_total`, `haproxy_${scope}_connection_attempts_total`])
const stateMetrics = [
  'haproxy_server_status', 'haproxy_server_weight', 'haproxy_server_uweight', 'haproxy_server_current_throttle', 'haproxy_server_backup',
  'haproxy_backend_status', 'haproxy_backend_check_last_change_seconds', 'haproxy_backend_up', 'haproxy_server_up',
]
const processMetrics = ['haproxy_process_start_time_seconds', 'haproxy_process_uptime_seconds', 'haproxy_process_build_info', 'haproxy_process_stopping']

/** The exporter in HAProxy divides by so many answers from the first one on, so that its means are too small before (the socket's are not). */
const meanOver = 512

/** One state for each result a check can have: read from the page, too many for a query over a fleet. */
export const checkStatusMetric = 'haproxy_server_check_status'

/**
 * The exporter in HAProxy (2.0 and later) and the one that ran beside older ones. Neither shows addresses. Requests are
 * the counter of 3.0 and later, before that the sum of the responses.
 *
 * Source: HAProxy, addons/promex/README; the metrics of 2.6.12 and 3.4.0, and of haproxy_exporter 0.14.
 */
export const haproxyExporter: Exporter = {
  product: 'HAProxy',
  metrics: [...new Set([...legacyRules.map((rule) => rule.metric), ...connectionMetrics, ...stateMetrics, ...processMetrics])],
  read: readHaproxyMetrics,
}

function readHaproxyMetrics(samples: MetricSamples): MetricsReading {
  const started = singleValue(samples, 'haproxy_process_start_time_seconds')
  const version = singleLabel(samples, 'haproxy_process_build_info', 'version')
  return {
    version: version === null ? null : cleanText(version),
    // The start time without a prefix is that of the exporter beside HAProxy, which says nothing about the balancer.
    epoch: started === null ? null : `@${started}`,
    uptimeSeconds: singleValue(samples, 'haproxy_process_uptime_seconds'),
    stopping: singleValue(samples, 'haproxy_process_stopping') === 1,
    rows: [...readRows(samples, builtIn, builtInRules), ...readRows(samples, legacy, legacyRules)],
  }
}

function readRows(samples: MetricSamples, labels: Labels, rules: readonly MetricRule[]): readonly LiveRow[] {
  const lookUp = (row: RowLabels, metric: string): Lookup => new Map((samples.get(metric) ?? []).flatMap((sample) => entryOf(row, sample)))
  const states = {
    status: oneHot(samples, labels.server, 'haproxy_server_status'), up: lookUp(labels.server, 'haproxy_server_up'), weight: lookUp(labels.server, 'haproxy_server_weight'), userWeight: lookUp(labels.server, 'haproxy_server_uweight'),
    throttle: lookUp(labels.server, 'haproxy_server_current_throttle'), backup: lookUp(labels.server, 'haproxy_server_backup'),
    check: samples.has(checkStatusMetric) ? oneHot(samples, labels.server, checkStatusMetric) : null,
  }
  const pools = { status: oneHot(samples, labels.pool, 'haproxy_backend_status'), up: lookUp(labels.pool, 'haproxy_backend_up'), changed: lookUp(labels.pool, 'haproxy_backend_check_last_change_seconds') }
  const connections = new Map(scopes.flatMap(([scope, row]) => (['sessions_total', 'connections_total', 'connection_attempts_total'] as const).flatMap((name) =>
    (samples.get(`haproxy_${scope}_${name}`) ?? []).flatMap((sample) => {
      const key = rowKeyOf(labels[row], sample.labels)
      return key === null ? [] : [[`${name} ${key}`, toCount(sample.value)] as const]
    }))))
  return [...collectRows(samples, rules)].map(([key, row]): LiveRow => {
    const protocol = row.answered === null ? 'tcp' : 'http'
    const counters = countersOf(row, protocol, (name) => connections.get(`${name} ${key}`) ?? null)
    const gauges = labels === builtIn && Number(counters.requests ?? counters.connections ?? 0) < meanOver ? { ...row.gauges, responseMs: null } : row.gauges
    const common = { owner: row.owner, protocol, counters, gauges } as const
    if (row.kind === 'listener') return { kind: 'listener', ...common }
    if (row.kind === 'pool') return { kind: 'pool', ...common, algorithm: null, up: pools.status.get(key) === 'UP' || numberAt(pools.up, key) === 1, stateSeconds: numberAt(pools.changed, key) }
    return { kind: 'server', ...common, name: row.name, state: stateOf(key, states) }
  })
}

type Lookup = ReadonlyMap<string, string>

function entryOf(row: RowLabels, sample: MetricSample): readonly (readonly [string, string])[] {
  const key = rowKeyOf(row, sample.labels)
  return key === null ? [] : [[key, sample.value]]
}

/** The state whose sample is 1, for each row. */
function oneHot(samples: MetricSamples, row: RowLabels, metric: string): Lookup {
  return new Map((samples.get(metric) ?? []).flatMap((sample) => {
    const key = rowKeyOf(row, sample.labels)
    return key !== null && toNumber(sample.value) === 1 ? [[key, sample.labels.get('state') ?? ''] as const] : []
  }))
}

function numberAt(lookup: Lookup, key: string): number | null {
  const found = lookup.get(key)
  return found === undefined ? null : toNumber(found)
}

/** As in the statistics: connections are those that clients opened, those to servers, or sessions where there are no requests. */
function countersOf(row: CollectedRow, protocol: 'http' | 'tcp', total: (name: 'sessions_total' | 'connections_total' | 'connection_attempts_total') => number | bigint | null): Counters {
  const connections = row.kind === 'listener' ? total('connections_total') ?? total('sessions_total') : protocol === 'tcp' ? total('sessions_total') : total('connection_attempts_total')
  return { ...row.counters, connections, requests: protocol === 'tcp' ? null : row.counters.requests ?? row.answered }
}

interface ServerLookups {
  readonly status: Lookup
  readonly up: Lookup
  readonly weight: Lookup
  readonly userWeight: Lookup
  readonly throttle: Lookup
  readonly backup: Lookup
  /** Null: results of checks were not asked for. */
  readonly check: Lookup | null
}

function stateOf(key: string, at: ServerLookups): ServerState {
  const up = numberAt(at.up, key)
  const text = at.status.get(key) ?? (up === null ? '' : up === 1 ? 'UP' : 'DOWN')
  const weight = numberAt(at.userWeight, key) ?? numberAt(at.weight, key)
  const status = readServerStatus(text, weight, 0)
  const check = at.check?.get(key) ?? null
  return {
    ...blankState, ...status, text: cleanText(text), weight, throttlePercent: numberAt(at.throttle, key), backup: numberAt(at.backup, key) === 1, check: check === null ? null : cleanText(check),
    // Servers that are not checked count as up, and have no result of a check.
    ...(at.check !== null && check === null && text === 'UP' ? { health: 'unchecked' as const } : {}),
  }
}
