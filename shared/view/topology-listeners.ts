import type { Pool } from '#shared/model/pool.ts'
import type { Change } from '#shared/presentation/presentation.ts'
import type { TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import { clip, count } from './names.ts'
import { alone, pairListeners, pairRoutes, pairSteps } from './pairs.ts'
import type { Route } from './routes.ts'
import { listenerId, listenerNode, routeNode, routeOutline, type Sides } from './topology-nodes.ts'
import type { TopologyNode } from './topology-view.ts'
import { addNode, toEdge, noEdges, noSpans, type Drawing, type LeftBox, type RuleChanges, type DrawnSide } from './topology-drawing.ts'

interface TargetSide {
  readonly share: number | null
  readonly label: string
}

function targetSides(route: Route | null, poolId: (pool: Pool) => string): Map<string, TargetSide> {
  const found = new Map<string, TargetSide>()
  for (const target of route?.targets.pools ?? []) {
    const label = target.by === 'miss' ? 'otherwise' : target.by === 'table' ? (target.keys.length === 1 ? clip(target.keys[0] as string, 24) : count(target.keys.length, 'key')) : ''
    found.set(poolId(target.pool), { share: target.share, label })
  }
  return found
}

/**
 * Edges from a rule to its pools. A rule that an earlier one has come to cover shows where its requests went before
 * (ghost) and which pool's rule takes them now.
 */
function routeEdges(drawing: Drawing, node: TopologyNode, sides: Sides<Route>, oldPoolId: (pool: Pool) => string): void {
  const now = targetSides(sides.after, (pool) => pool.id)
  const was = targetSides(sides.before, oldPoolId)
  const shadow = sides.after?.shadowedBy ?? null
  const newlyShadowed = drawing.isDifference && shadow !== null && sides.before !== null && sides.before.shadowedBy === null
  let order = 0
  const both = { before: node.before, after: node.after }
  for (const [to, target] of now) {
    const old = was.get(to)
    if (newlyShadowed) {
      drawing.edges.push(toEdge({ ...both, from: node.id, to, order: order++, change: 'removed', label: '− was', after: noSpans }))
      continue
    }
    const change: Change = !drawing.isDifference ? 'same' : sides.before === null ? 'added' : old === undefined ? 'added' : old.share !== target.share ? 'changed' : 'same'
    drawing.edges.push(toEdge({
      ...both, from: node.id, to, order: order++, change, share: target.share, shareBefore: old?.share ?? null, before: old === undefined ? noSpans : node.before,
      label: change === 'added' && sides.before !== null ? '+ now' : shadow !== null ? 'never' : target.label, ...(shadow === null ? {} : { tone: 'critical' as const }),
    }))
  }
  if (newlyShadowed) {
    for (const target of shadow.targets.pools) {
      if (!now.has(target.pool.id)) drawing.edges.push(toEdge({ from: node.id, to: target.pool.id, order: order++, change: 'added', label: '+ now', before: noSpans, after: shadow.placed.step.origin.slice(0, 1) }))
    }
  }
  for (const [to, target] of was) {
    if (now.has(to)) continue
    drawing.edges.push(toEdge({ ...both, from: node.id, to, order: order++, change: 'removed', shareBefore: target.share, label: sides.after === null ? '' : '− was', after: noSpans }))
  }
}

/** Boxes of listeners and their rules, with the edges from rules to pools. `left`: takes unchanged rules, which are not drawn; null: all are. */
export function drawListeners(drawing: Drawing, after: DrawnSide, before: DrawnSide | null, difference: TopologyDifference | null, oldPoolId: (pool: Pool) => string, ruleChanges: RuleChanges, left: Map<string, LeftBox> | null): void {
  const rows = before === null || difference === null
    ? after.routes.map((one) => ({ sides: alone(one.group), before: null, after: one }))
    : pairListeners(before.routes, after.routes, difference)
  const partners = before === null || difference === null ? new Map() : pairSteps(before.model, after.model, difference)
  for (const row of rows) {
    const hidden = ruleChanges.get(listenerId((row.sides.after ?? row.sides.before)?.name ?? '')) ?? []
    const group = row.sides.change === 'same' && hidden.length > 0 ? { ...row.sides, change: 'changed' as const } : row.sides
    const listener = addNode(drawing, listenerNode(group, row.after ?? row.before, hidden))
    const routes: readonly Sides<Route>[] = difference === null
      ? (row.after?.routes ?? []).map(alone)
      : pairRoutes(row.before?.routes ?? [], row.after?.routes ?? [], partners, difference)
    routes.forEach((sides, order) => {
      const leaves = left !== null && sides.change === 'same'
      const node = addNode(drawing, leaves ? routeOutline(sides) : routeNode(sides))
      if (leaves) left.set(node.id, { servers: 0, draw: () => ({ nodes: [{ ...routeNode(sides), id: node.id }], edges: noEdges }) })
      drawing.edges.push(toEdge({ from: listener.id, to: node.id, order, change: sides.change === 'added' || sides.change === 'removed' ? sides.change : sides.change === 'same' ? 'same' : 'changed', before: node.before, after: node.after }))
      routeEdges(drawing, node, sides, oldPoolId)
    })
  }
}
