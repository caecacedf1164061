import type { Member, Pool } from '#shared/model/pool.ts'
import type { Listener, RoutingModel, Scope } from '#shared/model/routing-model.ts'
import type { ConditionChange, ElementChange, ListenerGroup, PoolChange, ScopeChange, SettingChange, TopologyDifference } from './answer.ts'
import { changedConditions } from './conditions.ts'
import { longestIncreasing } from './order.ts'
import { addressText, listenerSettings, memberContent, memberSettings, optionComparer, poolContent, poolSettings } from './settings.ts'
import { changedSteps } from './steps.ts'

/** Listeners of one frontend together, in configuration order. */
export function listenerGroups(model: RoutingModel): readonly ListenerGroup[] {
  const groups = new Map<string, Listener[]>()
  for (const listener of model.listeners) {
    const group = groups.get(listener.group)
    if (group === undefined) groups.set(listener.group, [listener])
    else group.push(listener)
  }
  return [...groups].map(([name, listeners]) => ({ name, listeners }))
}

/** Pairs what disappeared with what appeared where the content is equal and no other candidate exists. */
function renames<Element>(removed: readonly Element[], added: readonly Element[], content: (element: Element) => string): Map<Element, Element> {
  const found = new Map<Element, Element>()
  if (removed.length === 0 || added.length === 0) return found
  const count = new Map<string, number>()
  const byContent = new Map<string, Element>()
  for (const element of removed) {
    const key = content(element)
    count.set(key, (count.get(key) ?? 0) + 1)
    byContent.set(key, element)
  }
  const addedKeys = added.map(content)
  const addedCount = new Map<string, number>()
  for (const key of addedKeys) addedCount.set(key, (addedCount.get(key) ?? 0) + 1)
  added.forEach((element, index) => {
    const key = addedKeys[index] as string
    const partner = byContent.get(key)
    if (partner !== undefined && count.get(key) === 1 && addedCount.get(key) === 1) found.set(element, partner)
  })
  return found
}

function changedMembers(before: Pool, after: Pool, compareOptions: ReturnType<typeof optionComparer>): readonly ElementChange<Member>[] {
  if (sameMembers(before, after, compareOptions)) return []
  const old = new Map(before.members.map((member, index) => [member.name, { member, index }]))
  const added: Member[] = []
  const common: { readonly after: Member; readonly before: Member; readonly rank: number }[] = []
  for (const member of after.members) {
    const partner = old.get(member.name)
    if (partner === undefined) added.push(member)
    else {
      common.push({ after: member, before: partner.member, rank: partner.index })
      old.delete(member.name)
    }
  }
  const removed = [...old.values()].map((one) => one.member)
  const renamed = renames(removed, added, memberContent)
  const kept = longestIncreasing(common.map((one) => one.rank))
  const changes: ElementChange<Member>[] = []
  common.forEach((one, index) => {
    const settings = memberSettings(one.before, one.after, compareOptions)
    if (settings.length > 0) changes.push({ kind: 'changed', before: one.before, after: one.after, settings })
    else if (!kept.has(index)) changes.push({ kind: 'moved', before: one.before, after: one.after, settings: [] })
  })
  for (const member of added) {
    const partner = renamed.get(member)
    if (partner === undefined) changes.push({ kind: 'added', before: null, after: member, settings: [] })
    else changes.push({ kind: 'renamed', before: partner, after: member, settings: [{ setting: 'name', before: partner.name, after: member.name }] })
  }
  const gone = new Set(renamed.values())
  for (const member of removed) if (!gone.has(member)) changes.push({ kind: 'removed', before: member, after: null, settings: [] })
  return changes
}

function sameMembers(before: Pool, after: Pool, compareOptions: ReturnType<typeof optionComparer>): boolean {
  if (before.members.length !== after.members.length) return false
  for (let index = 0; index < after.members.length; index += 1) {
    const one = before.members[index] as Member
    const other = after.members[index] as Member
    if (one.name !== other.name || one.address !== other.address) return false
    if (one.options !== other.options && compareOptions(one.options, other.options).length > 0) return false
  }
  return true
}

function changedPools(before: RoutingModel, after: RoutingModel): readonly PoolChange[] {
  const compareOptions = optionComparer()
  const old = new Map(before.pools.map((pool) => [pool.id, pool]))
  const added: Pool[] = []
  const changes: PoolChange[] = []
  for (const pool of after.pools) {
    const partner = old.get(pool.id)
    if (partner === undefined) {
      added.push(pool)
      continue
    }
    old.delete(pool.id)
    const settings = poolSettings(partner, pool)
    const members = changedMembers(partner, pool, compareOptions)
    if (settings.length > 0 || members.length > 0) changes.push({ kind: 'changed', before: partner, after: pool, settings, members })
  }
  const removed = [...old.values()]
  const renamed = renames(removed, added, poolContent)
  for (const pool of added) {
    const partner = renamed.get(pool)
    if (partner === undefined) changes.push({ kind: 'added', before: null, after: pool, settings: [], members: [] })
    else changes.push({ kind: 'renamed', before: partner, after: pool, settings: [{ setting: 'name', before: partner.name, after: pool.name }], members: [] })
  }
  const gone = new Set(renamed.values())
  for (const pool of removed) if (!gone.has(pool)) changes.push({ kind: 'removed', before: pool, after: null, settings: [], members: [] })
  return changes
}

function groupContent(group: ListenerGroup): string {
  return JSON.stringify(group.listeners.map((one) => [addressText(one), one.protocol, one.kind]))
}

