import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { cleanText } from '#shared/live/clean-text.ts'
import type { MetricLabels, MetricSample, MetricSamples } from '#shared/live/metrics/samples.ts'
import type { Exporter } from '#shared/live/metrics/exporter.ts'
import { exporters } from '#shared/live/metrics/exporters.ts'
import type { Series } from './answer.ts'

/** One process that Prometheus scrapes and that shows a balancer. */
export interface Target {
  readonly job: string
  readonly instance: string
  /** Names it in all answers. */
  readonly key: string
  readonly exporter: Exporter
  /** What was scraped, by time, oldest first. */
  readonly scrapes: ReadonlyMap<number, MetricSamples>
  /** Times at which it could not be scraped. */
  readonly missedMs: ReadonlySet<number>
  /** The last scrape failed, after the last one that is here. */
  readonly isLost: boolean
}

/** One that could not be scraped all the time, so that nothing shows what it is. */
export interface DarkTarget extends Pick<Target, 'instance' | 'key' | 'missedMs'> {
  /** All others of its job are balancers, so it is meant to be one. */
  readonly isMeant: boolean
}

export interface FoundTargets {
  readonly targets: readonly Target[]
  readonly dark: readonly DarkTarget[]
}

interface TargetInMaking {
  readonly job: string
  readonly instance: string
  /** All labels that it puts on its series. */
  readonly labels: MetricLabels
  readonly scrapes: Map<number, Map<string, MetricSample[]>>
  readonly ups: Series['points']
}

/** Labels that several metrics of one process differ by: they name no process. */
const rowLabels: ReadonlySet<string> = new Set(['proxy', 'frontend', 'backend', 'server', 'server_zone', 'upstream', 'host', 'entrypoint', 'service', 'url', 'handler', 'method', 'protocol', 'code', 'status', 'state', 'envoy_cluster_name', 'envoy_http_conn_manager_prefix'])

/**
 * The balancers in an answer: series by target, values by the scrape that brought them. All values of one scrape have
 * one time, so a series that a reload removed is not in the scrapes after it.
 *
 * Method: `up` has the labels of its target and no others, and all series of the target have them too.
 * Errors: `bad-answer` where several products, or several jobs with the same product, would be summed up, or where it
 * cannot be told which series are of which target, or whether two targets are one.
 */
export function findTargets(series: readonly Series[]): Result<FoundTargets> {
  const groups = new Map<string, Series[]>()
  for (const one of series) valueIn(groups, JSON.stringify([one.labels.get('job') ?? '', one.labels.get('instance') ?? '']), () => []).push(one)
  const found: TargetInMaking[] = []
  for (const group of groups.values()) {
    const targets = targetsOf(group)
    const problem = addValues(group, targets) ?? replicasAmong(targets)
    if (problem !== null) return failed('bad-answer', problem)
    found.push(...targets)
  }
  const targets: Target[] = []
  const dark: (Omit<DarkTarget, 'isMeant'> & { readonly job: string })[] = []
  const others = new Set<string>()
  for (const { job, instance, labels, scrapes: values, ups } of found) {
    const scrapes = new Map([...values].sort(([a], [b]) => a - b))
    const newest = [...scrapes].at(-1)
    const exporter = newest === undefined ? undefined : exporters.find((one) => one.read(newest[1]).rows.length > 0)
    const missedMs = new Set(ups.flatMap(([atMs, value]) => (Number(value) === 1 ? [] : [atMs])))
    const common = { job, instance, key: JSON.stringify([...labels].sort(([a], [b]) => (a < b ? -1 : 1))), missedMs }
    if (newest !== undefined && exporter !== undefined) targets.push({ ...common, exporter, scrapes, isLost: isLater(missedMs, ups, newest[0]) })
    else if (ups.length > 0 && missedMs.size === ups.length) dark.push(common)
    else others.add(job)
  }
  const problem = severalProducts(targets)
  if (problem !== null) return failed('bad-answer', problem)
  const dedicated = new Set(targets.map(({ job }) => job).filter((job) => !others.has(job)))
  return ok({ targets, dark: dark.map(({ instance, key, missedMs, job }) => ({ instance, key, missedMs, isMeant: dedicated.has(job) })) })
}

