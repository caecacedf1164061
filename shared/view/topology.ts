import { decisionOrder } from '#shared/model/decision-order.ts'
import { expectedShares, type ShareAssumption } from '#shared/model/expected-shares.ts'
import { memberCount, type Member, type Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Change, Tone } from '#shared/presentation/presentation.ts'
import type { Span } from '#shared/text/span.ts'
import { diffTopology, type TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import { describeAction, describePredicate } from './describe.ts'
import { clip, count, shareTag } from './names.ts'
import { alone, pairListeners, pairMembers, pairPools, pairRoutes, pairSteps, type PoolPair } from './pairs.ts'
import { reachablePools, toRoutes, type ListenerRoutes, type Reachability, type Route } from './routes.ts'
import { hiddenRuleChanges } from './owners.ts'
import { changeTone, listenerId, listenerNode, poolNode, routeNode, routeOutline, serverNode, type Sides } from './topology-nodes.ts'
import type { TopologyEdge, TopologyNode, TopologyView } from './topology-view.ts'

/** Everything about one side that the picture needs more than once. */
interface Side {
  readonly model: RoutingModel
  readonly routes: readonly ListenerRoutes[]
  readonly reached: Reachability
}

function toSide(model: RoutingModel): Side {
  const routes = toRoutes(model)
  return { model, routes, reached: reachablePools(routes.filter((one) => one.group.listeners.some((listener) => listener.enabled))) }
}

type RuleChanges = ReadonlyMap<string, readonly string[]>

interface Drawing {
  readonly nodes: TopologyNode[]
  readonly edges: TopologyEdge[]
  /** Ids of routes. */
  readonly ids: Set<string>
  readonly isDifference: boolean
}

const noSpans: readonly Span[] = []

function add(drawing: Drawing, node: TopologyNode): TopologyNode {
  // Listeners, pools and servers pair by name, so no two of them share an id.
  if (node.column !== 'route') {
    drawing.nodes.push(node)
    return node
  }
  let { id } = node
  // A rule that is gone and a new one may be called the same; both keep their place under an id of their own.
  while (drawing.ids.has(id)) id = `${id} (before)`
  drawing.ids.add(id)
  const placed = id === node.id ? node : { ...node, id }
  drawing.nodes.push(placed)
  return placed
}

interface EdgeParts {
  readonly from: string
  readonly to: string
  readonly order: number
  readonly change: Change
  readonly before: readonly Span[]
  readonly after: readonly Span[]
  readonly tone?: Tone
  readonly label?: string
  readonly share?: number | null
  readonly shareBefore?: number | null
}

function edge(parts: EdgeParts): TopologyEdge {
  return {
    id: `edge:${parts.from}→${parts.to}`, from: parts.from, to: parts.to, share: parts.share ?? null, shareBefore: parts.shareBefore ?? null,
    label: parts.label ?? '', change: parts.change, tone: parts.tone ?? changeTone(parts.change), order: parts.order, before: parts.before, after: parts.after,
  }
}

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
      drawing.edges.push(edge({ ...both, from: node.id, to, order: order++, change: 'removed', label: '− was', after: noSpans }))
      continue
    }
    const change: Change = !drawing.isDifference ? 'same' : sides.before === null ? 'added' : old === undefined ? 'added' : old.share !== target.share ? 'changed' : 'same'
    drawing.edges.push(edge({
      ...both, from: node.id, to, order: order++, change, share: target.share, shareBefore: old?.share ?? null, before: old === undefined ? noSpans : node.before,
      label: change === 'added' && sides.before !== null ? '+ now' : shadow !== null ? 'never' : target.label, ...(shadow === null ? {} : { tone: 'critical' as const }),
    }))
  }
  if (newlyShadowed) {
    for (const target of shadow.targets.pools) {
      if (!now.has(target.pool.id)) drawing.edges.push(edge({ from: node.id, to: target.pool.id, order: order++, change: 'added', label: '+ now', before: noSpans, after: shadow.placed.step.origin.slice(0, 1) }))
    }
  }
  for (const [to, target] of was) {
    if (now.has(to)) continue
    drawing.edges.push(edge({ ...both, from: node.id, to, order: order++, change: 'removed', shareBefore: target.share, label: sides.after === null ? '' : '− was', after: noSpans }))
  }
}

