import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { HttpSource } from '#shared/live/live-source.ts'
import type { Exporter } from '#shared/live/metrics/exporter.ts'
import { checkStatusMetric } from '#shared/live/metrics/exporters/haproxy.ts'
import { parseExposition } from '#shared/live/metrics/exposition.ts'
import type { LivePort } from '#shared/backend/live-ports.ts'
import type { SnapshotReader } from './poller.ts'

/** Reads a page of metrics as one exporter writes it. */
export function metricsReader(port: LivePort, source: HttpSource, exporter: Exporter): SnapshotReader {
  const names = new Set([...exporter.metrics, checkStatusMetric])
  return async (limitMs, limitBytes) => {
    const answer = await port.ask(source, { kind: 'get', path: source.path, accept: 'text/plain' }, limitMs, limitBytes)
    if (!answer.ok) return answer
    const { text, ...poll } = answer.value
    const samples = parseExposition(text, (name) => names.has(name))
    if (!samples.ok) return failed(samples.failure.code, `${source.title} gave no metrics. ${samples.failure.message}`)
    const reading = exporter.read(samples.value)
    return reading.rows.length === 0 ? failed('bad-answer', `${source.title} gave metrics, but none of ${exporter.product}.`) : ok({ product: exporter.product, ...reading, ...poll })
  }
}
