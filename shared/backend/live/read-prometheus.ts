import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import type { HttpSource } from '#shared/live/live-source.ts'
import { parseMatrix, type Series } from '#shared/live/prometheus/answer.ts'
import { lastScrapesPath, pastPath } from '#shared/live/prometheus/queries.ts'
import { newestMsOf, newestSnapshot, pastSnapshots } from '#shared/live/prometheus/snapshot.ts'
import { findTargets, scrapeIntervalOf, type FoundTargets } from '#shared/live/prometheus/targets.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import type { LiveAnswer, LivePort } from '#shared/backend/live-ports.ts'
import type { SnapshotReader } from './poller.ts'

/** Reads what happened before the watching began. */
export interface PastReader {
  /** Time between two scrapes, once it is known. */
  readonly scrapeMs: () => number | null
  /** What an answer about so many balancers takes, by the newest one: bytes for the labels of its series, and for each step. */
  readonly size: () => { readonly labelBytes: number; readonly stepBytes: number }
  /** Snapshots of the past, `stepMs` apart, oldest first: one answer, for 11 000 steps at most. Times in milliseconds since 1970. */
  readonly history: (fromMs: number, toMs: number, stepMs: number, limitMs: number, limitBytes: number) => Promise<Result<readonly LiveSnapshot[]>>
}

/** Windows for the time in which the scrape interval is not known yet, in seconds. */
const firstWindows = [15, 150] as const
/** A value with its time: `[1700000000.123,"1234567"],`. */
const valueBytes = 30

/** Reads a fleet through the HTTP API of Prometheus. Several balancers are summed up to one. */
export function prometheusReader(port: LivePort, source: HttpSource): PastReader & { readonly read: SnapshotReader } {
  const base = source.path.replace(/\/+$/, '')
  const matchers = source.matchers ?? []
  let scrapeMs: number | null = null
  let size = { labelBytes: 0, stepBytes: 0 }
  let takenMs = -Infinity
  let counted: ReadonlySet<string> = new Set()
  /** Targets that were seen to be balancers: one that is lost soon has nothing left to show it. */
  const balancers = new Set<string>()

  async function ask(path: string, limitMs: number, limitBytes: number): Promise<Result<FoundTargets & { readonly answer: LiveAnswer; readonly series: readonly Series[] }>> {
    const answer = await port.ask(source, { kind: 'get', path, accept: 'application/json' }, limitMs, limitBytes)
    if (!answer.ok) return answer
    const series = parseMatrix(answer.value.text)
    const found = series.ok ? findTargets(series.value) : series
    if (!found.ok) return failed(found.failure.code, `${source.title} gave no balancer. ${found.failure.message}`)
    for (const { key } of found.value.targets) balancers.add(key)
    const dark = found.value.dark.filter(({ key, isMeant }) => isMeant || balancers.has(key))
    return ok({ targets: found.value.targets, dark, answer: answer.value, series: series.ok ? series.value : [] })
  }

  /** Takes windows until each target was scraped twice in one. */
  async function read(limitMs: number, limitBytes: number): Promise<Result<LiveSnapshot>> {
    const windows = scrapeMs === null ? firstWindows : [Math.ceil(scrapeMs * 2.5 / 1000) + 2, firstWindows[1]]
    let leftMs = limitMs
    let readMs = 0
    let bytes = 0
    for (const [index, seconds] of windows.entries()) {
      const asked = await ask(lastScrapesPath(base, matchers, seconds), leftMs, limitBytes)
      if (!asked.ok) return asked
      const { targets, dark, answer, series } = asked.value
      size = { labelBytes: Math.max(0, answer.bytes - valueBytes * series.reduce((sum, one) => sum + one.points.length, 0)), stepBytes: valueBytes * series.length }
      readMs += answer.readMs
      bytes += answer.bytes
      leftMs = Math.max(200, leftMs - answer.readMs)
      // One that is back is taken in with its next scrape where this one is from before what was told last.
      const alive = targets.filter((target) => !target.isLost && (counted.has(target.key) || newestMsOf(target) >= takenMs))
      const interval = scrapeIntervalOf(alive)
      if (interval === null && index < windows.length - 1) continue
      scrapeMs = interval ?? scrapeMs
      const lost = [...targets.filter((target) => !alive.includes(target)), ...dark].map(({ instance }) => instance).sort()
      if (alive.length > 0) {
        const snapshot = newestSnapshot(alive, lost, { readMs, bytes })
        takenMs = snapshot.taken.wallMs
        counted = new Set(alive.map(({ key }) => key))
        return ok(snapshot)
      }
      return lost.length > 0
        ? failed('unreachable', `${source.title} could not scrape ${lost.join(', ')} the last time it tried.`)
        : failed('bad-answer', `${source.title} has no metrics of a balancer that Steelyard knows from the last ${firstWindows[1]} s${matchers.length === 0 ? '' : ', for these labels'}.`)
    }
    return failed('bad-answer', `${source.title} gave nothing.`)
  }

  return {
    read,
    scrapeMs: () => scrapeMs,
    size: () => size,
    async history(fromMs, toMs, stepMs, limitMs, limitBytes) {
      // Steps stand in the middle between two scrapes, so that each gives the scrape before it and none is met twice.
      const shiftMs = (scrapeMs ?? 0) / 2
      const asked = await ask(pastPath(base, matchers, { from: (fromMs + shiftMs) / 1000, to: (toMs + shiftMs) / 1000, step: stepMs / 1000 }), limitMs, limitBytes)
      return asked.ok ? ok(pastSnapshots(asked.value.targets, asked.value.dark, shiftMs)) : asked
    },
  }
}
