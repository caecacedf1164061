import { blankCounters, blankGauges } from '#shared/live/blank-rows.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import type { Count, CounterName, Counters, Gauges, LiveRow } from '#shared/live/snapshot.ts'
import { addCounts, statusCounter, toCount, toNumber, type MetricLabels, type MetricSamples } from './samples.ts'

/** Which row a metric belongs to. An empty text: none of ours. */
export interface RowLabels {
  readonly kind: LiveRow['kind']
  readonly owner: (labels: MetricLabels) => string
  readonly server?: (labels: MetricLabels) => string
}

/** The value of a label; empty where it is missing. */
export const label = (name: string) => (labels: MetricLabels): string => labels.get(name) ?? ''

/**
 * What a metric tells about its row: a counter, a gauge, or `responses`, which are told apart by the label `by`.
 * `times`: from the unit of the exporter to ours. `where`: only samples with this value of a label. Several samples of one
 * row add up.
 */
export interface MetricRule {
  readonly metric: string
  readonly row: RowLabels
  readonly to: CounterName | keyof Gauges | 'responses'
  readonly by?: string
  readonly times?: number
  readonly where?: readonly [label: string, value: string]
}

/** What is known of one row so far. `answered`: sum of its responses; null: the exporter has none. */
export interface CollectedRow {
  readonly kind: LiveRow['kind']
  readonly owner: string
  readonly name: string
  readonly counters: Counters
  readonly gauges: Gauges
  readonly answered: number | bigint | null
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
interface RowInMaking extends Omit<Mutable<CollectedRow>, 'counters' | 'gauges'> {
  readonly counters: Mutable<Counters>
  readonly gauges: Mutable<Gauges>
}

const gaugeNames: ReadonlySet<string> = new Set<keyof Gauges>(['sessions', 'queued', 'sessionLimit', 'responseMs'])

/** Rows by key (`rowKeyOf`), in the order in which they first come. */
export function collectRows(samples: MetricSamples, rules: readonly MetricRule[]): ReadonlyMap<string, CollectedRow> {
  const rows = new Map<string, RowInMaking>()
  for (const rule of rules) {
    for (const sample of samples.get(rule.metric) ?? []) {
      if (rule.where !== undefined && sample.labels.get(rule.where[0]) !== rule.where[1]) continue
      const key = rowKeyOf(rule.row, sample.labels)
      if (key === null) continue
      const row = rowFor(rows, key, rule.row, sample.labels)
      if (gaugeNames.has(rule.to)) addGauge(row.gauges, rule.to as keyof Gauges, toNumber(sample.value), rule.times ?? 1)
      else addCounter(row, rule, sample.labels, scaled(toCount(sample.value), rule.times))
    }
  }
  return rows
}

/** Identity of the row that a sample belongs to; null: a label is missing, or the row is one of the product's own. */
export function rowKeyOf(row: RowLabels, labels: MetricLabels): string | null {
  const owner = row.owner(labels)
  if (owner === '' || owner.startsWith('<')) return null
  if (row.server === undefined) return `${row.kind}:${owner}`
  const server = row.server(labels)
  return server === '' ? null : `${row.kind}:${owner}/${server}`
}

function rowFor(rows: Map<string, RowInMaking>, key: string, at: RowLabels, labels: MetricLabels): RowInMaking {
  const known = rows.get(key)
  if (known !== undefined) return known
  const made: RowInMaking = {
    kind: at.kind, owner: cleanText(at.owner(labels)), name: cleanText(at.server?.(labels) ?? ''),
    counters: { ...blankCounters }, gauges: { ...blankGauges }, answered: null,
  }
  rows.set(key, made)
  return made
}

function addGauge(gauges: Mutable<Gauges>, name: keyof Gauges, value: number | null, times: number): void {
  if (value !== null) gauges[name] = (gauges[name] ?? 0) + Math.round(value * times * 1000) / 1000
}

function scaled(value: Count, times: number | undefined): Count {
  return value === null || times === undefined ? value : Number(value) * times
}

function addCounter(row: RowInMaking, rule: MetricRule, labels: MetricLabels, value: number | bigint | null): void {
  if (value === null) return
  const plus = (before: number | bigint | null): number | bigint => (before === null ? value : addCounts(before, value))
  if (rule.to !== 'responses') {
    const name = rule.to as CounterName
    row.counters[name] = plus(row.counters[name] ?? null)
    return
  }
  const code = labels.get(rule.by ?? 'code') ?? ''
  if (code === 'total') return
  const counter = statusCounter(code)
  row.counters[counter] = plus(row.counters[counter] ?? null)
  row.answered = plus(row.answered)
}
