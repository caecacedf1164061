import { blankCounters, blankGauges, blankState } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import { countAt, foreignJson, isObject, listAt, numberAt, objectAt, readJson, textAt } from '#shared/live/json-answer.ts'
import { envoyExporter, panicMetric } from '#shared/live/metrics/exporters/envoy.ts'
import { toNumber, type MetricSamples } from '#shared/live/metrics/samples.ts'
import { withPools } from '#shared/live/row-sums.ts'
import type { Count, LiveRow, LiveSnapshot, ServerRow, ServerState } from '#shared/live/snapshot.ts'

/** What is asked of the administration interface, in this order: only what was counted at least once, without histograms of other things. */
export const envoyPaths = ['/clusters?format=json', '/server_info', `/stats?format=prometheus&usedonly&filter=${encodeURIComponent('^(cluster|http)\\.')}`] as const

export interface EnvoyAnswers {
  readonly clusters: string
  readonly serverInfo: string
  readonly stats: MetricSamples
}

/** What is compared with the poll before: clusters whose count of decisions in panic has grown are in it. */
export interface EnvoyMemory {
  readonly panics: ReadonlyMap<string, number>
  readonly uptimeSeconds: number | null
  readonly restarts: number
}

export const firstEnvoyMemory: EnvoyMemory = { panics: new Map(), uptimeSeconds: null, restarts: 0 }

/**
 * The answers of one poll of Envoy, with what the next one needs to know of it. A text says what is wrong with them.
 *
 * Fields with a default value are left out: a counter without a value is 0, and one that is not listed is not known.
 * Requests of servers are tries; of clusters too, and their answers are the last ones. Below the panic threshold Envoy
 * sends to all servers, whatever their checks say: then the checks do not count.
 * Source: Envoy documentation, "Administration interface", "Panic threshold".
 */
export function parseEnvoy({ clusters, serverInfo, stats }: EnvoyAnswers, poll: Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes'>, before: EnvoyMemory): { readonly snapshot: LiveSnapshot; readonly memory: EnvoyMemory } | string {
  const listed = readJson(clusters)
  const about = readJson(serverInfo)
  if (!isObject(listed) || !Array.isArray(listed['cluster_statuses'] ?? [])) return `/clusters ${foreignJson(clusters)}.`
  if (!isObject(about) || textAt(about, 'version') === null) return `/server_info ${foreignJson(serverInfo)}.`
  const metrics = envoyExporter.read(stats)
  const panics = new Map((stats.get(panicMetric) ?? []).map((sample) => [sample.labels.get('envoy_cluster_name') ?? '', toNumber(sample.value) ?? 0]))
  const counted = new Map(metrics.rows.flatMap((row) => (row.kind === 'pool' ? [[row.owner, row] as const] : [])))
  const rows: LiveRow[] = metrics.rows.filter((row) => row.kind === 'listener')
  const panicking: string[] = []
  for (const cluster of listAt(listed, 'cluster_statuses')) {
    const name = textAt(cluster, 'name')
    if (name === null) continue
    // Names of statistics hold no colons.
    const statName = (textAt(cluster, 'observability_name') ?? name).replaceAll(':', '_')
    const panic = (panics.get(statName) ?? 0) > (before.panics.get(statName) ?? Infinity)
    if (panic) panicking.push(cleanText(name))
    const owner = cleanText(name)
    const servers = listAt(cluster, 'host_statuses').flatMap((host) => serverRow(owner, host, panic))
    const [pool] = withPools(servers).filter((row) => row.kind === 'pool')
    const known = counted.get(statName)
    if (pool !== undefined) rows.push({ ...pool, ...(known === undefined ? {} : { counters: known.counters, gauges: known.gauges }), owner })
    else rows.push({ kind: 'pool', owner, protocol: 'http', counters: known?.counters ?? blankCounters, gauges: known?.gauges ?? blankGauges, algorithm: null, up: false, stateSeconds: null })
    rows.push(...servers)
  }
  const uptimeSeconds = secondsOf(textAt(about, 'uptime_current_epoch'))
  const restarts = before.restarts + (uptimeSeconds !== null && before.uptimeSeconds !== null && uptimeSeconds < before.uptimeSeconds ? 1 : 0)
  const version = /^[^/]*\/([^/]+)\//.exec(textAt(about, 'version') ?? '')?.[1] ?? textAt(about, 'version') ?? ''
  const state = textAt(about, 'state')
  return {
    memory: { panics, uptimeSeconds, restarts },
    snapshot: {
      product: 'Envoy', version: cleanText(version), ...poll, epoch: `${numberAt(objectAt(about, 'command_line_options'), 'restart_epoch') ?? 0}.${restarts}`, uptimeSeconds, stopping: state === 'DRAINING', rows,
      notes: [
        'Requests of servers are tries: one that is tried again counts each time.',
        ...(panicking.length === 0 ? [] : [`Too few servers of ${panicking.join(', ')} are healthy: Envoy sends to all of them.`]),
      ],
    },
  }
}

