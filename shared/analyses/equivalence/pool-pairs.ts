import type { Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { memberCount } from '#shared/model/pool.ts'

/** Name of a pool of the after side → name of the pool of the before side that it stands for. */
export type PoolPairs = ReadonlyMap<string, string>

/**
 * Which pools of two configs are the same under different names: by a mapping that somebody wrote, else, between two
 * products, by equal sets of server addresses. Pools of equal name need no pair.
 *
 * `mapping`: lines of `BEFORE AFTER`; `#` starts a comment. Names that neither side has are left out.
 */
export function poolPairsOf(before: RoutingModel, after: RoutingModel, mapping: string | null): PoolPairs {
  const pairs = new Map<string, string>()
  const was = new Map(before.pools.map((pool) => [pool.name, pool]))
  const is = new Map(after.pools.map((pool) => [pool.name, pool]))
  for (const line of (mapping ?? '').split('\n')) {
    const [left, right, ...more] = line.replace(/#.*$/, '').trim().split(/\s+/)
    if (left !== undefined && right !== undefined && more.length === 0 && was.has(left) && is.has(right)) pairs.set(right, left)
  }
  if (before.dialect === after.dialect) return pairs
  const taken = new Set([...pairs.values()])
  const byAddresses = new Map<string, Pool[]>()
  for (const pool of before.pools) {
    const key = addressesOf(pool)
    byAddresses.set(key, [...(byAddresses.get(key) ?? []), pool])
  }
  for (const pool of after.pools) {
    if (pairs.has(pool.name) || was.has(pool.name)) continue
    const candidates = (byAddresses.get(addressesOf(pool)) ?? []).filter((candidate) => !taken.has(candidate.name) && !is.has(candidate.name))
    const only = candidates[0]
    if (candidates.length !== 1 || only === undefined || memberCount(pool) === 0) continue
    pairs.set(pool.name, only.name)
    taken.add(only.name)
  }
  return pairs
}

function addressesOf(pool: Pool): string {
  return pool.members.map((member) => member.address).sort().join(' ')
}
