import { decisionOrder, reachedOrder, type PlacedStep } from '#shared/model/decision-order.ts'
import { actionTargets } from '#shared/model/dispatch.ts'
import { isAction, type RoutingModel } from '#shared/model/routing-model.ts'
import type { Table, TableRow, Tone } from '#shared/presentation/presentation.ts'
import type { LineLookup } from '#shared/text/line-lookup.ts'
import { describeAction, describePredicate, referenceText } from './describe.ts'
import { toRoutes } from './routes.ts'

function cell(tone: Tone, id: string, highlights: readonly string[], cells: TableRow['cells']): TableRow {
  return { id, cells, tone, highlights }
}

function poolNames(placed: PlacedStep, model: RoutingModel): string {
  if (!isAction(placed.step.does)) return ''
  const names = actionTargets(placed.step.does, model).pools.map((target) => target.pool.name)
  return names.length <= 4 ? names.join(', ') : `${names.slice(0, 4).join(', ')} and ${names.length - 4} more`
}

/**
 * Every rule of a config in the order in which it is evaluated: first by listener, then by pool for the rules that run
 * once a pool is chosen.
 *
 * Shape: columns `order`, `listener`, `place` (file:line), `phase`, `condition`, `names`, `action`, `pool`; one row per
 * rule. Rows of rules that are proved never to match have the tone `critical`.
 */
export function toDecisionTable(model: RoutingModel, sources: LineLookup): Table {
  const rows: TableRow[] = []
  const routeIds = new Map<object, { readonly id: string; readonly shadowed: boolean }>()
  for (const { routes } of toRoutes(model)) for (const route of routes) routeIds.set(route.placed.step, { id: route.id, shadowed: route.shadowedBy !== null })
  const append = (owner: string, ownerId: string, order: readonly PlacedStep[]): void => {
    order.forEach((placed, index) => {
      const { step } = placed
      const place = step.origin[0] === undefined ? null : sources(step.origin[0])
      const route = routeIds.get(step)
      const opaque = step.does.kind === 'opaque' || step.does.kind === 'opaque-effect'
      rows.push(cell(route?.shadowed === true ? 'critical' : opaque ? 'unknown' : 'neutral', `${ownerId}#${index + 1}`, route === undefined ? [ownerId] : [route.id], {
        order: index + 1, listener: owner, place: place === null ? '' : `${place.file}:${place.line}`, phase: placed.scope.title,
        condition: placed.isOtherwise ? 'nothing matched' : describePredicate(step.when), names: referenceText(step.when), action: describeAction(step.does), pool: poolNames(placed, model),
      }))
    })
  }
  const done = new Set<string>()
  for (const listener of model.listeners) {
    if (done.has(`${listener.group} ${listener.entry}`)) continue
    done.add(`${listener.group} ${listener.entry}`)
    append(listener.group, `listener:${listener.group}`, reachedOrder(model, listener.entry))
  }
  for (const pool of model.pools) {
    // The end of a pool's rules is "then a server is chosen", which is not a decision.
    if (pool.entry !== null) append(pool.name, pool.id, decisionOrder(model, pool.entry).filter((placed) => !placed.isOtherwise))
  }
  return {
    columns: [
      { key: 'order', title: '#', numeric: true }, { key: 'listener', title: 'Listener or pool', numeric: false }, { key: 'place', title: 'Place', numeric: false },
      { key: 'phase', title: 'Phase', numeric: false }, { key: 'condition', title: 'Condition', numeric: false }, { key: 'names', title: 'As written', numeric: false },
      { key: 'action', title: 'Action', numeric: false }, { key: 'pool', title: 'Pool', numeric: false },
    ],
    rows,
  }
}
