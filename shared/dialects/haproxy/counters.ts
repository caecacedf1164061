import type { MetricSample } from '#shared/requests/access-log/prometheus-text.ts'
import type { TrafficCounter } from '#shared/requests/access-log/traffic-counter.ts'

/**
 * Requests per frontend and backend from HAProxy's own Prometheus page or from the older exporter.
 *
 * Where a part has no `http_requests_total`, its responses of all codes are added up (older exporter, backends).
 * Source: HAProxy 2.6 Prometheus exporter (label `proxy`), haproxy_exporter 0.14 (labels `frontend`, `backend`).
 */
export function haproxyCounters(samples: Iterable<MetricSample>): readonly TrafficCounter[] {
  const requests = new Map<string, number>()
  const responses = new Map<string, number>()
  for (const { name, labels, value } of samples) {
    const match = /^haproxy_(frontend|backend)_http_(requests|responses)_total$/.exec(name)
    if (match === null || !Number.isFinite(value)) continue
    const proxy = labels.get('proxy') ?? labels.get(match[1] as string)
    if (proxy === undefined) continue
    const key = `${match[1] === 'frontend' ? 'entry' : 'pool'}:${proxy}`
    const counts = match[2] === 'requests' ? requests : responses
    counts.set(key, (counts.get(key) ?? 0) + value)
  }
  return [...new Set([...requests.keys(), ...responses.keys()])].map((key) => {
    const colon = key.indexOf(':')
    return { kind: key.slice(0, colon) === 'entry' ? 'entry' : 'pool', name: key.slice(colon + 1), requests: requests.get(key) ?? responses.get(key) ?? 0 }
  })
}
