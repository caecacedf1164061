import { failed, ok } from '#shared/diagnostics/failure.ts'
import { caddyReads } from '#shared/live/caddy/reads.ts'
import { caddyMetrics, toCaddySnapshot } from '#shared/live/caddy/snapshot.ts'
import { parseUpstreams } from '#shared/live/caddy/upstreams.ts'
import type { HttpSource } from '#shared/live/live-source.ts'
import { parseExposition } from '#shared/live/metrics/exposition.ts'
import type { LivePort } from '#shared/backend/live-ports.ts'
import type { SnapshotReader } from './poller.ts'

/** Asks the administration of Caddy for its servers and its metrics, one after the other. Its config is not asked for: it may hold secrets. */
export function caddyReader(port: LivePort, source: HttpSource): SnapshotReader {
  let begun: { readonly epoch: string | null; readonly monotonicMs: number } | null = null
  return async (limitMs, limitBytes) => {
    const listed = await port.ask(source, { kind: 'get', path: caddyReads.upstreams, accept: 'application/json' }, limitMs, limitBytes)
    if (!listed.ok) return listed
    const upstreams = parseUpstreams(listed.value.text)
    if (upstreams === null) return failed('bad-answer', `${source.title} does not list servers as the administration of Caddy does, or not all of it came.`)
    const answer = await port.ask(source, { kind: 'get', path: caddyReads.metrics, accept: 'text/plain' }, Math.max(1, limitMs - listed.value.readMs), limitBytes)
    if (!answer.ok) return answer
    const metrics = parseExposition(answer.value.text, (name) => caddyMetrics.has(name))
    if (!metrics.ok) return failed(metrics.failure.code, `${source.title} gave no metrics. ${metrics.failure.message}`)
    const snapshot = toCaddySnapshot(upstreams, metrics.value, { taken: answer.value.taken, readMs: listed.value.readMs + answer.value.readMs, bytes: listed.value.bytes + answer.value.bytes })
    if (snapshot.uptimeSeconds === null) return ok(snapshot)
    // Caddy tells only when it started, so its uptime is of the clock on the wall here: once it is known, it goes on with the one that only goes forward.
    const { monotonicMs } = snapshot.taken
    if (begun === null || begun.epoch !== snapshot.epoch) begun = { epoch: snapshot.epoch, monotonicMs: monotonicMs - snapshot.uptimeSeconds * 1000 }
    return ok({ ...snapshot, uptimeSeconds: Math.round((monotonicMs - begun.monotonicMs) / 1000) })
  }
}
