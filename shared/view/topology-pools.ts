import { decisionOrder } from '#shared/model/decision-order.ts'
import { expectedShares, type ShareAssumption } from '#shared/model/expected-shares.ts'
import { memberCount, type Member, type Pool } from '#shared/model/pool.ts'
import type { Change } from '#shared/presentation/presentation.ts'
import { describeAction, describePredicate } from './describe.ts'
import { shareTag } from './names.ts'
import { alone, pairMembers, type PoolPair } from './pairs.ts'
import { changeTone, poolNode, serverNode, type Sides } from './topology-nodes.ts'
import { addNode, noSpans, type Drawing, type LeftBox, type RuleChanges, type DrawnSide } from './topology-drawing.ts'

interface PoolShares {
  readonly shares: readonly number[]
  readonly assumption: ShareAssumption
}

function sharesOf(pool: Pool): PoolShares {
  const { shares, assumption } = expectedShares(pool)
  return { shares: shares.map((one) => one.share), assumption }
}

/** Rules of a pool, and what has to hold for its shares. */
function poolDetails(pool: Pool, known: ShareAssumption, side: DrawnSide | null): readonly string[] {
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
export function leavePool(drawing: Drawing, pair: PoolPair, after: DrawnSide, before: DrawnSide | null, ruleChanges: RuleChanges, left: Map<string, LeftBox>): void {
  const pool = pair.sides.after
  const old = pair.sides.before
  const isReached = (side: DrawnSide, id: string): boolean => side.reached.open || side.reached.pools.has(id)
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

/** Boxes of a pool and its servers. */
export function drawPool(drawing: Drawing, pair: PoolPair, after: DrawnSide, before: DrawnSide | null, ruleChanges: RuleChanges): void {
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
  const pool = addNode(drawing, poolNode(
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
    const node = addNode(drawing, serverNode(one, poolId, compared ? shareBefore : null, share))
    const edgeChange: Change = one.change === 'added' || one.change === 'removed' ? one.change : moved ? 'changed' : 'same'
    drawing.edges.push({
      id: `edge:${node.id}`, from: poolId, to: node.id, share, shareBefore: node.shareBefore, label: moved ? shareTag(null, share) : '', change: edgeChange, tone: changeTone(edgeChange),
      order, before: node.before, after: node.after,
    })
  })
}