function drawListeners(drawing: Drawing, after: Side, before: Side | null, difference: TopologyDifference | null, oldPoolId: (pool: Pool) => string, ruleChanges: RuleChanges, left: Map<string, LeftBox> | null): void {
  const rows = before === null || difference === null
    ? after.routes.map((one) => ({ sides: alone(one.group), before: null, after: one }))
    : pairListeners(before.routes, after.routes, difference)
  const partners = before === null || difference === null ? new Map() : pairSteps(before.model, after.model, difference)
  for (const row of rows) {
    const hidden = ruleChanges.get(listenerId((row.sides.after ?? row.sides.before)?.name ?? '')) ?? []
    const group = row.sides.change === 'same' && hidden.length > 0 ? { ...row.sides, change: 'changed' as const } : row.sides
    const listener = add(drawing, listenerNode(group, row.after ?? row.before, hidden))
    const routes: readonly Sides<Route>[] = difference === null
      ? (row.after?.routes ?? []).map(alone)
      : pairRoutes(row.before?.routes ?? [], row.after?.routes ?? [], partners, difference)
    routes.forEach((sides, order) => {
      const leaves = left !== null && sides.change === 'same'
      const node = add(drawing, leaves ? routeOutline(sides) : routeNode(sides))
      if (leaves) left.set(node.id, { servers: 0, draw: () => ({ nodes: [{ ...routeNode(sides), id: node.id }], edges: noEdges }) })
      drawing.edges.push(edge({ from: listener.id, to: node.id, order, change: sides.change === 'added' || sides.change === 'removed' ? sides.change : sides.change === 'same' ? 'same' : 'changed', before: node.before, after: node.after }))
      routeEdges(drawing, node, sides, oldPoolId)
    })
  }
}

interface PoolShares {
  readonly shares: readonly number[]
  readonly assumption: ShareAssumption
}

function sharesOf(pool: Pool): PoolShares {
  const { shares, assumption } = expectedShares(pool)
  return { shares: shares.map((one) => one.share), assumption }
}

/** Rules of a pool, and what has to hold for its shares. */
function poolDetails(pool: Pool, known: ShareAssumption, side: Side | null): readonly string[] {
  const assumption = assumptions[known]
  if (pool.entry === null || side === null) return assumption
  const rules = decisionOrder(side.model, pool.entry).filter((placed) => !placed.isOtherwise).slice(0, 100)
  return [...rules.map(({ step }) => `${describeAction(step.does)}${step.when.kind === 'true' ? '' : ` if ${describePredicate(step.when)}`}`), ...assumption]
}

const assumptions: Readonly<Record<ShareAssumption, readonly string[]>> = {
  'weights': [], 'equal-service-times': ['shares hold if all servers answer equally fast'], 'many-different-keys': ['shares hold over many different keys; one key always gets the same server'],
  'below-first-limit': ['shares hold while the first server stays below its connection limit'], 'unknown-algorithm': ['the algorithm is not modelled; shares follow the weights'],
}

function largest(shares: readonly number[] | null): number | null {
  if (shares === null || shares.length === 0) return null
  let most = 0
  for (const share of shares) if (share > most) most = share
  return most
}

/** Below a twentieth of a percent nobody means a change. */
const shareTolerance = 0.0005

function memberIndex(pool: Pool): ReadonlyMap<string, number> {
  return new Map(pool.members.map((member, index) => [member.id, index]))
}

/** Leaves an unchanged pool to be drawn when it is shown; a changed one is drawn. Whether rules lead to it on both sides must be the same too. */
function leavePool(drawing: Drawing, pair: PoolPair, after: Side, before: Side | null, ruleChanges: RuleChanges, left: Map<string, LeftBox>): void {
  const pool = pair.sides.after
  const old = pair.sides.before
  const isReached = (side: Side, id: string): boolean => side.reached.open || side.reached.pools.has(id)
  const unchanged = pool !== null && (before === null
    || (pair.change === null && old !== null && (ruleChanges.get(pool.id) ?? []).length === 0 && isReached(after, pool.id) === isReached(before, old.id)))
  if (!unchanged) {
    drawPool(drawing, pair, after, before, ruleChanges)
    return
  }
  drawing.nodes.push({
    id: pool.id, column: 'pool', title: pool.name, lines: nothing, tag: '', tone: 'neutral', change: 'same', changes: nothing, share: null, shareBefore: null, members: nothing, parent: null,
    kindWord: pool.kind, before: noSpans, after: noSpans, search: '',
  })
  left.set(pool.id, {
    servers: memberCount(pool),
    draw() {
      const own: Drawing = { nodes: [], edges: [], ids: new Set(), isDifference: drawing.isDifference }
      drawPool(own, pair, after, before, ruleChanges)
      return { nodes: own.nodes, edges: own.edges }
    },
  })
}

