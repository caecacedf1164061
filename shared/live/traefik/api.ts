import { blankCounters, blankGauges, blankState } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import { isObject, listAt, numberAt, objectAt, readJson, textAt } from '#shared/live/json-answer.ts'
import { traefikExporter } from '#shared/live/metrics/exporters/traefik.ts'
import type { MetricSamples } from '#shared/live/metrics/samples.ts'
import type { LiveRow, LiveSnapshot, PoolRow, ServerRow } from '#shared/live/snapshot.ts'
import { urlAddress } from '#shared/live/url-address.ts'

export const metricsPath = '/metrics'
/** More pages than that are not read: that is ten thousand services. */
export const mostPages = 100

/** A page of services; the answer says in a header which one is next, and 1 after the last. */
export function servicesPath(page: number): string {
  return `/api/http/services?page=${page}&per_page=100`
}

/** One page of services as it came; null: the text is no such page. */
export function parseServices(text: string): readonly unknown[] | null {
  const services = readJson(text)
  return Array.isArray(services) && services.every((one) => isObject(one) && typeof one['name'] === 'string') ? services : null
}

/**
 * Services with their servers, and the metrics beside them. `metrics` null: Traefik does not give them here.
 *
 * Only services count requests; their servers have a state at most, and that only with a health check: every server
 * begins as UP. Counters go on over a reload.
 * Source: Traefik documentation, "API", "Metrics".
 */
export function toTraefikSnapshot(services: readonly unknown[], metrics: MetricSamples | null, poll: Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes'>): LiveSnapshot {
  const reading = metrics === null ? null : traefikExporter.read(metrics)
  const counted = new Map(reading?.rows.flatMap((row) => (row.kind === 'pool' ? [[row.owner, row] as const] : [])) ?? [])
  const rows: LiveRow[] = reading?.rows.filter((row) => row.kind === 'listener') ?? []
  for (const service of services) {
    const balancer = objectAt(service, 'loadBalancer')
    const owner = cleanText(textAt(service, 'name') ?? '')
    if (!Array.isArray(balancer['servers'])) continue
    const servers = listAt(balancer, 'servers').flatMap((server) => serverRow(owner, server, service))
    const blank: PoolRow = { kind: 'pool', owner, protocol: 'http', counters: blankCounters, gauges: blankGauges, algorithm: null, up: false, stateSeconds: null }
    const up = textAt(service, 'status') !== 'disabled' && servers.some(({ state }) => state.health !== 'down')
    rows.push({ ...(counted.get(owner) ?? blank), up }, ...servers)
  }
  return {
    product: 'Traefik', version: null, ...poll, epoch: reading?.epoch ?? null, ...(reading?.generation === undefined ? {} : { generation: reading.generation }), uptimeSeconds: null, stopping: false, rows,
    notes: [metrics === null ? `Traefik gives no metrics at ${metricsPath}: states are known, and no numbers.` : 'Traefik counts requests of services, not of their servers.'],
  }
}

function serverRow(owner: string, server: unknown, service: unknown): readonly ServerRow[] {
  const url = textAt(server, 'url')
  if (url === null) return []
  const status = textAt(objectAt(service, 'serverStatus'), url)
  const checked = Object.hasOwn(objectAt(service, 'loadBalancer'), 'healthCheck')
  return [{
    kind: 'server', owner, name: cleanText(url), protocol: 'http', counters: blankCounters, gauges: blankGauges,
    state: {
      ...blankState, text: cleanText(status ?? ''), health: status === 'DOWN' ? 'down' : status === 'UP' && checked ? 'up' : status === 'UP' || status === null ? 'unchecked' : 'unknown',
      weight: numberAt(server, 'weight') ?? 1, address: urlAddress(url),
    },
  }]
}
