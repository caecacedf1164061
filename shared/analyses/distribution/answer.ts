import type { ShareAssumption } from '#shared/model/expected-shares.ts'
import type { ServerShare } from '#shared/model/outcome.ts'

/** Expected distribution of one pool. */
export interface PoolDistribution {
  readonly pool: string
  /** One entry per server, in configuration order; shares add up to 1, or are all 0 when none is usable. */
  readonly servers: readonly ServerShare[]
  readonly assumption: ShareAssumption
  /** The assumption in plain words, or null when the shares follow from weights alone. */
  readonly assumed: string | null
  readonly onBackups: boolean
}