function changedListeners(before: readonly ListenerGroup[], after: readonly ListenerGroup[]): readonly ElementChange<ListenerGroup>[] {
  const old = new Map(before.map((group) => [group.name, group]))
  const added: ListenerGroup[] = []
  const changes: ElementChange<ListenerGroup>[] = []
  for (const group of after) {
    const partner = old.get(group.name)
    if (partner === undefined) {
      added.push(group)
      continue
    }
    old.delete(group.name)
    const settings = listenerSettings(partner, group)
    if (settings.length > 0) changes.push({ kind: 'changed', before: partner, after: group, settings })
  }
  const removed = [...old.values()]
  const renamed = renames(removed, added, groupContent)
  for (const group of added) {
    const partner = renamed.get(group)
    if (partner === undefined) changes.push({ kind: 'added', before: null, after: group, settings: [] })
    else {
      const settings: SettingChange[] = [{ setting: 'name', before: partner.name, after: group.name }, ...listenerSettings(partner, group)]
      changes.push({ kind: 'renamed', before: partner, after: group, settings })
    }
  }
  const gone = new Set(renamed.values())
  for (const group of removed) if (!gone.has(group)) changes.push({ kind: 'removed', before: group, after: null, settings: [] })
  return changes
}

/** Scopes that one entry runs through, in order, `enter` actions included; cycles are cut. */
export function scopeChain(model: RoutingModel, entry: string | null): readonly Scope[] {
  const chain: Scope[] = []
  const seen = new Set<string>()
  // Chains of scopes may be as long as lists of rules are, which is too long for the stack.
  const open: { readonly scope: Scope; next: number }[] = []
  const visit = (id: string | null): void => {
    const scope = id === null || seen.has(id) ? undefined : model.scopes.get(id)
    if (id !== null) seen.add(id)
    if (scope === undefined) return
    chain.push(scope)
    open.push({ scope, next: 0 })
  }
  visit(entry)
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const step = top.scope.steps[top.next]
    top.next += 1
    if (step !== undefined) {
      if (step.does.kind === 'enter') visit(step.does.scope)
      continue
    }
    open.pop()
    visit(top.scope.next)
  }
  return chain
}

interface Owner {
  readonly name: string
  readonly entry: string | null
}

function owners(model: RoutingModel, groups: readonly ListenerGroup[]): readonly Owner[] {
  const found: Owner[] = []
  for (const group of groups) {
    const entries = new Set(group.listeners.map((one) => one.entry))
    for (const entry of entries) found.push({ name: group.name, entry })
  }
  for (const pool of model.pools) if (pool.entry !== null) found.push({ name: pool.name, entry: pool.entry })
  return found
}

/** One entry per owner and name, with all steps that use it. */
function mergeConditions(conditions: readonly ConditionChange[]): readonly ConditionChange[] {
  const merged = new Map<string, ConditionChange>()
  for (const one of conditions) {
    const key = `${one.owner} ${one.name}`
    const former = merged.get(key)
    merged.set(key, former === undefined ? one : { ...former, beforeSteps: [...former.beforeSteps, ...one.beforeSteps], afterSteps: [...former.afterSteps, ...one.afterSteps] })
  }
  return [...merged.values()]
}

/**
 * What differs between two models, by identity.
 *
 * Shape: only elements that differ; steps pair by action and condition, then by the names they use, then by what is
 * left over and unambiguous. A name that changed counts as renamed only where content is equal and unique.
 * Cost: linear in elements, n log n for the order of rules; 50 000 pools × 5 servers well under a second.
 */
export function diffTopology(before: RoutingModel, after: RoutingModel): TopologyDifference {
  const beforeGroups = listenerGroups(before)
  const afterGroups = listenerGroups(after)
  const listeners = changedListeners(beforeGroups, afterGroups)
  const pools = changedPools(before, after)

  const newPoolName = new Map<string, string>()
  for (const change of pools) {
    if (change.kind === 'renamed' && change.before !== null && change.after !== null) {
      newPoolName.set(change.before.name, change.after.name)
      newPoolName.set(change.before.id, change.after.id)
    }
  }
  const oldOwner = new Map<string, string>()
  for (const change of listeners) if (change.kind === 'renamed') oldOwner.set(change.after?.name ?? '', change.before?.name ?? '')
  for (const change of pools) if (change.kind === 'renamed') oldOwner.set(change.after?.name ?? '', change.before?.name ?? '')

  const scopes: ScopeChange[] = []
  const scopePairs: [string, string][] = []
  const conditions: ConditionChange[] = []
  const taken = new Set<string>()
  const done = new Set<string>()
  for (const owner of owners(after, afterGroups)) {
    const oldName = oldOwner.get(owner.name) ?? owner.name
    for (const scope of scopeChain(after, owner.entry)) {
      if (done.has(scope.id)) continue
      done.add(scope.id)
      const prefix = `scope:${owner.name}`
      const oldId = oldName !== owner.name && scope.id.startsWith(prefix) ? `scope:${oldName}${scope.id.slice(prefix.length)}` : scope.id
      const partner = before.scopes.get(oldId) ?? null
      if (partner !== null) {
        taken.add(partner.id)
        scopePairs.push([partner.id, scope.id])
      }
      const change = changedSteps(partner, scope, newPoolName)
      if (change.steps.length > 0) scopes.push(change)
      if (partner !== null) conditions.push(...changedConditions(owner.name, partner, scope, change.pairs))
    }
  }
  for (const owner of owners(before, beforeGroups)) {
    for (const scope of scopeChain(before, owner.entry)) {
      if (taken.has(scope.id)) continue
      taken.add(scope.id)
      if (after.scopes.has(scope.id) && done.has(scope.id)) continue
      const change = changedSteps(scope, null, newPoolName)
      if (change.steps.length > 0) scopes.push(change)
    }
  }
  return { listeners, scopes, scopePairs, pools, conditions: mergeConditions(conditions) }
}

