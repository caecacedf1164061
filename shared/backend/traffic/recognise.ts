import type { Parsed } from '#shared/dialects/dialect.ts'
import { dialects } from '#shared/dialects/registry.ts'
import { createCombinedReader } from '#shared/requests/access-log/combined.ts'
import { createJsonReader } from '#shared/requests/access-log/json-lines.ts'
import type { AccessLogReader } from '#shared/requests/access-log/logged-request.ts'
import { isPrometheusText, parseSample, type MetricSample } from '#shared/requests/access-log/prometheus-text.ts'
import type { TrafficCounter } from '#shared/requests/access-log/traffic-counter.ts'
import type { LoadedConfig } from '../load-config.ts'

/** What a file with traffic in it turned out to be. */
export type Recognised =
  | { readonly kind: 'requests'; readonly reader: AccessLogReader }
  | { readonly kind: 'counters'; readonly counters: readonly TrafficCounter[] }
  | { readonly kind: 'nothing' }

/** Longer lines are no request of any format. */
const longestLine = 64 * 1024
const lookedAtLines = 200

/**
 * Tells the format by trying every reader on the first lines and on lines from all over the text; the one that
 * understands most of them wins, products' own formats first.
 */
export function recognise(text: string, writer: LoadedConfig): Recognised {
  const sample = sampleLines(text)
  if (isPrometheusText(sample)) {
    const samples = [...allSamples(text)]
    return { kind: 'counters', counters: dialects.flatMap((dialect) => dialect.readCounters?.(samples) ?? []) }
  }
  const own = dialects.flatMap((dialect) => dialect.readAccessLog?.(dialect.id === writer.dialect.id ? writer.parsed : noFiles) ?? [])
  let best: { readonly reader: AccessLogReader; readonly understood: number } | null = null
  for (const reader of [...own, createJsonReader(), createCombinedReader(sample)]) {
    const understood = sample.filter((line) => reader.read(line) !== null).length
    if (understood > (best?.understood ?? 0)) best = { reader, understood }
  }
  return best === null ? { kind: 'nothing' } : { kind: 'requests', reader: best.reader }
}

const noFiles: readonly Parsed<unknown>[] = []

/** Every line of the text without its line end and without a byte order mark; null for an overlong one. */
export function* linesOf(text: string): Iterable<string | null> {
  for (let start = text.charCodeAt(0) === 0xfeff ? 1 : 0; start < text.length;) {
    const found = text.indexOf('\n', start)
    const end = found === -1 ? text.length : found
    const cut = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end
    yield cut - start > longestLine ? null : text.slice(start, cut)
    start = end + 1
  }
}

function sampleLines(text: string): readonly string[] {
  const sample: string[] = []
  for (const line of linesOf(text.slice(0, longestLine * 8))) {
    if (line !== null && line !== '') sample.push(line)
    if (sample.length === lookedAtLines) break
  }
  // A log may begin with messages of its writer; lines from everywhere else say what most of it is.
  for (let step = 1; step < lookedAtLines; step += 1) {
    const start = text.indexOf('\n', Math.floor((text.length * step) / lookedAtLines)) + 1
    if (start === 0) break
    const end = text.indexOf('\n', start)
    if (end > start && end - start <= longestLine) sample.push(text.slice(start, end).replace(/\r$/, ''))
  }
  return sample
}

function* allSamples(text: string): Iterable<MetricSample> {
  for (const line of linesOf(text)) {
    const sample = line === null ? null : parseSample(line)
    if (sample !== null) yield sample
  }
}
