import { decisionOrder } from '#shared/model/decision-order.ts'
import { actionTargets } from '#shared/model/dispatch.ts'
import { isAction, type Action, type RoutingModel, type ScopeId } from '#shared/model/routing-model.ts'

/** Pools that the same listeners can reach. Names are those of rows. */
export interface ReachGroup {
  readonly pools: readonly string[]
  readonly listeners: readonly string[]
  /** These are all listeners that there are. */
  readonly isAll: boolean
  /** Every pool that one of these listeners can reach, in the order of the pools. */
  readonly related: readonly string[]
}

interface PortRange {
  readonly from: number
  readonly to: number
  readonly group: string
}

/**
 * Which listeners can send requests to which pools, by their rules: a pool is compared with the traffic of those.
 *
 * Every config that ran or is known to be good counts: where a rule is lost, its listener still is the one whose requests
 * the pool misses. A name that is taken from the request, and what is not modelled, may lead to any pool; so may a listener
 * that no config has. A pool that nothing leads to is compared with all listeners.
 */
export class Reach {
  /** Name of a listener group → pools; null: any. */
  readonly #led = new Map<string, Set<string> | null>()
  readonly #named = new Set<string>()
  readonly #ports: PortRange[] = []
  #known: { readonly key: string; readonly groups: readonly ReachGroup[] } | null = null

  add(model: RoutingModel): void {
    this.#known = null
    const byEntry = new Map<ScopeId, ReadonlySet<string> | null>()
    for (const { group, entry, enabled, addresses } of model.listeners) {
      if (!enabled) continue
      let pools = byEntry.get(entry)
      if (pools === undefined) {
        pools = poolsFrom(model, entry)
        byEntry.set(entry, pools)
      }
      const before = this.#led.get(group)
      this.#led.set(group, pools === null || before === null ? null : new Set([...before ?? [], ...pools]))
      for (const pool of pools ?? []) this.#named.add(pool)
      // The log of nginx names the server block and the port.
      if (model.dialect === 'nginx') for (const { fromPort, toPort, socket } of addresses) if (socket === null) this.#ports.push({ from: fromPort, to: toPort, group })
    }
  }

  /** Every pool in one group. Kept while the names stay the same. */
  groups(listeners: readonly string[], pools: readonly string[]): readonly ReachGroup[] {
    const key = `${listeners.join('\n')}\n\n${pools.join('\n')}`
    if (this.#known?.key !== key) this.#known = { key, groups: this.#group(listeners, pools) }
    return this.#known.groups
  }

  #group(listeners: readonly string[], pools: readonly string[]): readonly ReachGroup[] {
    const led = listeners.map((name) => this.#ledBy(name))
    const all = listeners.map((_, index) => index)
    const isOpen = [...this.#led.values()].includes(null)
    const found = new Map<string, { readonly pools: string[]; readonly at: readonly number[] }>()
    for (const pool of pools) {
      const own = isOpen || this.#named.has(pool) ? all.filter((index) => led[index] === null || led[index]?.has(pool) === true) : []
      const at = own.length === 0 ? all : own
      const known = found.get(at.join())
      if (known === undefined) found.set(at.join(), { pools: [pool], at })
      else known.pools.push(pool)
    }
    const groups = [...found.values()]
    return groups.map((group): ReachGroup => {
      const own = new Set(group.at)
      const related = new Set(groups.filter((one) => one === group || one.at.some((index) => own.has(index))).flatMap((one) => one.pools))
      return { pools: group.pools, listeners: group.at.map((index) => listeners[index] as string), isAll: group.at.length === all.length, related: pools.filter((pool) => related.has(pool)) }
    })
  }

  /** Pools that a listener of the statistics can reach; null: any. */
  #ledBy(name: string): ReadonlySet<string> | null {
    const own = this.#led.get(name)
    if (own !== undefined) return own
    const port = Number(/(?:^|:)(\d+)$/.exec(name)?.[1] ?? NaN)
    const groups = this.#ports.filter(({ from, to }) => port >= from && port <= to)
    if (groups.length === 0) return null
    const sets = groups.map(({ group }) => this.#led.get(group) ?? null)
    return sets.includes(null) ? null : new Set(sets.flatMap((one) => [...one ?? []]))
  }
}

/** Pools that the rules of an entry can lead to; null: any. */
function poolsFrom(model: RoutingModel, entry: ScopeId): ReadonlySet<string> | null {
  const pools = new Set<string>()
  for (const { step: { does } } of decisionOrder(model, entry)) {
    if (!isAction(does)) continue
    const targets = actionTargets(does, model)
    // What is not modelled in HAProxy answers itself.
    if (targets.open || (model.dialect !== 'haproxy' && isOpaque(does))) return null
    for (const { pool } of targets.pools) pools.add(pool.name)
  }
  return pools
}

function isOpaque(action: Action): boolean {
  switch (action.kind) {
    case 'opaque': return true
    case 'dispatch': return isOpaque(action.onMiss)
    case 'one-of': return action.actions.some(isOpaque)
    default: return false
  }
}
