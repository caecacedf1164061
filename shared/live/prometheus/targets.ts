import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import type { MetricSample, MetricSamples } from '#shared/live/metrics/samples.ts'
import type { Exporter } from '#shared/live/metrics/exporter.ts'
import { exporters } from '#shared/live/metrics/exporters.ts'
import type { Series } from './answer.ts'

/** One process that Prometheus scrapes and that shows a balancer. */
export interface Target {
  readonly job: string
  readonly instance: string
  readonly exporter: Exporter
  /** What was scraped, by time, oldest first. */
  readonly scrapes: ReadonlyMap<number, MetricSamples>
  /** When the last scrape failed, if it did after the last one that is here; null: it did not. */
  readonly lostMs: number | null
}

interface TargetInMaking {
  readonly job: string
  readonly instance: string
  readonly scrapes: Map<number, Map<string, MetricSample[]>>
  upMs: number
  up: boolean
}

/**
 * The balancers in an answer: series by target, values by the scrape that brought them. All values of one scrape have
 * one time, so a series that a reload removed is not in the scrapes after it.
 *
 * Errors: `bad-answer` where several products, or several jobs with the same product, would be summed up.
 */
export function findTargets(series: readonly Series[]): Result<readonly Target[]> {
  const found = new Map<string, TargetInMaking>()
  for (const one of series) {
    const target = targetFor(found, one)
    if (one.name === 'up') {
      const last = one.points.at(-1)
      if (last !== undefined) Object.assign(target, { upMs: last[0], up: Number(last[1]) === 1 })
      continue
    }
    for (const [atMs, value] of one.points) {
      const scrape = valueIn(target.scrapes, atMs, () => new Map<string, MetricSample[]>())
      valueIn(scrape, one.name, () => []).push({ labels: one.labels, value })
    }
  }
  const targets = [...found.values()].flatMap((target): Target[] => {
    const scrapes = new Map([...target.scrapes].sort(([a], [b]) => a - b))
    const newest = [...scrapes].at(-1)
    const exporter = newest === undefined ? undefined : exporters.find((one) => one.read(newest[1]).rows.length > 0)
    if (newest === undefined || exporter === undefined) return []
    return [{ job: target.job, instance: target.instance, exporter, scrapes, lostMs: !target.up && target.upMs > newest[0] ? target.upMs : null }]
  })
  return oneProduct(targets)
}

function valueIn<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

function targetFor(found: Map<string, TargetInMaking>, series: Series): TargetInMaking {
  const job = series.labels.get('job') ?? ''
  const instance = series.labels.get('instance') ?? ''
  return valueIn(found, JSON.stringify([job, instance]), () => ({ job: cleanText(job), instance: cleanText(instance), scrapes: new Map<number, Map<string, MetricSample[]>>(), upMs: -Infinity, up: true }))
}

function oneProduct(targets: readonly Target[]): Result<readonly Target[]> {
  const products = [...new Set(targets.map((target) => target.exporter.product))]
  if (products.length > 1) return failed('bad-answer', `It has metrics of ${products.slice(0, -1).join(', ')} and ${products.at(-1) as string}: choose one of them by a label behind the address, as in ?job=NAME.`)
  const jobs = [...new Set(targets.map((target) => target.job))]
  if (jobs.length > 1) return failed('bad-answer', `Its jobs ${jobs.slice(0, -1).join(', ')} and ${jobs.at(-1) as string} both show ${products[0] as string}, maybe the same one: choose one of them behind the address, as in ?job=${encodeURIComponent(jobs[0] as string)}.`)
  return ok(targets)
}

/** Usual time between two scrapes of the target that is scraped least; null: none was scraped twice. */
export function scrapeIntervalOf(targets: readonly Target[]): number | null {
  const medians = targets.flatMap((target) => {
    const times = [...target.scrapes.keys()]
    const pauses = times.slice(1).map((time, index) => time - (times[index] as number)).sort((a, b) => a - b)
    return pauses.length === 0 ? [] : [pauses[pauses.length >> 1] as number]
  })
  return medians.length < targets.length || medians.length === 0 ? null : Math.max(...medians)
}
