import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { mayLieIn } from '#shared/model/decision-space/model-of.ts'
import { requestOf } from '#shared/model/decision-space/request-of.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { Span } from '#shared/text/span.ts'
import { memberLimit, type RequestClass, type UnknownRegion } from './answer.ts'
import { distinct, listed } from './cause.ts'
import { identify } from './identify.ts'
import type { Comparison, ListenerDiff } from './listener-diff.ts'
import { listedNames } from './phrases.ts'
import { policyOf, type ChangedPool, type PoolPolicy, type SettingSense } from './pool-changes.ts'
import { anchorsOfRule, mergeAnchors } from '#shared/model/decision-space/anchors.ts'
import { earlier } from '#shared/model/decision-space/rule-side.ts'
import { kindOf } from './severity.ts'

/** Rule pairs that are tried for a witness of one pool. */
const triedPairs = 200

/** One class (or region that cannot be told) for each listener and each pool whose requests stay but meet other servers, shares or checks. */
export function policyClasses(comparison: Comparison, diffs: readonly ListenerDiff[], changed: readonly ChangedPool[], sense: SettingSense, told: ReadonlySet<string>): { readonly classes: readonly RequestClass[]; readonly unknown: readonly UnknownRegion[] } {
  const classes: RequestClass[] = []
  const unknown: UnknownRegion[] = []
  for (const pool of changed) {
    const policy = policyOf(pool, sense, told)
    if (policy === null) continue
    for (const diff of diffs) {
      const found = classFor(comparison, diff, pool, policy)
      if (found === null) continue
      if ('because' in found) unknown.push(found)
      else if (!classes.some((known) => known.id === found.id)) classes.push(found)
    }
  }
  return { classes: merged(classes), unknown }
}

const poolWhen = 'the request goes to pool '

/** Pools of one listener that differ in the same way are one class. */
function merged(classes: readonly RequestClass[]): readonly RequestClass[] {
  const groups = new Map<string, RequestClass[]>()
  for (const one of classes) {
    const key = `${one.listener}|${one.kind}|${one.severity}|${one.summary.replace(/^[^:]*/, '')}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [one])
    else group.push(one)
  }
  return [...groups.values()].map((group) => {
    const [first] = group as [RequestClass]
    if (group.length === 1) return first
    const pools = group.map((one) => one.when.replace(poolWhen, ''))
    const text = first.summary.replace(/^[^:]*: /, '')
    return {
      ...first, id: identify(['policy', first.listener, ...pools, text]), summary: `Requests for ${listedNames(pools, 'pool', 'pools')}: ${text}`, when: `the request goes to one of ${pools.length} pools`,
      cause: { before: distinct(group.flatMap((one) => one.cause.before)).slice(0, 24), after: distinct(group.flatMap((one) => one.cause.after)).slice(0, 24) },
      lines: listed(group.flatMap((one) => one.lines?.before ?? []), group.flatMap((one) => one.lines?.after ?? [])),
      count: group.length, members: group.flatMap((one) => one.members).slice(0, memberLimit),
    }
  })
}

function classFor(comparison: Comparison, diff: ListenerDiff, { before, after }: ChangedPool, policy: PoolPolicy): RequestClass | UnknownRegion | null {
  const { space, solver, budget, judge, alias } = comparison
  const { world } = space
  const goesTo = (rule: DecidingRule, name: string): boolean => rule.pool === name && rule.destination.kind === 'forward'
  const left = indexesOf(diff.sides.before.rules, (rule) => goesTo(rule, before.name))
  const right = indexesOf(diff.sides.after.rules, (rule) => goesTo(rule, after.name))
  let tries = 0
  // Null only when it is proved that no request gets to the pool on both sides.
  let doubt: string | null = null
  for (const one of left) {
    const partner = diff.alignment.beforePartner[one] as number
    const others = partner === -1 ? right : right.filter((other) => other === partner || diff.alignment.afterPartner[other] === -1)
    for (const other of others) {
      tries += 1
      if (tries > triedPairs || budget.spent()) return regionOf(diff, after, policy, 'not every way to the pool was looked at')
      const [first, second] = [diff.sides.before.rules[one] as DecidingRule, diff.sides.after.rules[other] as DecidingRule]
      const anchors = mergeAnchors(anchorsOfRule(space, first), anchorsOfRule(space, second))
      const both = world.and(first.formula, second.formula)
      const required = [both, ...earlier(world, diff.sides.before, one, anchors, both), ...earlier(world, diff.sides.after, other, anchors, both)]
      const solution = solver.solve(required, budget)
      if (solution.kind === 'gave-up') doubt = solution.reason
      if (solution.kind !== 'sat') continue
      // A witness that hangs on an opaque condition shows nothing; another rule may lead to the pool without one.
      const opaque = [...solution.witness.flags].find(([, holds]) => holds)
      if (opaque !== undefined) {
        doubt = `requests get there only where ${space.flags.get(opaque[0] * 2)?.text ?? 'an unmodelled condition'} holds`
        continue
      }
      const request = requestOf(world, solution.witness, diff.arrival)
      if (!mayLieIn(world, required, request, diff.arrival)) {
        doubt = 'no request was found that gets there'
        continue
      }
      const judged = { before: judge.before(request), after: judge.after(request) }
      const sides = { before: { outcome: judged.before.outcome, rule: judged.before.rule }, after: { outcome: judged.after.outcome, rule: judged.after.rule } }
      const text = policy.sentences.slice(0, 3).join('; ')
      const summary = `Requests for pool ${after.name}: ${text}.`
      const when = `${poolWhen}${after.name}`
      const kind = kindOf(judged.before.outcome, judged.after.outcome, alias)
      const listener = diff.arrival.listener.group
      return {
        id: identify(['policy', listener, after.name, text]), severity: policy.severity, kind: kind === 'unreachable' || kind === 'newly-reachable' ? kind : 'policy', listener, when, summary, witness: request, ...sides,
        cause: policy.cause, lines: listed(poolLines(before), poolLines(after)), count: 1, members: [{ when, witness: request, ...sides }], about: 'pools', depends: [],
      }
    }
  }
  return doubt === null ? null : regionOf(diff, after, policy, doubt)
}

/** Every line that shapes the pool: its own, those of its servers, and what they inherit. */
function poolLines(pool: Pool): readonly Span[] {
  return [...pool.origin, ...pool.members.flatMap((member) => member.origin), ...pool.algorithm.origin, ...pool.persistence.flatMap((one) => one.origin), ...(pool.check?.origin ?? [])]
}

function regionOf(diff: ListenerDiff, pool: Pool, policy: PoolPolicy, doubt: string): UnknownRegion {
  return {
    listener: diff.arrival.listener.group, when: `requests that reach pool ${pool.name}`, because: `Pool ${pool.name} differs (${policy.sentences[0] ?? ''}), and whether requests get there cannot be told: ${doubt}.`,
    side: 'after', at: pool.origin[0] ?? { file: '', start: 0, end: 0 },
  }
}

function indexesOf(rules: readonly DecidingRule[], test: (rule: DecidingRule) => boolean): readonly number[] {
  return rules.flatMap((rule, index) => (test(rule) ? [index] : []))
}
