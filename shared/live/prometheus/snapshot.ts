import { growth, hasShrunk } from '#shared/live/counter.ts'
import { rowKey, type Count, type CounterName, type Counters, type LiveRow, type LiveSnapshot } from '#shared/live/snapshot.ts'
import type { MetricsReading } from '#shared/live/metrics/exporter.ts'
import { sumBalancers } from '#shared/live/row-sums.ts'
import type { DarkTarget, Target } from './targets.ts'

/** What the poll itself took. */
type Cost = Pick<LiveSnapshot, 'readMs' | 'bytes'>

/**
 * The newest moment that was scraped of all targets, as one balancer. Times are those of the scrapes: a poll between two
 * scrapes gives the same moment again. Targets are scraped one after another; where there are several, the counters of
 * each are taken to the time of the one that was scraped first, along the line between its last two scrapes.
 *
 * `targets`: at least one. `lost`: balancers that could not be scraped the last time.
 */
export function newestSnapshot(targets: readonly Target[], lost: readonly string[], cost: Cost): LiveSnapshot {
  const atMs = Math.min(...targets.map(newestMsOf))
  return toSnapshot(targets.map((target) => ({ target, reading: readAt(target, atMs) })), atMs, cost, lost)
}

/**
 * Moments of the past in order, each with the targets that had one. `dark`: balancers that had none. `shiftMs`: how much
 * younger the answer is than what was scraped.
 */
export function pastSnapshots(targets: readonly Target[], dark: readonly DarkTarget[], shiftMs: number): readonly LiveSnapshot[] {
  const times = [...new Set(targets.flatMap((target) => [...target.scrapes.keys()]))].sort((a, b) => a - b)
  return times.flatMap((time) => {
    const readings = targets.flatMap((target) => {
      const scrape = target.scrapes.get(time)
      const reading = scrape === undefined ? null : target.exporter.read(scrape)
      return reading === null || reading.rows.length === 0 ? [] : [{ target, reading }]
    })
    return readings.length === 0 ? [] : [toSnapshot(readings, time - shiftMs, { readMs: 0, bytes: 0 }, [...targets, ...dark].filter(({ missedMs }) => missedMs.has(time)).map(({ instance }) => instance))]
  })
}

/** When the target was scraped last. */
export function newestMsOf({ scrapes }: Target): number {
  return [...scrapes.keys()].at(-1) as number
}

interface TargetReading {
  readonly target: Target
  readonly reading: MetricsReading
}

function toSnapshot(readings: readonly TargetReading[], atMs: number, cost: Cost, lost: readonly string[]): LiveSnapshot {
  const [first] = readings as readonly [TargetReading]
  const alone = readings.length === 1
  const same = <T>(values: readonly T[]): T | null => (values.every((value) => value === values[0]) ? values[0] as T : null)
  const notes = [
    ...(alone ? [] : [`The numbers are sums of ${readings.length} balancers: ${readings.map(({ target }) => target.instance).join(', ')}.`]),
    ...(lost.length === 0 ? [] : [`Prometheus could not scrape ${lost.join(', ')} the last time it tried; that part is missing in the numbers.`]),
  ]
  return {
    ...(notes.length === 0 ? {} : { notes }),
    product: first.target.exporter.product, version: same(readings.map(({ reading }) => reading.version)),
    // The server's own time, which is the only one that the counters belong to.
    taken: { monotonicMs: atMs, wallMs: atMs }, ...cost,
    fleet: { processes: Object.fromEntries(readings.map(({ target, reading }) => [target.instance, [reading.epoch, reading.generation].filter((one) => one !== null && one !== undefined).join(' ')])), lost },
    // One that is new, gone or started again changes the sum: nothing can be said of that interval.
    epoch: alone && lost.length === 0 ? first.reading.epoch : readings.map(({ target, reading }) => `${target.instance}${reading.epoch ?? ''}`).sort().join(' '),
    ...(alone && first.reading.generation !== undefined ? { generation: first.reading.generation } : {}),
    uptimeSeconds: alone ? first.reading.uptimeSeconds : null, stopping: alone && first.reading.stopping, rows: sumBalancers(readings.map(({ reading }) => reading.rows)),
  }
}

function readAt(target: Target, atMs: number): MetricsReading {
  const scrapes = [...target.scrapes]
  const after = scrapes.find(([time]) => time >= atMs) ?? scrapes.at(-1) as (typeof scrapes)[number]
  const before = scrapes.findLast(([time]) => time < atMs)
  const later = target.exporter.read(after[1])
  if (after[0] === atMs || before === undefined) return later
  const earlier = target.exporter.read(before[1])
  if (earlier.epoch !== later.epoch) return later
  const known = new Map(earlier.rows.map((row) => [rowKey(row), row]))
  const part = (atMs - before[0]) / (after[0] - before[0])
  return { ...later, rows: later.rows.map((row): LiveRow => ({ ...row, counters: between(known.get(rowKey(row))?.counters, row.counters, part) })) }
}

function between(before: Counters | undefined, after: Counters, part: number): Counters {
  if (before === undefined) return after
  const names = Object.keys(after) as CounterName[]
  if (names.some((name) => hasShrunk(before[name] ?? null, after[name] ?? null))) return after
  const counters = { ...after } as Record<CounterName, Count>
  for (const name of names) {
    const from = before[name] ?? null
    const to = after[name] ?? null
    if (from === null || to === null) continue
    const grown = Math.round(growth(from, to) * part)
    counters[name] = typeof from === 'number' ? from + grown : from + BigInt(grown)
  }
  return counters
}
