import { actionTargets } from '#shared/model/dispatch.ts'
import { always } from '#shared/model/predicate.ts'
import { isAction, type RoutingModel, type Step } from '#shared/model/routing-model.ts'
import type { ScopeChange, TopologyDifference } from '#shared/analyses/topology-diff/index.ts'
import { describeAction, describePredicate, referenceText } from './describe.ts'
import { scopeOwners, type Owner } from './owners.ts'
import { firstSpan, list, routeIdsByPlace, say, type Ranked } from './sentence-tools.ts'
import { toRoutes } from './routes.ts'
import type { TopologyView } from './topology-view.ts'

/** A rule as its author wrote it: `api if host_api`, `deny with 403 if { path starts with /.git/ }`. */
function ruleName(step: Step, model: RoutingModel): string {
  const target = isAction(step.does) && step.does.kind === 'forward' ? (actionTargets(step.does, model).pools[0]?.pool.name ?? step.does.pool) : describeAction(step.does)
  const condition = referenceText(step.when)
  return condition === '' ? target : `${target} if ${condition}`
}

function condition(step: Step): string {
  return step.when.kind === 'true' ? 'without a condition' : `if ${describePredicate(step.when)}`
}

function both(before: string | null, after: string | null): readonly string[] {
  return [...new Set([after, before].filter((id) => id !== null))]
}

/** Rules that an earlier rule has come to cover, and rules that are free again. */
function shadowSentences(before: RoutingModel, after: RoutingModel, view: TopologyView): readonly Ranked[] {
  const found: Ranked[] = []
  const routeNodes = new Map(view.nodes.filter((node) => node.column === 'route').map((node) => [node.id, node]))
  for (const { group, routes } of toRoutes(after)) {
    for (const route of routes) {
      if (route.shadowedBy === null) continue
      const node = routeNodes.get(route.id)
      // Only what this change brought about: an old dead rule is a finding of the checks.
      if (node === undefined || !node.changes.some((change) => change.startsWith('never reached'))) continue
      const cover = route.shadowedBy
      const pools = cover.targets.pools.map((target) => target.pool.name)
      found.push(say({
        rank: 1, id: `rule-shadowed-${route.id}`, tone: 'critical',
        text: `The rule ${ruleName(route.placed.step, after)} of ${group.listeners[0]?.kind ?? 'listener'} ${group.name} can no longer match: ${ruleName(cover.placed.step, after)} stands above it and takes all of its requests${pools.length === 0 ? '' : ` to pool ${list(pools)}`}.`,
        details: [`Condition of the rule: ${describePredicate(route.when)}`, `Condition of the rule above: ${describePredicate(cover.when)}`],
        highlights: [route.id, cover.id, ...cover.targets.pools.map((target) => target.pool.id)], before: node.before, after: [...node.after, ...firstSpan(cover.placed.step)],
      }))
    }
  }
  for (const { group, routes } of toRoutes(before)) {
    for (const route of routes) {
      const node = routeNodes.get(route.id)
      if (route.shadowedBy === null || node === undefined || !node.changes.some((change) => change.startsWith('reached again'))) continue
      found.push(say({
        rank: 12, id: `rule-reached-${route.id}`, tone: 'notice',
        text: `The rule ${ruleName(route.placed.step, before)} of ${group.listeners[0]?.kind ?? 'listener'} ${group.name} can match again: ${ruleName(route.shadowedBy.placed.step, before)} no longer takes all of its requests.`,
        highlights: [route.id], before: node.before, after: node.after,
      }))
    }
  }
  return found
}

function orderSentences(change: ScopeChange, owner: Owner, after: RoutingModel, routeId: ReturnType<typeof routeIdsByPlace>): readonly Ranked[] {
  const found: Ranked[] = []
  if (change.before === null || change.after === null) return found
  const oldIndex = new Map(change.pairs.map(([old, now]) => [now, old]))
  change.steps.forEach((one) => {
    if (one.kind !== 'moved' || one.after === null || change.after === null) return
    const at = change.after.steps.indexOf(one.after)
    const was = oldIndex.get(at) ?? at
    const jumped = change.pairs.filter(([old, now]) => (old < was) !== (now < at) && old !== was)
    const others = jumped.map(([, now]) => change.after?.steps[now] as Step)
    const ids = [one.after, ...others].flatMap((step) => both(null, routeId(step, 'after')))
    const decides = isAction(one.after.does) || others.some((step) => isAction(step.does))
    const first = others[0]
    const name = ruleName(one.after, after)
    const earlier = jumped.length > 0 && (jumped[0] as readonly [number, number])[1] > at
    const text = others.length === 1 && first !== undefined
      ? `Rules ${name} and ${ruleName(first, after)} of ${owner.words} swapped places: ${earlier ? name : ruleName(first, after)} is now tried first.`
      : `The rule ${name} of ${owner.words} moved ${earlier ? 'up in front of' : 'down behind'} ${list(others.map((step) => ruleName(step, after)))}.`
    found.push(say({
      rank: decides ? 4 : 14, id: `rule-moved-${one.after.id}`, tone: decides ? 'warning' : 'notice', text,
      details: [name, ...others.slice(0, 5).map((step) => ruleName(step, after))].map((rule, index) => `${rule}: ${describePredicate((index === 0 ? one.after : others[index - 1])?.when ?? always)}`),
      highlights: [owner.nodeId, ...ids], before: [...firstSpan(one.before), ...jumped.slice(0, 5).flatMap(([old]) => firstSpan(change.before?.steps[old] ?? null))],
      after: [...firstSpan(one.after), ...others.slice(0, 5).flatMap(firstSpan)],
    }))
  })
  return found
}

