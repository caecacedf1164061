import type { RoutingModel, Scope } from '../routing-model.ts'
import type { Space } from './space.ts'

/** Number that is equal for models whose rules, tables and pools are, but for pools that no rule can get to. */
export function modelDigest(space: Space, { scopes, tables, pools }: Pick<RoutingModel, 'scopes' | 'tables' | 'pools'>): number {
  const named = namedPools(scopes.values())
  const inOrder = <T>(all: ReadonlyMap<string, T>): readonly (readonly [string, T])[] => [...all].sort(([one], [other]) => (one < other ? -1 : 1))
  const reached = pools.filter((pool) => named?.has(pool.name) ?? true).sort((one, other) => (one.id < other.id ? -1 : 1))
  return space.numberOf(JSON.stringify([inOrder(scopes), inOrder(tables), reached], (key, value: unknown) => (key === 'origin' || key === 'at' || key === 'otherwiseAt' ? undefined : value)))
}

/** Names of the pools that rules name; null: some value may name any. */
function namedPools(scopes: Iterable<Scope>): ReadonlySet<string> | null {
  const found = new Set<string>()
  for (const { steps, otherwise } of scopes) {
    for (const { does } of [...steps, ...(otherwise === null ? [] : [{ does: otherwise }])]) {
      if (does.kind === 'dispatch') return null
      if (does.kind === 'forward') found.add(does.pool)
      if (does.kind === 'split') for (const { pool } of does.shares) found.add(pool)
    }
  }
  return found
}
