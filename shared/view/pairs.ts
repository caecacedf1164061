import { otherwiseStep } from '#shared/model/decision-order.ts'
import type { Member, Pool } from '#shared/model/pool.ts'
import type { RoutingModel, Step } from '#shared/model/routing-model.ts'
import type { Change } from '#shared/presentation/presentation.ts'
import type { ElementChange, ListenerGroup, PoolChange, SettingChange, TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import type { ListenerRoutes, Route } from './routes.ts'
import type { Sides } from './topology-nodes.ts'

/**
 * Puts what is gone between what is left: an element of the before side without a partner stands behind the partner of
 * the element it followed, so that ghosts keep their place.
 */
function interleave<Element>(before: readonly Element[], after: readonly Element[], partnerOf: (after: Element) => Element | null): readonly (readonly [before: Element | null, after: Element | null])[] {
  const byPartner = new Map<Element, Element>()
  for (const element of after) {
    const partner = partnerOf(element)
    if (partner !== null) byPartner.set(partner, element)
  }
  const behind = new Map<Element | null, Element[]>()
  let last: Element | null = null
  for (const element of before) {
    const partner = byPartner.get(element)
    if (partner !== undefined) last = partner
    else {
      const row = behind.get(last)
      if (row === undefined) behind.set(last, [element])
      else row.push(element)
    }
  }
  const rows: (readonly [Element | null, Element | null])[] = []
  const ghosts = (of: Element | null): void => { for (const element of behind.get(of) ?? []) rows.push([element, null]) }
  ghosts(null)
  for (const element of after) {
    rows.push([partnerOf(element), element])
    ghosts(element)
  }
  return rows
}

function sidesOf<Element>(before: Element | null, after: Element | null, change: ElementChange<unknown> | undefined): Sides<Element> {
  const kind: Change = change?.kind ?? (before === null ? 'added' : after === null ? 'removed' : 'same')
  return { before, after, change: kind, settings: change?.settings ?? [] }
}

/** A single config: nothing to compare. */
export function alone<Element>(after: Element): Sides<Element> {
  return { before: null, after, change: 'same', settings: [] }
}

export function pairListeners(before: readonly ListenerRoutes[], after: readonly ListenerRoutes[], difference: TopologyDifference): readonly { readonly sides: Sides<ListenerGroup>; readonly before: ListenerRoutes | null; readonly after: ListenerRoutes | null }[] {
  const changes = new Map(difference.listeners.map((change) => [(change.after ?? change.before)?.name ?? '', change]))
  const old = new Map(before.map((one) => [one.group.name, one]))
  const partnerOf = (one: ListenerRoutes): ListenerRoutes | null => {
    const change = changes.get(one.group.name)
    const name = change?.kind === 'renamed' ? (change.before?.name ?? '') : one.group.name
    return change?.kind === 'added' ? null : (old.get(name) ?? null)
  }
  return interleave(before, after, partnerOf).map(([was, now]) => ({
    sides: sidesOf(was?.group ?? null, now?.group ?? null, changes.get((now ?? was)?.group.name ?? '')), before: was, after: now,
  }))
}

/** Steps of both sides that are each other's partner. Ends of scopes pair like their scopes. */
export function pairSteps(before: RoutingModel, after: RoutingModel, difference: TopologyDifference): ReadonlyMap<Step, Step> {
  const partners = new Map<Step, Step>()
  const changed = new Map(difference.scopes.map((change) => [change.after?.id ?? '', change]))
  for (const [beforeId, afterId] of difference.scopePairs) {
    const old = before.scopes.get(beforeId)
    const now = after.scopes.get(afterId)
    if (old === undefined || now === undefined) continue
    const oldEnd = otherwiseStep(old)
    const newEnd = otherwiseStep(now)
    if (oldEnd !== null && newEnd !== null) partners.set(newEnd, oldEnd)
    const change = changed.get(afterId)
    if (change === undefined) now.steps.forEach((step, index) => { partners.set(step, old.steps[index] as Step) })
    else for (const [beforeIndex, afterIndex] of change.pairs) partners.set(now.steps[afterIndex] as Step, old.steps[beforeIndex] as Step)
  }
  return partners
}

export function pairRoutes(before: readonly Route[], after: readonly Route[], partners: ReadonlyMap<Step, Step>, difference: TopologyDifference): readonly Sides<Route>[] {
  const old = new Map(before.map((route) => [route.placed.step, route]))
  const changes = new Map<Step, ElementChange<Step>>()
  for (const scope of difference.scopes) for (const change of scope.steps) if (change.after !== null) changes.set(change.after, change)
  const partnerOf = (route: Route): Route | null => {
    const step = partners.get(route.placed.step)
    return step === undefined ? null : (old.get(step) ?? null)
  }
  return interleave(before, after, partnerOf).map(([was, now]) => {
    const sides = sidesOf(was, now, was === null || now === null ? undefined : changes.get(now.placed.step))
    const turned = was !== null && now !== null && (was.shadowedBy === null) !== (now.shadowedBy === null)
    return turned && (sides.change === 'same' || sides.change === 'moved') ? { ...sides, change: 'changed' } : sides
  })
}

export interface PoolPair {
  readonly sides: Sides<Pool>
  readonly change: PoolChange | null
}

export function pairPools(before: RoutingModel, after: RoutingModel, difference: TopologyDifference): readonly PoolPair[] {
  const changes = new Map(difference.pools.map((change) => [(change.after ?? change.before)?.id ?? '', change]))
  const old = new Map(before.pools.map((pool) => [pool.id, pool]))
  const partnerOf = (pool: Pool): Pool | null => {
    const change = changes.get(pool.id)
    if (change?.kind === 'renamed' || change?.kind === 'added') return change.before
    return old.get(pool.id) ?? null
  }
  return interleave(before.pools, after.pools, partnerOf).map(([was, now]) => {
    const change = changes.get((now ?? was)?.id ?? '') ?? null
    return { sides: sidesOf(was, now, change ?? undefined), change }
  })
}

export function pairMembers(before: Pool | null, after: Pool | null, change: PoolChange | null): readonly Sides<Member>[] {
  if (after === null) return (before?.members ?? []).map((member) => ({ before: member, after: null, change: 'removed', settings: noSettings }))
  if (before === null) return after.members.map((member) => ({ before: null, after: member, change: 'added', settings: noSettings }))
  if (change === null || change.members.length === 0) return after.members.map((member, index) => ({ before: before.members[index] ?? null, after: member, change: 'same', settings: noSettings }))
  const changes = new Map(change.members.map((one) => [(one.after ?? one.before)?.name ?? '', one]))
  const old = new Map(before.members.map((member) => [member.name, member]))
  const partnerOf = (member: Member): Member | null => {
    const one = changes.get(member.name)
    if (one?.kind === 'renamed' || one?.kind === 'added') return one.before
    return old.get(member.name) ?? null
  }
  return interleave(before.members, after.members, partnerOf).map(([was, now]) => sidesOf(was, now, changes.get((now ?? was)?.name ?? '')))
}

const noSettings: readonly SettingChange[] = []
