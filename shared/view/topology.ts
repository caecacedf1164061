import type { RoutingModel } from '#shared/model/routing-model.ts'
import { diffTopology, type TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import { alone, pairPools, type PoolPair } from './pairs.ts'
import { hiddenRuleChanges } from './owners.ts'
import type { TopologyView } from './topology-view.ts'
import { toSide, type Drawing, type LeftBox, type RuleChanges } from './topology-drawing.ts'
import { drawListeners } from './topology-listeners.ts'
import { drawPool, leavePool } from './topology-pools.ts'

/**
 * The picture of one config, or of what changed between two: every listener, deciding rule, pool and server, with
 * what is gone kept as ghosts.
 *
 * Shape: complete and unfolded; nodes in configuration order, ids stable (see `TopologyNode`).
 * Units: shares 0–1, expected under the pool's algorithm with every enabled server up.
 * Cost: linear in elements; pairs of rules are compared only where a frontend has at most 400 deciding rules.
 */
export function toTopologyView(after: RoutingModel, before: RoutingModel | null, title: string, known: TopologyDifference | null = null): TopologyView {
  return draw(after, before, title, known, null)
}

/** A view in which unchanged rules and pools are empty boxes, pools without servers. `left`: by the id of the box. */
export interface TopologyOutline {
  readonly view: TopologyView
  readonly left: ReadonlyMap<string, LeftBox>
}

/**
 * The same picture with unchanged rules and pools left to be drawn when they are shown: a screen shows a few hundred
 * boxes, a large config has hundreds of thousands.
 */
export function toTopologyOutline(after: RoutingModel, before: RoutingModel | null, title: string, known: TopologyDifference | null = null): TopologyOutline {
  const left = new Map<string, LeftBox>()
  return { view: draw(after, before, title, known, left), left }
}

function draw(after: RoutingModel, before: RoutingModel | null, title: string, known: TopologyDifference | null, left: Map<string, LeftBox> | null): TopologyView {
  const difference = before === null ? null : (known ?? diffTopology(before, after))
  const drawing: Drawing = { nodes: [], edges: [], ids: new Set(), isDifference: before !== null }
  const afterSide = toSide(after)
  const beforeSide = before === null ? null : toSide(before)
  const renamed = new Map<string, string>()
  for (const change of difference?.pools ?? []) if (change.kind === 'renamed' && change.before !== null && change.after !== null) renamed.set(change.before.id, change.after.id)
  const ruleChanges: RuleChanges = before === null || difference === null ? new Map() : hiddenRuleChanges(before, after, difference)
  drawListeners(drawing, afterSide, beforeSide, difference, (pool) => renamed.get(pool.id) ?? pool.id, ruleChanges, left)
  const pools: readonly PoolPair[] = before === null || difference === null ? after.pools.map((pool) => ({ sides: alone(pool), change: null })) : pairPools(before, after, difference)
  for (const pair of pools) {
    if (left === null) drawPool(drawing, pair, afterSide, beforeSide, ruleChanges)
    else leavePool(drawing, pair, afterSide, beforeSide, ruleChanges, left)
  }
  return { title, isDifference: before !== null, nodes: drawing.nodes, edges: drawing.edges }
}
