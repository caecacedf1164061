import { differ } from '#shared/analyses/behaviour-diff/judge.ts'
import type { ListenerDiff } from '#shared/analyses/behaviour-diff/listener-diff.ts'
import { standingOf, type Standing } from '#shared/analyses/behaviour-diff/membership.ts'
import type { FoundPair } from '#shared/analyses/behaviour-diff/rule-pairs.ts'
import type { RequestClass } from '#shared/analyses/behaviour-diff/answer.ts'
import { modelOf } from '#shared/model/decision-space/model-of.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Listener, RoutingModel } from '#shared/model/routing-model.ts'
import { evaluateFormula } from '#shared/requests/space/world.ts'
import type { ComparedPair } from './behaviour-pair.ts'
import type { SentRequest } from './boundary-requests.ts'

/** Where one request stands, worked out when it is asked for. */
export interface Place {
  /** The pair of the rules that decide it, where they differ. */
  readonly pair: FoundPair | null
  readonly mayDiffer: boolean
  /** A class for the pool of the request covers it. */
  readonly byPool: boolean
}

/** What the two simulators say about one request, and where the answer of the comparison puts it. */
export interface Verdict {
  /** Null: a simulator is not certain. */
  readonly differs: boolean | null
  /** Differing pairs whose formulas hold, all of them. */
  readonly pairs: readonly FoundPair[]
  readonly place: () => Place
}

const nowhere: Place = { pair: null, mayDiffer: false, byPool: false }

const takes = (model: RoutingModel, port: number): Listener | null => model.listeners.find((one) => one.addresses.some((address) => address.fromPort <= port && port <= address.toPort)) ?? null

/** The comparison of the listener that takes the request; twins of it are compared once. Null: one side does not listen there. */
export function listenerOf({ result, before, after }: ComparedPair, { input, port }: SentRequest): ListenerDiff | null {
  const fits = (one: ListenerDiff): boolean => one.arrival.tls === (input.scheme === 'https')
  const listener = takes(after, port)
  if (listener === null || takes(before, port) === null) return null
  const own = result.listeners.find((one) => fits(one) && one.arrival.listener.addresses.some((address) => address.fromPort <= port && port <= address.toPort))
  return own ?? result.listeners.find((one) => fits(one) && one.arrival.listener.group === listener.group) ?? null
}

/** A class says that one side does not listen on `port`. */
export function listenerCovers({ result, before, after }: ComparedPair, port: number): boolean {
  const alike = (other: number): boolean => [before, after].every((model) => takes(model, port) === takes(model, other))
  return result.diff.differs.some((one) => one.kind === 'listener' && alike(portOf(one.witness)))
}

/** Classes that are not made of rule pairs: about a pool, or a listener. */
export function poolClasses({ result }: ComparedPair): readonly RequestClass[] {
  return result.diff.differs.filter((one) => one.about === 'pools')
}

/** Listener and pool of every class about pools: the rules that decide its witnesses lead there. */
export function coveredPools(pair: ComparedPair): ReadonlySet<string> {
  const found = new Set<string>()
  for (const { listener, members } of poolClasses(pair)) {
    for (const { witness } of members) {
      const sent = { input: witness, port: portOf(witness) }
      const diff = listenerOf(pair, sent)
      for (const pool of diff === null ? [] : poolsAt(pair, diff, sent).both) found.add(`${listener} ${pool}`)
    }
  }
  return found
}

export function portOf(request: RequestInput): number {
  return Number(/:(\d+)$/.exec(request.listener ?? '')?.[1] ?? 0)
}

/** The deciding pair, and the pool that its rules lead to on both sides; what the simulators say where something opaque decides. */
function poolsAt(pair: ComparedPair, diff: ListenerDiff, { input, port }: SentRequest): { readonly standing: Standing; readonly both: readonly string[] } {
  const standing = standingOf(pair.result.comparison.space.world, diff, input, port)
  const pool = (side: 'before' | 'after', index: number | null): string | null => {
    if (index !== null) return diff.sides[side].rules[index]?.pool ?? null
    const { outcome } = pair.judge[side](input)
    return outcome.action === 'forward' ? outcome.pool : null
  }
  const [was, is] = [pool('before', standing.before), pool('after', standing.after)]
  if (standing.before === null || standing.after === null) return { standing, both: [...(was === null ? [] : [was]), ...(is === null ? [] : [pair.alias(is)])] }
  return { standing, both: was !== null && is !== null && was === pair.alias(is) ? [was] : [] }
}

export function verdictOf(pair: ComparedPair, sent: SentRequest, covered: ReadonlySet<string>): Verdict {
  const { input, port } = sent
  const [before, after] = [pair.judge.before(input), pair.judge.after(input)]
  const diff = listenerOf(pair, sent)
  if (diff === null) throw new Error(`no comparison of the listener on port ${port}`)
  const differs = before.certain && after.certain ? differ(before, after, pair.alias) : null
  // Where the comparison found nothing there is nothing to be in.
  if (diff.found.length === 0 && covered.size === 0) return { differs, pairs: [], place: () => nowhere }
  const { world } = pair.result.comparison.space
  const model = modelOf(input, diff.arrival, port)
  const holds = (found: FoundPair): boolean => found.required.every((formula) => evaluateFormula(world, formula, model, () => null) === true)
  return {
    differs, pairs: diff.found.filter(holds),
    place() {
      const { standing, both } = poolsAt(pair, diff, sent)
      return { pair: standing.pair, mayDiffer: standing.mayDiffer, byPool: both.some((pool) => covered.has(`${diff.arrival.listener.group} ${pool}`)) }
    },
  }
}
