import { actionTargets, type Targets } from '#shared/model/dispatch.ts'
import { decisionsOf, fullCondition, type PlacedStep } from '#shared/model/decision-order.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import { isAction, type Action, type RoutingModel } from '#shared/model/routing-model.ts'
import { listenerGroups, type ListenerGroup } from '#shared/analyses/topology-diff/index.ts'
import { clip, conditionName } from './names.ts'
import { poolName } from '#shared/model/describe.ts'

/** One rule that decides, as the picture shows it. */
export interface Route {
  /** `route:https-in/host_api → api`; unique within a view. */
  readonly id: string
  readonly placed: PlacedStep
  readonly action: Action
  readonly when: Predicate
  /** `rule 2`: number among the rules that choose a pool, 1 first; null for the others, and for those that a heading names. */
  readonly number: number | null
  readonly isDefault: boolean
  readonly targets: Targets
  /** Earlier route that takes all of its requests, proved. */
  readonly shadowedBy: Route | null
  readonly order: number
}

export interface ListenerRoutes {
  readonly group: ListenerGroup
  readonly routes: readonly Route[]
  /** Steps that change requests and go on, or skip rules. */
  readonly others: readonly PlacedStep[]
}

function targetText(action: Action): string {
  switch (action.kind) {
    case 'forward': return poolName(action.pool)
    case 'dispatch': return action.key.text
    case 'split': return action.shares.map((part) => poolName(part.pool)).join(' + ')
    case 'redirect': return `redirect ${action.status}`
    case 'respond': return `respond ${action.status}`
    case 'deny': return `deny ${action.status}`
    case 'one-of': return action.actions.map(targetText).join(' | ')
    case 'opaque': return action.text
    case 'close': case 'serve': case 'leave': case 'enter': return action.kind
  }
}

function choosesPool(action: Action): boolean {
  return action.kind === 'forward' || action.kind === 'dispatch' || action.kind === 'split'
}

/** FNV-1a, so that long conditions still give short and distinct ids. */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return (value >>> 0).toString(36)
}

function routeId(group: string, action: Action, when: Predicate, isDefault: boolean, used: Map<string, number>): string {
  const condition = when.kind === 'true' ? 'always' : conditionName(when)
  const short = condition.length > 80 ? `${condition.slice(0, 60)}…${hash(condition)}` : condition
  const base = isDefault ? `route:${group}/default` : `route:${group}/${short} → ${clip(targetText(action), 60)}`
  const seen = used.get(base) ?? 0
  used.set(base, seen + 1)
  return seen === 0 ? base : `${base} #${seen + 1}`
}

const known = new WeakMap<RoutingModel, readonly ListenerRoutes[]>()

/** Every rule of every listener that decides where requests go, with what it leads to; computed once per model. */
export function toRoutes(model: RoutingModel): readonly ListenerRoutes[] {
  let routes = known.get(model)
  if (routes === undefined) {
    routes = listenerRoutes(model)
    known.set(model, routes)
  }
  return routes
}

function listenerRoutes(model: RoutingModel): readonly ListenerRoutes[] {
  return listenerGroups(model).map((group) => {
    const routes: Route[] = []
    const others: PlacedStep[] = []
    const used = new Map<string, number>()
    for (const entry of new Set(group.listeners.map((listener) => listener.entry))) {
      const { order, shadowed } = decisionsOf(model, entry)
      const byIndex = new Map<number, Route>()
      let number = 0
      order.forEach((placed, index) => {
        const action = placed.step.does
        if (!isAction(action) || action.kind === 'leave' || action.kind === 'enter') {
          if (!isAction(action) || action.kind === 'leave') others.push(placed)
          return
        }
        const by = shadowed.get(index)
        // The product's own answer when nothing matched is a box only where requests can get there.
        if (placed.isOtherwise && by !== undefined) return
        const when = fullCondition(placed)
        const isHeaded = placed.scope.heading !== undefined
        const isDefault = !isHeaded && (placed.isOtherwise || (when.kind === 'true' && action.kind === 'forward' && order.slice(index + 1).every((one) => one.isOtherwise || !isAction(one.step.does))))
        const counts = choosesPool(action) && !isDefault && !isHeaded
        if (counts) number += 1
        const route: Route = {
          id: routeId(group.name, action, when, isDefault, used), placed, action, when, number: counts ? number : null, isDefault,
          targets: actionTargets(action, model), shadowedBy: by === undefined ? null : (byIndex.get(by) ?? null), order: routes.length,
        }
        byIndex.set(index, route)
        routes.push(route)
      })
    }
    return { group, routes, others }
  })
}

export interface Reachability {
  /** Ids of pools that some rule, default or table entry leads to. */
  readonly pools: ReadonlySet<string>
  /** True when a rule takes the pool's name from the request, so any pool may be reached. */
  readonly open: boolean
}

/** Pools that rules lead to; rules that are proved never to match do not count. */
export function reachablePools(listeners: readonly ListenerRoutes[]): Reachability {
  const pools = new Set<string>()
  let open = false
  for (const { routes } of listeners) {
    for (const route of routes) {
      if (route.shadowedBy !== null) continue
      for (const target of route.targets.pools) pools.add(target.pool.id)
      open ||= route.targets.open
    }
  }
  return { pools, open }
}