/** `86411s` */
function secondsOf(text: string | null): number | null {
  const match = /^(\d+(?:\.\d+)?)s$/.exec(text ?? '')
  return match === null ? null : Number(match[1])
}

function serverRow(owner: string, host: unknown, panic: boolean): readonly ServerRow[] {
  const address = addressOf(objectAt(host, 'address'))
  if (address === null) return []
  const stats = new Map(listAt(host, 'stats').flatMap((stat) => { const name = textAt(stat, 'name'); return name === null ? [] : [[name, stat] as const] }))
  const count = (name: string): Count => (stats.has(name) ? countAt(stats.get(name), 'value') ?? 0 : null)
  const gauge = (name: string): number | null => (stats.has(name) ? numberAt(stats.get(name), 'value') ?? 0 : null)
  const hostName = textAt(host, 'hostname')
  return [{
    kind: 'server', owner, name: cleanText(address), protocol: 'http', gauges: { ...blankGauges, sessions: gauge('rq_active') },
    counters: { ...blankCounters, requests: count('rq_total'), connections: count('cx_total'), failedConnections: count('cx_connect_fail'), status5xx: count('rq_error') },
    state: {
      ...blankState, ...healthOf(objectAt(host, 'health_status'), panic), weight: numberAt(host, 'weight'), backup: (numberAt(host, 'priority') ?? 0) > 0,
      address: cleanText(address), hostName: hostName === null || hostName === '' ? null : cleanText(hostName),
    },
  }]
}

function addressOf(address: unknown): string | null {
  const socket = objectAt(address, 'socket_address')
  const host = textAt(socket, 'address')
  if (host === null) return textAt(objectAt(address, 'pipe'), 'path')
  const port = numberAt(socket, 'port_value')
  return `${host.includes(':') ? `[${host}]` : host}${port === null ? '' : `:${port}`}`
}

const failures = ['failed_active_health_check', 'failed_outlier_check', 'excluded_via_immediate_hc_fail', 'active_hc_timeout'] as const

function healthOf(status: Readonly<Record<string, unknown>>, panic: boolean): Pick<ServerState, 'text' | 'health' | 'admin'> {
  const told = textAt(status, 'eds_health_status') ?? ''
  const flags = Object.entries(status).flatMap(([name, value]) => (value === true ? [name] : []))
  const words = [...flags, ...(told === '' || (told === 'HEALTHY' && flags.length > 0) ? [] : [told])].join(', ')
  const failed = failures.some((name) => status[name] === true) || told === 'UNHEALTHY' || told === 'TIMEOUT'
  const text = cleanText(failed && panic ? `${words}, gets requests all the same` : words)
  const health = failed ? (panic ? 'unchecked' : 'down') : status['pending_active_hc'] === true ? 'unknown' : 'up'
  return { text, health, admin: told === 'DRAINING' ? 'drain' : status['pending_dynamic_removal'] === true ? 'stopping' : 'ready' }
}
