/** One line of the Prometheus text exposition format. */
export interface MetricSample {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  /** `NaN` and infinities included. */
  readonly value: number
}

const metricName = /^[A-Za-z_:][A-Za-z0-9_:]*/
const comment = /^# (HELP|TYPE|EOF)\b/

/** Is most of `lines` in the text exposition format? */
export function isPrometheusText(lines: readonly string[]): boolean {
  const told = lines.filter((line) => line.trim() !== '')
  const known = told.filter((line) => comment.test(line) || parseSample(line) !== null)
  return told.length > 0 && known.length * 10 >= told.length * 9
}

/** Null: a comment, or no sample. Source: Prometheus documentation, "Exposition formats". */
export function parseSample(line: string): MetricSample | null {
  const name = metricName.exec(line)?.[0]
  if (name === undefined) return null
  const labels = new Map<string, string>()
  let at = name.length
  if (line[at] === '{') {
    at += 1
    while (line[at] !== '}') {
      const label = /^[ ,]*([A-Za-z_][A-Za-z0-9_]*)="((?:[^"\\]|\\.)*)"[ ,]*/.exec(line.slice(at))
      if (label === null) return null
      labels.set(label[1] as string, (label[2] as string).replace(/\\(.)/g, (_, character: string) => (character === 'n' ? '\n' : character)))
      at += label[0].length
    }
    at += 1
  }
  const value = /^[ \t]+([-+]?[0-9][0-9.eE+-]*|NaN|[-+]?Inf)(?:[ \t]+-?\d+)?[ \t\r]*$/.exec(line.slice(at))?.[1]
  if (value === undefined) return null
  return { name, labels, value: value.endsWith('Inf') ? (value.startsWith('-') ? -Infinity : Infinity) : Number(value) }
}
