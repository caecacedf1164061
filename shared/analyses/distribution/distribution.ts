import { expectedShares as computeShares, type ShareAssumption } from '#shared/model/expected-shares.ts'
import type { ServerShare } from '#shared/model/outcome.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { PoolDistribution } from './answer.ts'

const assumptionText: Readonly<Record<ShareAssumption, string | null>> = {
  'weights': null,
  'equal-service-times': 'if all servers answer equally fast',
  'many-different-keys': 'over many different keys; one key always gets the same server',
  'below-first-limit': 'as long as the first server stays below its connection limit',
  'unknown-algorithm': 'the algorithm is not modelled, so the shares follow the weights as a guess',
}

/**
 * Share of new requests each server of `pool` gets, in configuration order.
 *
 * Units: `share` 0–1; the shares add up to 1, or are all 0 when no server is usable.
 * Source: shared/model/expected-shares.ts.
 */
export function expectedShares(pool: Pool): readonly ServerShare[] {
  return computeShares(pool).shares
}

/** Shares of one pool with what has to hold for them. */
export function poolDistribution(pool: Pool): PoolDistribution {
  const { shares, assumption, onBackups } = computeShares(pool)
  return { pool: pool.name, servers: shares, assumption, assumed: assumptionText[assumption], onBackups }
}

/** Every pool of a model, in configuration order. */
export function expectedDistribution(model: RoutingModel): readonly PoolDistribution[] {
  return model.pools.map(poolDistribution)
}
