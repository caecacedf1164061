import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import { isObject, readJson } from '#shared/live/json-answer.ts'
import type { MetricLabels } from '#shared/live/metrics/samples.ts'

/** One series: its labels with the name of the metric apart, and its values by time in milliseconds since 1970. */
export interface Series {
  readonly name: string
  readonly labels: MetricLabels
  readonly points: readonly (readonly [atMs: number, value: string])[]
}

/**
 * A matrix as the HTTP API of Prometheus answers it. An answer that is marked as partial is refused: what is missing
 * would look like servers that are gone.
 *
 * Errors: `bad-answer` with the words of the server, or with what came instead.
 * Source: Prometheus documentation, "HTTP API".
 */
export function parseMatrix(text: string): Result<readonly Series[]> {
  const answer = readJson(text)
  if (!isObject(answer) || typeof answer['status'] !== 'string') return failed('bad-answer', /^\s*</.test(text) ? 'It answers a web page instead of series.' : 'It answers something that is not from the HTTP API of Prometheus.')
  if (answer['status'] !== 'success') return failed('bad-answer', `It refuses the question: ${cleanText(String(answer['error'] ?? answer['errorType'] ?? 'no reason given'))}.`)
  const warnings = Array.isArray(answer['warnings']) ? answer['warnings'] as readonly unknown[] : []
  if (warnings.length > 0) return failed('bad-answer', `It has only a part of the answer: ${cleanText(String(warnings[0]))}.`)
  const data = answer['data']
  if (!isObject(data) || data['resultType'] !== 'matrix' || !Array.isArray(data['result'])) return failed('bad-answer', 'It answers in another form than series with their times.')
  const series: Series[] = []
  for (const one of data['result'] as readonly unknown[]) {
    const read = toSeries(one)
    if (read === null) return failed('bad-answer', `Series ${series.length + 1} of its answer has another form than it should.`)
    series.push(read)
  }
  return ok(series)
}

function toSeries(value: unknown): Series | null {
  if (!isObject(value) || !isObject(value['metric']) || !Array.isArray(value['values'])) return null
  const labels = new Map<string, string>()
  for (const [name, text] of Object.entries(value['metric'])) {
    if (typeof text !== 'string') return null
    labels.set(name, text)
  }
  const name = labels.get('__name__') ?? ''
  labels.delete('__name__')
  const points: (readonly [number, string])[] = []
  for (const point of value['values'] as readonly unknown[]) {
    if (!Array.isArray(point) || typeof point[0] !== 'number' || typeof point[1] !== 'string') return null
    points.push([Math.round(point[0] * 1000), point[1]])
  }
  return { name, labels, points }
}
