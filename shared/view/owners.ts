import { isAction, type RoutingModel } from '#shared/model/routing-model.ts'
import { listenerGroups, scopeChain, type TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import { describeAction, describePredicate } from './describe.ts'

/** Who a list of rules belongs to. `words`: `frontend https-in`, `pool api`. */
export interface Owner {
  readonly words: string
  readonly nodeId: string
}

export function scopeOwners(model: RoutingModel): ReadonlyMap<string, Owner> {
  const owners = new Map<string, Owner>()
  for (const pool of model.pools) for (const scope of scopeChain(model, pool.entry)) owners.set(scope.id, { words: `pool ${pool.name}`, nodeId: pool.id })
  for (const group of listenerGroups(model)) {
    for (const entry of new Set(group.listeners.map((one) => one.entry))) {
      for (const scope of scopeChain(model, entry)) owners.set(scope.id, { words: `${group.listeners[0]?.kind ?? 'listener'} ${group.name}`, nodeId: `listener:${group.name}` })
    }
  }
  return owners
}

/** Changes of rules that have no box of their own, by the box of their listener or pool. */
export function hiddenRuleChanges(before: RoutingModel, after: RoutingModel, difference: TopologyDifference): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  if (difference.scopes.length === 0) return found
  const afterOwners = scopeOwners(after)
  const beforeOwners = scopeOwners(before)
  for (const scope of difference.scopes) {
    const owner = (scope.after === null ? undefined : afterOwners.get(scope.after.id)) ?? (scope.before === null ? undefined : beforeOwners.get(scope.before.id))
    if (owner === undefined) continue
    const ofPool = !owner.nodeId.startsWith('listener:')
    for (const change of scope.steps) {
      const step = change.after ?? change.before
      if (step === null || step.does.kind === 'note') continue
      // Deciding rules of a listener are boxes themselves.
      if (!ofPool && isAction(step.does) && step.does.kind !== 'leave' && step.does.kind !== 'enter') continue
      const text = `rule ${change.kind}: ${describeAction(step.does)}${step.when.kind === 'true' ? '' : ` if ${describePredicate(step.when)}`}`
      const row = found.get(owner.nodeId)
      if (row === undefined) found.set(owner.nodeId, [text])
      else row.push(text)
    }
  }
  return found
}
