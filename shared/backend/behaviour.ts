import { areTwoProducts, behaviourSteps, comparedPools, compareBehaviour, type BehaviourComparison, type BehaviourOptions, type Judge, type Judged } from '#shared/analyses/behaviour-diff/index.ts'
import { prepareRouter } from '#shared/analyses/route/index.ts'
import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { BehaviourAnswer, Verdict } from '#shared/rpc/payloads.ts'
import type { Sentence } from '#shared/presentation/presentation.ts'
import { comparePair } from './compare.ts'
import { toCurl } from './curl.ts'
import type { Pair, PairStore } from './pairs.ts'
import type { ClockPort, Ports } from './ports.ts'
import { refusedRegions } from './refused.ts'
import { litOf } from './trace.ts'

/** Time for one comparison before the rest is called unknown. */
const deadlineMs = 30_000
const maxBranches = 20_000
const breathEveryMs = 12

export function behaviourHandlers(ports: Ports, pairs: PairStore): Pick<Handlers<SteelyardContract>, 'behaviour.compare'> {
  return {
    async 'behaviour.compare'({ before, after }, context) {
      const pair = pairs(before, after)
      if (!pair.ok) return pair
      if (pair.value.before === null) return failed('bad-params', 'Comparing behaviour takes two configs.')
      const ready = known.get(pair.value)
      if (ready !== undefined) return ok(ready.answer)
      const compared = await compareInSteps(ports.clock, pair.value, deadlineMs, context.cancelled)
      return compared === null ? failed('cancelled', 'Comparing behaviour was cancelled.') : ok(remember(ports, pair.value, compared).answer)
    },
  }
}

/**
 * The comparison of a pair while other work goes on in between; null: it was cancelled.
 *
 * Units: `limitMs` is when the rest is called unknown.
 */
export async function compareInSteps(clock: ClockPort, pair: Pair, limitMs: number, cancelled: () => boolean): Promise<BehaviourComparison | null> {
  const before = pair.before ?? pair.after
  const steps = behaviourSteps(before.model, pair.after.model, optionsOf(clock, pair, limitMs))
  let last = clock.milliseconds()
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    if (clock.milliseconds() - last < breathEveryMs) continue
    await clock.breathe()
    if (cancelled()) return null
    last = clock.milliseconds()
  }
}

interface Known {
  readonly answer: BehaviourAnswer
  readonly comparison: BehaviourComparison | null
}

const known = new WeakMap<Pair, Known>()

/** Which requests go somewhere else, computed once per pair. With one config: nothing does. */
export function behaviourOf(ports: Ports, pair: Pair): BehaviourAnswer {
  return knownOf(ports, pair).answer
}

/** The comparison behind `behaviourOf`, for questions about single requests; null with one config. */
export function comparisonOf(ports: Ports, pair: Pair): BehaviourComparison | null {
  return knownOf(ports, pair).comparison
}

function knownOf(ports: Ports, pair: Pair): Known {
  const found = known.get(pair)
  if (found !== undefined) return found
  const before = pair.before ?? pair.after
  return remember(ports, pair, compareBehaviour(before.model, pair.after.model, optionsOf(ports.clock, pair, deadlineMs)))
}

/** The simulator as the judge of a comparison. */
export function judgeOf(before: RoutingModel, after: RoutingModel): Judge {
  const side = (model: RoutingModel): ((request: RequestInput) => Judged) => {
    const router = prepareRouter(model)
    return (request) => router.route(request, { explain: false })
  }
  return { before: side(before), after: side(after) }
}

function optionsOf(clock: ClockPort, pair: Pair, limitMs: number): BehaviourOptions {
  const before = pair.before ?? pair.after
  const started = clock.milliseconds()
  if (areTwoProducts(before.model, pair.after.model)) {
    return {
      judge: judgeOf(before.model, pair.after.model), poolNames: pair.poolNames, changedPools: [...comparedPools(before.model, pair.after.model, pair.poolNames).values()],
      budget: { maxBranches, spent: () => clock.milliseconds() - started > limitMs }, milliseconds: () => clock.milliseconds(),
    }
  }
  const changes = pair.difference()?.pools ?? []
  const renamed = changes.flatMap((change): (readonly [string, string])[] => (change.kind === 'renamed' ? [[(change.after as Pool).name, (change.before as Pool).name]] : []))
  return {
    judge: judgeOf(before.model, pair.after.model), poolNames: new Map([...renamed, ...pair.poolNames]),
    changedPools: changes.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : [])),
    budget: { maxBranches, spent: () => clock.milliseconds() - started > limitMs }, milliseconds: () => clock.milliseconds(),
  }
}

function remember(ports: Ports, pair: Pair, compared: BehaviourComparison): Known {
  const { after } = pair
  const before = pair.before ?? after
  const unknown = [...compared.diff.unknown, ...refusedRegions(before, after)]
  const diff = { ...compared.diff, unknown, complete: unknown.length === 0 }
  const comparison = { ...compared, diff }
  const difference = pair.difference()
  const topology = comparePair(ports, pair)
  const others = difference !== null && !areTwoProducts(before.model, after.model) && (difference.pools.length > 0 || difference.listeners.length > 0)
  const verdict: Verdict = diff.differs.length > 0 || topology.distribution.length > 0 ? 'changed' : !diff.complete ? 'may-differ' : others ? 'changed' : 'identical'
  const view = diff.differs.length === 0 ? null : pair.view()
  const lit = (side: 'before' | 'after', model: RoutingModel, request: RequestInput): readonly string[] =>
    (view === null ? [] : litOf(view, model, prepareRouter(model).route(request, { explain: false }), side))
  const answer: BehaviourAnswer = {
    ...diff, verdict, headline: headlineOf(verdict, diff),
    differs: diff.differs.map((one) => ({ ...one, curl: toCurl(one.witness), lit: { before: lit('before', before.model, one.witness), after: lit('after', after.model, one.witness) } })),
  }
  const entry: Known = { answer, comparison }
  known.set(pair, entry)
  return entry
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

function headlineOf(verdict: Verdict, { differs, unknown, assumptions }: BehaviourComparison['diff']): Sentence {
  const open = unknown.length === 0 ? '' : ` For ${counted(unknown.length, 'kind', 'kinds')} of requests it cannot be told.`
  const first = differs[0]
  const text = first !== undefined ? `${counted(differs.length, 'class', 'classes')} of requests ${differs.length === 1 ? 'changes' : 'change'}.${open}`
    : verdict === 'identical' ? 'No request is treated differently.'
      : verdict === 'changed' ? `No request goes elsewhere, but pools or settings differ.${open}`
        : `No difference was found, but it is not proved that there is none.${open}`
  return {
    id: 'behaviour', tone: first !== undefined ? (first.severity === 'critical' ? 'critical' : first.severity) : verdict === 'identical' ? 'ok' : verdict === 'may-differ' ? 'unknown' : 'notice',
    text, details: [...unknown.map((region) => region.because), ...assumptions], highlights: [], before: [], after: [],
  }
}