/** The newest try to scrape failed, and came after `newestMs`. */
function isLater(missedMs: ReadonlySet<number>, ups: Series['points'], newestMs: number): boolean {
  const last = ups.at(-1)?.[0]
  return last !== undefined && last > newestMs && missedMs.has(last)
}

/** The targets with one job and instance: usually one, but relabeling can give several the same. */
function targetsOf(group: readonly Series[]): readonly TargetInMaking[] {
  const ups = group.filter((one) => one.name === 'up')
  const own = ups.length > 0 ? ups.map((one) => one.labels) : withoutUp(group)
  const differing = differingNames(own)
  return own.map((labels, index): TargetInMaking => {
    const more = differing.map((name) => `${name}=${labels.get(name) ?? ''}`).join(', ')
    return {
      job: cleanText(labels.get('job') ?? ''), instance: cleanText(`${labels.get('instance') ?? ''}${more === '' ? '' : ` (${more})`}`), labels, scrapes: new Map(), ups: ups[index]?.points ?? [],
    }
  })
}

/** Without `up`, as where the labels asked for are none of the targets: what every series has, and not the same. */
function withoutUp(group: readonly Series[]): readonly MetricLabels[] {
  const [first] = group as readonly [Series]
  const names = [...first.labels.keys()].filter((name) => !rowLabels.has(name) && group.every((one) => one.labels.has(name)))
  return [...new Map(group.map(({ labels }) => {
    const own = names.map((name) => [name, labels.get(name) as string] as const)
    return [JSON.stringify(own), new Map(own)]
  })).values()]
}

function differingNames(all: readonly MetricLabels[]): readonly string[] {
  return all.length < 2 ? [] : [...new Set(all.flatMap((labels) => [...labels.keys()]))].filter((name) => all.some((labels) => labels.get(name) !== all[0]?.get(name)))
}

/** A sentence where a series may be of several targets. */
function addValues(group: readonly Series[], targets: readonly TargetInMaking[]): string | null {
  // Of two that fit, the one with more labels has the series.
  const byLabels = [...targets].sort((a, b) => b.labels.size - a.labels.size)
  for (const one of group) {
    if (one.name === 'up') continue
    const target = targets.length === 1 ? targets[0] : byLabels.find(({ labels }) => [...labels].every(([name, value]) => one.labels.get(name) === value))
    if (target === undefined) return `${targets.map(({ instance }) => instance).join(' and ')} of job ${targets[0]?.job ?? ''} write the same series, which lack the labels that tell them apart: give each target an instance of its own.`
    for (const [atMs, value] of one.points) {
      const scrape = valueIn(target.scrapes, atMs, () => new Map<string, MetricSample[]>())
      valueIn(scrape, one.name, () => []).push({ labels: one.labels, value })
    }
  }
  return null
}

/** A sentence where two Prometheus servers may have scraped the same target. */
function replicasAmong(targets: readonly TargetInMaking[]): string | null {
  const scraped = targets.filter(({ scrapes }) => scrapes.size > 0)
  const names = differingNames(scraped.map(({ labels }) => labels))
  const [name] = names
  if (name === undefined || !names.every((one) => /replica/i.test(one))) return null
  return `${scraped.map(({ instance }) => instance).join(' and ')} may be one balancer that was scraped by two servers: choose one of them behind the address, as in ?${name}=${encodeURIComponent(scraped[0]?.labels.get(name) ?? '')}.`
}

function valueIn<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}

/** A sentence where what is found cannot be summed up. */
function severalProducts(targets: readonly Target[]): string | null {
  const products = [...new Set(targets.map((target) => target.exporter.product))]
  if (products.length > 1) return `It has metrics of ${products.slice(0, -1).join(', ')} and ${products.at(-1) as string}: choose one of them by a label behind the address, as in ?job=NAME.`
  const jobs = [...new Set(targets.map((target) => target.job))]
  if (jobs.length > 1) return `Its jobs ${jobs.slice(0, -1).join(', ')} and ${jobs.at(-1) as string} both show ${products[0] as string}, maybe the same one: choose one of them behind the address, as in ?job=${encodeURIComponent(jobs[0] as string)}.`
  return null
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
