import { failed, ok } from '#shared/diagnostics/failure.ts'
import { envoyPaths, firstEnvoyMemory, parseEnvoy } from '#shared/live/envoy/admin.ts'
import type { HttpSource } from '#shared/live/live-source.ts'
import { envoyExporter, panicMetric } from '#shared/live/metrics/exporters/envoy.ts'
import { parseExposition } from '#shared/live/metrics/exposition.ts'
import type { LivePort } from '#shared/backend/live-ports.ts'
import { askPages, costOf, snapshotOr } from './ask-pages.ts'
import type { SnapshotReader } from './poller.ts'

/** Reads the administration interface of Envoy: servers, the process, and what clusters and listeners counted. */
export function envoyReader(port: LivePort, source: HttpSource): SnapshotReader {
  const base = source.path.replace(/\/+$/, '')
  const names = new Set([...envoyExporter.metrics, panicMetric])
  let memory = firstEnvoyMemory
  return async (limitMs, limitBytes) => {
    const answers = await askPages(port, source, envoyPaths.map((path) => `${base}${path}`), '*/*', limitMs, limitBytes)
    if (!answers.ok) return answers
    const [clusters, serverInfo, stats] = answers.value.map((one) => one.text) as [string, string, string]
    // Nothing was counted yet: there is no line at all.
    const samples = stats.trim() === '' ? ok(new Map()) : parseExposition(stats, (name) => names.has(name))
    if (!samples.ok) return failed(samples.failure.code, `${source.title} gave no statistics: /stats. ${samples.failure.message}`)
    const read = parseEnvoy({ clusters, serverInfo, stats: samples.value }, costOf(answers.value), memory)
    if (typeof read === 'string') return snapshotOr(source, read)
    memory = read.memory
    return snapshotOr(source, read.snapshot)
  }
}
