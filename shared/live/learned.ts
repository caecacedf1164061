import { windows } from './share-test.ts'

/** What was usual in a pool whose shares cannot be foretold. */
export interface Baseline {
  readonly shares: readonly number[]
  /** How much more than chance the counts of a server scatter over so many polls; 1 and up. */
  readonly scatter: (server: number, polls: number) => number
}

const keptMs = 3_600_000
const newestMs = 60_000
const usualWarmUpMs = 600_000
const refreshMs = 60_000

/**
 * Learns the shares of one set of servers from the last hour, without the last minute, so that a change is not taken
 * for what is usual. Says nothing for the first ten minutes, or what else is asked for.
 *
 * Cost: memory grows with polls per hour times servers; scatter is measured again once a minute.
 */
export class LearnedShares {
  readonly #warmUpMs: number
  readonly #polls: { readonly counts: readonly number[]; readonly endMs: number }[] = []
  #elapsedMs = 0
  #baseline: Baseline | null = null
  #measuredMs = 0

  constructor(warmUpMs = usualWarmUpMs) {
    this.#warmUpMs = warmUpMs
  }

  add(counts: readonly number[], durationMs: number): void {
    this.#elapsedMs += durationMs
    this.#polls.push({ counts, endMs: this.#elapsedMs })
    while ((this.#polls[0]?.endMs ?? Infinity) < this.#elapsedMs - keptMs) this.#polls.shift()
  }

  /** Time of learning so far, at most what is needed, and what is needed. */
  progress(): { readonly learnedMs: number; readonly neededMs: number } {
    return { learnedMs: Math.min(this.#elapsedMs, this.#warmUpMs), neededMs: this.#warmUpMs }
  }

  /** Null: still learning, or nothing came. */
  baseline(): Baseline | null {
    if (this.#elapsedMs < this.#warmUpMs) return null
    if (this.#baseline === null || this.#elapsedMs - this.#measuredMs >= refreshMs) {
      this.#measuredMs = this.#elapsedMs
      this.#baseline = measure(this.#polls.filter((poll) => poll.endMs <= this.#elapsedMs - newestMs).map((poll) => poll.counts))
    }
    return this.#baseline
  }
}

function measure(polls: readonly (readonly number[])[]): Baseline | null {
  const servers = polls[0]?.length ?? 0
  const totals = new Array<number>(servers).fill(0)
  for (const counts of polls) counts.forEach((count, server) => { totals[server] = (totals[server] as number) + count })
  const all = totals.reduce((sum, count) => sum + count, 0)
  if (all === 0) return null
  const shares = totals.map((count) => count / all)
  const scatters = new Map(windows.map((length) => [length, scatterOf(polls, shares, length)]))
  return { shares, scatter: (server, length) => scatters.get(length)?.[server] ?? 1 }
}

/** Mean of (count − n·p)² / (n·p·(1 − p)) over windows of `length` polls that do not overlap, per server. */
function scatterOf(polls: readonly (readonly number[])[], shares: readonly number[], length: number): readonly number[] {
  const sums = shares.map(() => 0)
  let used = 0
  for (let start = 0; start + length <= polls.length; start += length) {
    const counts = shares.map((_, server) => polls.slice(start, start + length).reduce((sum, poll) => sum + (poll[server] as number), 0))
    const units = counts.reduce((sum, count) => sum + count, 0)
    if (units === 0) continue
    used += 1
    shares.forEach((share, server) => {
      const chance = units * share * (1 - share)
      if (chance > 0) sums[server] = (sums[server] as number) + ((counts[server] as number) - units * share) ** 2 / chance
    })
  }
  return sums.map((sum) => (used === 0 ? 1 : Math.max(1, sum / used)))
}
