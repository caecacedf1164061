import type { Count, CounterName } from '#shared/live/snapshot.ts'

/** One value of a metric. `value` as it was written: counters may be larger than numbers are exact. */
export interface MetricSample {
  readonly labels: MetricLabels
  readonly value: string
}

export type MetricLabels = ReadonlyMap<string, string>

/** Values by the name of their metric. */
export type MetricSamples = ReadonlyMap<string, readonly MetricSample[]>

/** Null for NaN and the infinities, which stand for "no value" and "no limit". */
export function toNumber(value: string): number | null {
  const number = Number(value)
  return Number.isFinite(number) ? number : null
}

/** A counter, exact beyond 2^53 where it was written with all its digits; null for what no counter can be. */
export function toCount(value: string): Count {
  if (value.length > 15 && /^\d{1,20}$/.test(value)) return exact(BigInt(value))
  const number = toNumber(value)
  return number === null || number < 0 ? null : number
}

/** Exact also where the numbers are not. */
export function addCounts(a: number | bigint, b: number | bigint): number | bigint {
  const sum = typeof a === 'number' && typeof b === 'number' ? a + b : NaN
  return Number.isSafeInteger(sum) || !Number.isInteger(Number(a)) || !Number.isInteger(Number(b)) ? Number(a) + Number(b) : exact(BigInt(a) + BigInt(b))
}

function exact(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value
}

const classes: Readonly<Record<string, CounterName>> = { 1: 'status1xx', 2: 'status2xx', 3: 'status3xx', 4: 'status4xx', 5: 'status5xx' }

/** The counter of a status as exporters write it: `5`, `5xx`, `503`. */
export function statusCounter(code: string): CounterName {
  return /^[1-5](?:xx|\d\d)?$/.test(code) ? classes[code.charAt(0)] as CounterName : 'statusOther'
}

/** The only value of a metric without labels that matter; null: it is missing or has none. */
export function singleValue(samples: MetricSamples, name: string): number | null {
  const sample = samples.get(name)?.[0]
  return sample === undefined ? null : toNumber(sample.value)
}

/** A label of the first sample, as `version` of a `build_info`. */
export function singleLabel(samples: MetricSamples, name: string, label: string): string | null {
  return samples.get(name)?.[0]?.labels.get(label) ?? null
}
