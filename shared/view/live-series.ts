import { workRate, type LivePool, type LiveSample } from './live-sample.ts'

export const poolMetrics = ['requests', 'errors', 'response', 'queue', 'connections', 'bytes'] as const
export type PoolMetric = (typeof poolMetrics)[number]

/** Least and greatest value of each piece of time; null: nothing is known of it. */
export interface SeriesPoints {
  readonly key: string
  readonly low: readonly (number | null)[]
  readonly high: readonly (number | null)[]
}

export interface SeriesAnswer {
  /** Middle of each piece, wall clock in milliseconds. */
  readonly times: readonly number[]
  readonly series: readonly SeriesPoints[]
}

/** Keys of values over time: of the whole balancer, of a pool, of a server, and the share of a server in its pool. */
export const totalKey = (metric: PoolMetric): string => `total ${metric}`
export const poolKey = (pool: string, metric: PoolMetric): string => `pool:${pool} ${metric}`
export const serverKey = (pool: string, server: string, metric: 'requests' | 'share'): string => `server:${pool}/${server} ${metric}`

/** Everything that is kept over time of one sample. Null: not known. */
export function valuesOf(sample: LiveSample): readonly (readonly [key: string, value: number | null])[] {
  const values: (readonly [string, number | null])[] = []
  for (const metric of poolMetrics) values.push([totalKey(metric), totalOf(sample, metric)])
  for (const pool of sample.pools) {
    for (const metric of poolMetrics) values.push([poolKey(pool.name, metric), poolValue(pool, metric)])
    const units = pool.servers.reduce((sum, server) => sum + (workRate(pool, server.rates) ?? 0), 0)
    for (const server of pool.servers) {
      const rate = workRate(pool, server.rates)
      values.push([serverKey(pool.name, server.name, 'requests'), rate], [serverKey(pool.name, server.name, 'share'), rate === null || units === 0 ? null : rate / units])
    }
  }
  return values
}

function poolValue(pool: LivePool, metric: PoolMetric): number | null {
  switch (metric) {
    case 'requests': return workRate(pool, pool.rates)
    case 'errors': return pool.rates.errors
    case 'response': return pool.responseMs
    case 'queue': return pool.queued
    case 'connections': return pool.rates.connections
    case 'bytes': return pool.rates.bytes
  }
}

/** Requests come in at the listeners; where those are not known the pools stand for them. Errors include those the balancer gave itself. */
export function totalOf(sample: Pick<LiveSample, 'listeners' | 'pools'>, metric: PoolMetric): number | null {
  switch (metric) {
    case 'requests': case 'connections': case 'bytes': case 'errors':
      return sumOf(sample.listeners.map((one) => one.rates[metric])) ?? sumOf(sample.pools.map((one) => one.rates[metric]))
    case 'response': {
      const known = sample.pools.flatMap((pool) => (pool.responseMs === null || pool.rates.requests === null ? [] : [[pool.responseMs, pool.rates.requests] as const]))
      const requests = known.reduce((sum, one) => sum + one[1], 0)
      return requests === 0 ? null : known.reduce((sum, [ms, rate]) => sum + ms * rate, 0) / requests
    }
    case 'queue': return sumOf(sample.pools.map((one) => one.queued))
  }
}

function sumOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}