function stepSentences(change: ScopeChange, owner: Owner, sides: { readonly before: RoutingModel; readonly after: RoutingModel }, routeId: ReturnType<typeof routeIdsByPlace>): readonly Ranked[] {
  const found: Ranked[] = []
  for (const one of change.steps) {
    const step = one.after ?? one.before
    if (step === null || one.kind === 'moved') continue
    const model = one.after === null ? sides.before : sides.after
    const decides = isAction(step.does)
    const note = step.does.kind === 'note'
    const rank = note ? 20 : decides ? 5 : 8
    const tone = note ? 'neutral' : one.kind === 'added' ? 'added' : one.kind === 'removed' ? 'removed' : 'changed'
    const ids = both(routeId(one.before, 'before'), routeId(one.after, 'after'))
    const targets = decides && isAction(step.does) ? actionTargets(step.does, model).pools.map((target) => target.pool.id) : []
    const base = { id: `rule-${one.kind}-${step.id}`, tone, highlights: [owner.nodeId, ...ids, ...targets.slice(0, 20)], before: firstSpan(one.before), after: firstSpan(one.after) } as const
    if (one.kind === 'added') found.push(say({ ...base, rank, text: `New rule in ${owner.words}: ${describeAction(step.does)}, ${condition(step)}.` }))
    else if (one.kind === 'removed') found.push(say({ ...base, rank, text: `Rule removed from ${owner.words}: ${describeAction(step.does)}, ${condition(step)}.` }))
    else if (one.before !== null && one.after !== null) {
      const action = one.settings.find((setting) => setting.setting === 'action')
      const when = one.settings.find((setting) => setting.setting === 'condition')
      const end = one.settings.find((setting) => setting.setting === 'when nothing matched')
      // Told once for the named condition, not again for each rule that uses it.
      if (action === undefined && end === undefined && referenceText(one.before.when) === referenceText(one.after.when)) continue
      const isDefault = step.when.kind === 'true'
      const text = end !== undefined
        ? `Requests that no rule of ${owner.words} matches: ${end.after ?? ''} instead of ${end.before ?? ''}.`
        : action !== undefined
          ? `${isDefault ? `What no other rule of ${owner.words} takes` : `The rule of ${owner.words} for requests where ${describePredicate(one.after.when)}`} changed: ${action.after ?? ''} instead of ${action.before ?? ''}.`
          : `The rule ${ruleName(one.after, sides.after)} of ${owner.words} asks for something else: ${when?.after ?? ''} instead of ${when?.before ?? ''}.`
      found.push(say({ ...base, rank, tone: decides ? 'warning' : tone, text, details: when !== undefined && action !== undefined ? [`condition: ${when.before ?? ''} → ${when.after ?? ''}`] : [] }))
    }
  }
  return found
}

/** What changed in the rules: what can no longer match, order, added, removed and changed rules, meanings of names. */
export function ruleSentences(before: RoutingModel, after: RoutingModel, view: TopologyView, difference: TopologyDifference): readonly Ranked[] {
  const routeId = routeIdsByPlace(view)
  const afterOwners = scopeOwners(after)
  const beforeOwners = scopeOwners(before)
  const found: Ranked[] = [...shadowSentences(before, after, view)]
  const gone = new Set(difference.listeners.filter((change) => change.kind === 'removed' || change.kind === 'added').map((change) => `listener:${(change.after ?? change.before)?.name ?? ''}`))
  for (const change of difference.scopes) {
    const owner = (change.after === null ? undefined : afterOwners.get(change.after.id)) ?? (change.before === null ? undefined : beforeOwners.get(change.before.id))
    // Rules of a listener that came or went as a whole are told with it.
    if (owner === undefined || gone.has(owner.nodeId)) continue
    found.push(...orderSentences(change, owner, after, routeId), ...stepSentences(change, owner, { before, after }, routeId))
  }
  for (const change of difference.conditions) {
    const owner = [...afterOwners.values()].find((one) => one.words.endsWith(` ${change.owner}`))
    const uses = change.afterSteps.length
    found.push(say({
      rank: 3, id: `condition-${change.owner}-${change.name}`, tone: 'warning',
      text: `Condition ${change.name} of ${owner?.words ?? change.owner} means something else: ${change.after} instead of ${change.before}.`,
      details: [uses === 1 ? '1 rule uses it' : `${uses} rules use it`, ...change.afterSteps.slice(0, 5).map((step) => ruleName(step, after))],
      highlights: [...(owner === undefined ? [] : [owner.nodeId]), ...change.afterSteps.slice(0, 50).flatMap((step, index) => both(routeId(change.beforeSteps[index] ?? null, 'before'), routeId(step, 'after')))],
      before: change.beforeSteps.slice(0, 20).flatMap(firstSpan), after: change.afterSteps.slice(0, 20).flatMap(firstSpan),
    }))
  }
  return found
}
