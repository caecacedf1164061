import { setTimeout as sleep } from 'node:timers/promises'
import type { Poller } from '#shared/backend/live/poller.ts'
import { LiveWatch, type LiveView } from '#shared/live/live-watch.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { pollMs, seconds, type CountingServer } from './lab.ts'

/** A server as the source and the config name it, the first part of its paths, and what answers behind it. */
export interface Watched {
  readonly pool: string
  readonly server: string
  readonly path: string
  readonly backend: CountingServer
}

export interface Outcome {
  readonly lines: readonly string[]
  readonly tallies: readonly { readonly name: string; readonly live: number; readonly counted: number; readonly apart: number; readonly responseMs: number | null }[]
  readonly resets: number
  readonly failures: number
  readonly restarts: number
  readonly verdicts: readonly string[]
  readonly last: LiveView | null
}

/**
 * Polls for the length of the run and counts beside it. `lateMs`: how far back the numbers of the source lie; the backends
 * are then compared with what they had counted at that time. `halfway` is called once, in the middle.
 */
export async function measure(poller: Poller, model: RoutingModel | null, servers: readonly Watched[], counter: 'requests' | 'selections', halfway: () => void | Promise<void>, lateMs = 0): Promise<Outcome> {
  const watch = new LiveWatch(model, pollMs)
  const countOf = ({ backend, path }: Watched): number => backend.counts.get(path) ?? 0
  const samples: { readonly atMs: number; readonly counts: readonly number[] }[] = []
  const sample = (): void => { samples.push({ atMs: performance.now(), counts: servers.map(countOf) }) }
  const sampler = setInterval(sample, 20)
  const sums = servers.map(() => ({ live: 0, counted: 0, milliseconds: 0, responseMs: 0, timed: 0 }))
  const verdicts = new Set<string>()
  let resets = 0
  let failures = 0
  let restarts = 0
  let last: LiveView | null = null
  let earlierMs: number | null = null
  const polls = Math.round(seconds * 1000 / pollMs)
  // The first interval begins that long ago.
  sample()
  await sleep(lateMs + 100)
  const started = performance.now()
  for (let poll = 0; poll <= polls; poll += 1) {
    await sleep(Math.max(0, started + poll * pollMs - performance.now()))
    if (poll === Math.floor(polls / 2)) await halfway()
    const polled = await poller.poll()
    sample()
    if (!polled.ok) {
      console.log(`  ${polled.failure.message}`)
      failures += 1
      continue
    }
    last = watch.add(polled.value)
    if (last.restarted) restarts += 1
    const nowMs = polled.value.taken.monotonicMs
    for (const [index, { pool, server }] of servers.entries()) {
      const interval = last.pools.find((one) => one.name === pool)?.servers.find((one) => (one.member?.name ?? one.live?.row.name) === server)?.live?.interval
      const sum = sums[index] as (typeof sums)[number]
      if (interval?.marks.includes('reset') === true) resets += 1
      const delta = interval?.deltas[counter] ?? null
      if (interval === null || interval === undefined || delta === null || earlierMs === null) continue
      sum.live += delta
      sum.counted += countAt(samples, nowMs, index) - countAt(samples, earlierMs, index)
      sum.milliseconds += interval.durationMs
      sum.responseMs += interval.deltas.responseMsTotal ?? 0
      sum.timed += interval.deltas.responsesTimed ?? 0
    }
    earlierMs = nowMs
    for (const pool of last.pools) verdicts.add(`${pool.name} ${pool.shares.verdict}`)
  }
  clearInterval(sampler)
  const tallies = sums.map((sum, index) => {
    const { pool, server } = servers[index] as Watched
    return { name: `${pool}/${server}`, live: sum.live, counted: sum.counted, apart: Math.abs(sum.live - sum.counted) / sum.counted, responseMs: sum.timed === 0 ? null : sum.responseMs / sum.timed, milliseconds: sum.milliseconds }
  })
  const lines = tallies.map(({ name, live, counted, apart, responseMs, milliseconds }) => `${name}: ${(live / milliseconds * 1000).toFixed(2)} requests/s against ${(counted / milliseconds * 1000).toFixed(2)} counted, ${(apart * 100).toFixed(2)} % apart (${live} and ${Math.round(counted)}), over ${(milliseconds / 1000).toFixed(1)} s${responseMs === null ? '' : `, ${responseMs.toFixed(1)} ms`}`)
  return { lines, tallies, resets, failures, restarts, verdicts: [...verdicts].sort(), last }
}

/** Count at a time between two samples. */
function countAt(samples: readonly { readonly atMs: number; readonly counts: readonly number[] }[], atMs: number, index: number): number {
  let after = samples.findIndex((one) => one.atMs >= atMs)
  if (after === -1) after = samples.length - 1
  const right = samples[after]
  const left = samples[Math.max(0, after - 1)]
  if (left === undefined || right === undefined) return 0
  const part = right.atMs === left.atMs ? 1 : Math.min(1, Math.max(0, (atMs - left.atMs) / (right.atMs - left.atMs)))
  return (left.counts[index] as number) + part * ((right.counts[index] as number) - (left.counts[index] as number))
}

/** What is under way at the ends of a short run weighs more than 2 % in a pool with few requests. */
export function isClose({ live, counted, apart }: Outcome['tallies'][number]): boolean {
  return apart <= 0.02 || (seconds < 60 && Math.abs(live - counted) <= 4)
}
