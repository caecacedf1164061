import { exporters } from '#shared/live/metrics/exporters.ts'
import { renderMatcher, type LabelMatcher } from './matchers.ts'

/** Names of every metric that is ever asked for, and `up`, which says whether a target could be scraped. */
const metricNames: readonly string[] = ['up', ...new Set(exporters.flatMap((exporter) => exporter.metrics))].sort()

/** All series that are read, of the targets that were chosen. */
function selector(matchers: readonly LabelMatcher[]): string {
  return `{${[`__name__=~"${metricNames.join('|')}"`, ...matchers.map(renderMatcher)].join(',')}}`
}

/** Everything that was scraped in the last seconds, with the times at which it was. */
export function lastScrapesPath(base: string, matchers: readonly LabelMatcher[], seconds: number): string {
  return `${base}/api/v1/query?query=${encodeURIComponent(`${selector(matchers)}[${seconds}s]`)}`
}

/** What was known at steps of the past. All in seconds since 1970, with thousandths. */
export function pastPath(base: string, matchers: readonly LabelMatcher[], past: { readonly from: number; readonly to: number; readonly step: number }): string {
  return `${base}/api/v1/query_range?query=${encodeURIComponent(selector(matchers))}&start=${past.from.toFixed(3)}&end=${past.to.toFixed(3)}&step=${past.step.toFixed(3)}`
}

const numbers = /^\/api\/v1\/(?:query\?query=[^&]*%5B(\d{1,5})s%5D|query_range\?query=[^&]*&start=(\d{1,12}\.\d{3})&end=(\d{1,12}\.\d{3})&step=(\d{1,9}\.\d{3}))$/

/** Whether a path is one that is made here: it is made again from its numbers and has to be the same. */
export function isPrometheusRead(base: string, matchers: readonly LabelMatcher[], path: string): boolean {
  const match = path.startsWith(base) ? numbers.exec(path.slice(base.length)) : null
  if (match === null) return false
  const [, seconds, from, to, step] = match
  return path === (seconds === undefined ? pastPath(base, matchers, { from: Number(from), to: Number(to), step: Number(step) }) : lastScrapesPath(base, matchers, Number(seconds)))
}
