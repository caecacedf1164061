import { workRate, type LivePool, type LiveSample } from '#shared/view/live-sample.ts'
import { poolKey, serverKey, totalKey, totalOf } from '#shared/view/live-series.ts'
import { judgedShares, milliseconds, rateWords, shareWords } from './live-words.ts'
import type { TimelineMetric } from './live-state.ts'

export interface TimelineLine {
  readonly key: string
  readonly label: string
  /** A server that gets what it should not. */
  readonly isOff: boolean
}

const mostLines = 8

/** Lines of the timeline: the servers of the pool for shares, else the pool, else the whole balancer. `left`: servers without a line. */
export function linesOf(pool: LivePool | null, metric: TimelineMetric): { readonly lines: readonly TimelineLine[]; readonly left: number } {
  if (metric === 'share' && pool !== null && pool.servers.length > 0) {
    const judged = judgedShares(pool).severity !== 'none'
    const distance = (server: LivePool['servers'][number]): number => {
      const range = server.knownGood ?? server.expected
      return server.share === null || range === null ? 0 : Math.max(server.share - range.high, range.low - server.share, 0)
    }
    // Those furthest from what is expected first, but drawn in the order of the config.
    const chosen = new Set(pool.servers.toSorted((a, b) => distance(b) - distance(a)).slice(0, mostLines))
    const worst = Math.max(0, ...pool.servers.map(distance))
    return {
      lines: pool.servers.filter((server) => chosen.has(server)).map((server) => ({ key: serverKey(pool.name, server.name, 'share'), label: server.name, isOff: judged && worst > 0.02 && distance(server) === worst })),
      left: pool.servers.length - chosen.size,
    }
  }
  const own = metric === 'share' ? 'requests' : metric
  const one = pool === null ? { key: totalKey(own), label: 'whole balancer' } : { key: poolKey(pool.name, own), label: `pool ${pool.name}` }
  return { lines: [{ ...one, isOff: false }], left: 0 }
}

/** Value of a line in the moment shown. */
export function valueWords(sample: LiveSample, poolName: string | null, line: TimelineLine, metric: TimelineMetric): string {
  const pool = sample.pools.find((one) => one.name === poolName)
  if (metric === 'share' && pool !== undefined && pool.servers.length > 0) return shareWords(pool.servers.find((one) => one.name === line.label)?.share ?? null)
  switch (metric) {
    case 'share': case 'requests': return rateWords(pool === undefined ? totalOf(sample, 'requests') : workRate(pool, pool.rates))
    case 'errors': return rateWords(pool === undefined ? totalOf(sample, 'errors') : pool.rates.errors)
    case 'response': return milliseconds(pool === undefined ? totalOf(sample, 'response') : pool.responseMs)
    case 'queue': {
      const queued = pool === undefined ? totalOf(sample, 'queue') : pool.queued
      return queued === null ? '?' : String(queued)
    }
  }
}

/** Pieces of time on the screen: from and to, wall clock in milliseconds. */
export function windowOf(range: { readonly fromMs: number; readonly toMs: number }, minutes: number | null, atMs: number): { readonly fromMs: number; readonly toMs: number } {
  const whole = { fromMs: range.fromMs, toMs: Math.max(range.toMs, range.fromMs + 10_000) }
  if (minutes === null || whole.toMs - whole.fromMs <= minutes * 60_000) return whole
  const length = minutes * 60_000
  // A moment long ago stands in the middle; else the newest is at the right.
  const toMs = atMs >= whole.toMs - length / 2 ? whole.toMs : Math.min(whole.toMs, Math.max(whole.fromMs + length, atMs + length / 2))
  return { fromMs: toMs - length, toMs }
}