const nothing: readonly string[] = []
const noEdges: readonly TopologyEdge[] = []

function drawPool(drawing: Drawing, pair: PoolPair, after: Side, before: Side | null, ruleChanges: RuleChanges): void {
  const { sides, change } = pair
  const now = sides.after === null ? null : sharesOf(sides.after)
  const same = change === null && sides.before !== null && sides.after !== null
  const old = sides.before === null ? null : same ? now : sharesOf(sides.before)
  const nowShares = now?.shares ?? null
  const oldShares = old?.shares ?? null
  const reachedAfter = sides.after !== null && (after.reached.open || after.reached.pools.has(sides.after.id))
  const reachedBefore = before !== null && sides.before !== null && (before.reached.open || before.reached.pools.has(sides.before.id))
  const turned = sides.before !== null && sides.after !== null && reachedAfter !== reachedBefore
  const hidden = sides.before === null || sides.after === null ? [] : (ruleChanges.get(sides.after.id) ?? [])
  const drawn = drawnMembers(pair, before !== null, nowShares, oldShares)
  const memberChanges = !drawing.isDifference || sides.before === null || sides.after === null ? [] : drawn.flatMap(({ sides: one, share, shareBefore, moved }) => {
    const name = (one.after ?? one.before)?.name ?? ''
    if (one.change === 'added' || one.change === 'removed') return [`server ${name} ${one.change}`]
    return moved ? [`${name}: ${shareTag(shareBefore, share)}`] : one.change === 'same' ? [] : [`server ${name} ${one.change}`]
  })
  const changed = turned || memberChanges.length > 0 || hidden.length > 0
  const pool = add(drawing, poolNode(
    sides.change === 'same' && changed ? { ...sides, change: 'changed' } : sides, [...hidden, ...memberChanges].slice(0, 20),
    { reachedBefore, reachedAfter, largest: largest(nowShares), largestBefore: before === null ? null : largest(oldShares), details: poolDetails((sides.after ?? sides.before) as Pool, (now ?? old)?.assumption ?? 'weights', sides.after === null ? before : after) },
  ))
  drawServers(drawing, pool.id, drawn, before !== null)
}

interface DrawnMember {
  readonly sides: Sides<Member>
  readonly share: number | null
  readonly shareBefore: number | null
  readonly moved: boolean
}

function drawnMembers({ sides, change }: PoolPair, compared: boolean, nowShares: readonly number[] | null, oldShares: readonly number[] | null): readonly DrawnMember[] {
  const same = change === null && sides.before !== null && sides.after !== null
  const members = compared ? pairMembers(sides.before, sides.after, change) : (sides.after?.members ?? []).map(alone)
  const aligned = change === null || sides.before === null || sides.after === null
  const nowAt = sides.after === null || aligned ? null : memberIndex(sides.after)
  const oldAt = sides.before === null || aligned ? null : memberIndex(sides.before)
  return members.map((member, index) => {
    const share = member.after === null || nowShares === null ? null : (nowShares[nowAt?.get(member.after.id) ?? index] ?? null)
    const shareBefore = member.before === null || oldShares === null ? null : same ? share : (oldShares[oldAt?.get(member.before.id) ?? index] ?? null)
    const moved = member.before !== null && member.after !== null && share !== null && shareBefore !== null && Math.abs(share - shareBefore) > shareTolerance
    return { sides: moved && member.change === 'same' ? { ...member, change: 'changed' as const } : member, share, shareBefore, moved }
  })
}

function drawServers(drawing: Drawing, poolId: string, drawn: readonly DrawnMember[], compared: boolean): void {
  drawn.forEach(({ sides: one, share, shareBefore, moved }, order) => {
    const node = add(drawing, serverNode(one, poolId, compared ? shareBefore : null, share))
    const edgeChange: Change = one.change === 'added' || one.change === 'removed' ? one.change : moved ? 'changed' : 'same'
    drawing.edges.push({
      id: `edge:${node.id}`, from: poolId, to: node.id, share, shareBefore: node.shareBefore, label: moved ? shareTag(null, share) : '', change: edgeChange, tone: changeTone(edgeChange),
      order, before: node.before, after: node.after,
    })
  })
}

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

/** An unchanged rule or pool that an outline only names. `draw` gives its box, then those of a pool's servers, and the edges between them. */
export interface LeftBox {
  readonly servers: number
  readonly draw: () => Pick<TopologyView, 'nodes' | 'edges'>
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

