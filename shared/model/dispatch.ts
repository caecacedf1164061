import { poolsByReference } from './decision-order.ts'
import type { Pool } from './pool.ts'
import type { Template } from './predicate.ts'
import type { Action, LookupTable, RoutingModel, TableEntry } from './routing-model.ts'

/** Where an action can lead. `keys`: what in a lookup table leads there; empty for anything else. */
export interface PoolTarget {
  readonly pool: Pool
  readonly share: number | null
  readonly keys: readonly string[]
  /** `direct` by name, `table` through a map, `miss` because nothing was found. */
  readonly by: 'direct' | 'table' | 'miss'
}

/** A value that a table or constant gives and that names no pool. */
export interface UnknownPoolName {
  readonly name: string
  readonly table: LookupTable | null
  readonly entry: TableEntry | null
}

export interface Targets {
  readonly pools: readonly PoolTarget[]
  readonly unknown: readonly UnknownPoolName[]
  /** True when the request itself can name any pool, or a table could not be read. */
  readonly open: boolean
}

const nowhere: Targets = { pools: [], unknown: [], open: false }

interface KeyValue {
  readonly text: string
  readonly entry: TableEntry | null
}

/** All values a destination key can have, where that is known: constants and lookups in a table. */
function keyValues(key: Template, model: RoutingModel): { readonly values: readonly KeyValue[]; readonly table: LookupTable | null; readonly open: boolean } {
  const parts = key.parts.map((part) => (typeof part !== 'string' && part.field.kind === 'constant' && part.transforms.length === 0 ? (part.field.value ?? '') : part))
  const views = parts.filter((part) => typeof part !== 'string')
  if (views.length === 0) return { values: [{ text: parts.join(''), entry: null }], table: null, open: false }
  const view = views[0]
  const last = view?.transforms[view.transforms.length - 1]
  if (views.length > 1 || view === undefined || last?.kind !== 'map') return { values: [], table: null, open: true }
  const table = model.tables.get(last.table)
  if (table === undefined || table.missing) return { values: [], table: null, open: true }
  const at = parts.indexOf(view)
  const before = parts.slice(0, at).join('')
  const after = parts.slice(at + 1).join('')
  const values: KeyValue[] = table.entries.map((entry) => ({ text: `${before}${entry.value}${after}`, entry }))
  // Shares that are rounded down leave a few of all keys over.
  const shares = table.entries.reduce((sum, entry) => sum + (entry.share ?? 0), 0)
  if (last.fallback !== null && shares < 1 - 1e-6) values.push({ text: `${before}${last.fallback}${after}`, entry: null })
  return { values, table, open: false }
}

/** Pools that an action can lead to. Cost: linear in the entries of the table it looks up. */
export function actionTargets(action: Action, model: RoutingModel): Targets {
  const pools = poolsByReference(model)
  switch (action.kind) {
    case 'forward': {
      const pool = pools.get(action.pool)
      return pool === undefined ? { pools: [], unknown: [{ name: action.pool, table: null, entry: null }], open: false } : { pools: [{ pool, share: null, keys: [], by: 'direct' }], unknown: [], open: false }
    }
    case 'split': {
      const found = action.shares.map((part) => ({ part, pool: pools.get(part.pool) }))
      return {
        pools: found.flatMap(({ part, pool }) => (pool === undefined ? [] : [{ pool, share: part.share, keys: [], by: 'direct' as const }])),
        unknown: found.flatMap(({ part, pool }) => (pool === undefined ? [{ name: part.pool, table: null, entry: null }] : [])), open: false,
      }
    }
    case 'one-of': {
      const all = action.actions.map((one) => actionTargets(one, model))
      return { pools: all.flatMap((one) => one.pools), unknown: all.flatMap((one) => one.unknown), open: all.some((one) => one.open) }
    }
    case 'dispatch': {
      const { values, table, open } = keyValues(action.key, model)
      const byPool = new Map<Pool, string[]>()
      const shares = new Map<Pool, number>()
      const unknown: UnknownPoolName[] = []
      for (const { text, entry } of values) {
        const pool = pools.get(text)
        if (pool === undefined || pool.name !== text) unknown.push({ name: text, table, entry })
        else {
          const keys = byPool.get(pool)
          if (entry?.share !== undefined) shares.set(pool, (shares.get(pool) ?? 0) + entry.share)
          if (keys === undefined) byPool.set(pool, entry === null ? [] : [entry.key])
          else if (entry !== null) keys.push(entry.key)
        }
      }
      const miss = actionTargets(action.onMiss, model)
      return {
        pools: [
          ...[...byPool].map(([pool, keys]) => ({ pool, share: shares.get(pool) ?? null, keys, by: table === null ? ('direct' as const) : ('table' as const) })),
          ...miss.pools.filter((one) => !byPool.has(one.pool)).map((one) => ({ ...one, by: 'miss' as const })),
        ],
        unknown: [...unknown, ...miss.unknown], open: open || miss.open,
      }
    }
    default: return nowhere
  }
}
