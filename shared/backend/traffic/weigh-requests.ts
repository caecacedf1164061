import type { BehaviourDiff } from '#shared/analyses/behaviour-diff/index.ts'
import { prepareRouter, type RouteAnswer, type Router } from '#shared/analyses/route/index.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { TrafficWeights } from '#shared/rpc/payloads.ts'
import type { AccessLogReader, LoggedRequest } from '#shared/requests/access-log/logged-request.ts'
import { attribute, type Attributed } from './attribution.ts'
import { createCompleter, type Completer, type OpenFact } from './completions.ts'
import { factsRead, type FactsRead } from './facts.ts'
import { sampleOf } from './sample.ts'
import { tallyOf } from './tally.ts'
import { assumptionsOf, type Notes } from './weigh-words.ts'

export interface Weighing {
  readonly before: RoutingModel
  readonly after: RoutingModel
  readonly diff: Pick<BehaviourDiff, 'differs' | 'complete'>
  /** Name of a pool of the after side → name on the before side. */
  readonly alias: (pool: string) => string
}

/** Distinct requests that are kept apart. */
const maximumDistinct = 300_000
/** Ways through both configs that are followed, all requests together. */
const maximumWays = 150_000

/**
 * Share of each class in the requests of a log.
 *
 * Each distinct request is sent through both configs; the rules that decide it say which class it is in. Where the log
 * leaves a fact open, every way to fill it in is tried: only a request that all of them put in the same place counts
 * there, any other counts as unknown. A line that names the pool it went to rules out ways that lead elsewhere.
 *
 * Shape: shares of all requests of the log; they and `unknownShare` leave the share of what is treated alike.
 * Cost: linear in distinct requests times ways, up to a limit; above it the rare ones are sampled, and that is said.
 */
export function weighRequests(weighing: Weighing, text: string, reader: AccessLogReader): TrafficWeights {
  const { before, after, diff } = weighing
  const facts = factsRead([before, after])
  const tally = tallyOf(text, reader, facts, maximumDistinct)
  const completer = createCompleter({ before, after, diff, facts })
  const judge: Judge = { weighing, facts, completer, before: prepareRouter(before), after: prepareRouter(after), pools: new Set([...before.pools, ...after.pools].map((pool) => pool.name)), affected: diff.complete ? new Set(diff.differs.map((one) => one.listener)) : null }
  const sample = sampleOf(tally, (request) => Math.max(1, completer.planOf(request).completions.length), maximumWays)

  const counts = new Map<string, number>(diff.differs.map((one) => [one.id, 0]))
  const notes: Notes = { open: new Map(), foreign: new Map(), entries: new Set(), limited: false, poolsUsed: false, sniUsed: facts.sni, hasSni: true, truncated: tally.truncated, sampled: sample.followed < sample.all ? sample : null, requests: tally.requests }
  let unknown = tally.truncated
  for (const { request, weight } of sample.requests) {
    const placed = placeOf(judge, request, weight, notes)
    if (placed.kind === 'class') counts.set(placed.id, (counts.get(placed.id) ?? 0) + weight)
    else if (placed.kind === 'unknown') unknown += weight
  }
  const share = (count: number): number => (tally.requests === 0 ? 0 : Math.min(1, count / tally.requests))
  return {
    format: reader.format, requests: tally.requests, skipped: tally.skipped,
    shares: Object.fromEntries([...counts].map(([id, count]) => [id, share(count)])), unknownShare: share(unknown),
    assumptions: [...reader.assumptions, ...assumptionsOf(notes)],
  }
}

interface Judge {
  readonly weighing: Weighing
  readonly facts: FactsRead
  readonly completer: Completer
  readonly before: Router
  readonly after: Router
  readonly pools: ReadonlySet<string>
  /** Entries with a class; null: what differs is not known of all of them. */
  readonly affected: ReadonlySet<string> | null
}

/** One way to fill in the request, and where it leads. */
interface Way {
  readonly before: RouteAnswer
  readonly after: () => RouteAnswer
  readonly placed: () => Attributed
}

const same: Attributed = { kind: 'same' }
const unknown: Attributed = { kind: 'unknown' }

function placeOf(judge: Judge, request: LoggedRequest, weight: number, notes: Notes): Attributed {
  const plan = judge.completer.planOf(request)
  if (request.listenerGroup === null) for (const { entry } of plan.completions) notes.entries.add(entry.groups.join(' / '))
  if (plan.completions.length === 0) {
    const name = request.listenerGroup ?? ''
    notes.foreign.set(name, (notes.foreign.get(name) ?? 0) + weight)
    return unknown
  }
  const { affected } = judge
  if (affected !== null && plan.completions.every(({ entry }) => !entry.groups.some((group) => affected.has(group)))) return same
  notes.limited ||= plan.limited
  notes.hasSni &&= request.sni !== null
  if (judge.facts.source && request.sourceIp === null) return openBy(notes, ['source'], weight)
  const ways = waysOf(judge, request, plan.completions)
  const first = ways[0]?.placed() ?? unknown
  if (ways.every((way) => equal(way.placed(), first))) return first
  // The pool in the line is what the config in force chose: mostly the one before the change.
  const consistent = request.pool === null || !judge.pools.has(request.pool) ? [] : consistentWays(ways, request.pool)
  const chosen = consistent[0]?.placed()
  if (chosen !== undefined && consistent.every((way) => equal(way.placed(), chosen))) {
    notes.poolsUsed = true
    return chosen
  }
  return openBy(notes, plan.open, weight)
}

function openBy(notes: Notes, facts: readonly (OpenFact | 'source')[], weight: number): Attributed {
  const key = facts.join(' ')
  notes.open.set(key, (notes.open.get(key) ?? 0) + weight)
  return unknown
}

function waysOf(judge: Judge, request: LoggedRequest, completions: ReturnType<Completer['planOf']>['completions']): readonly Way[] {
  const { weighing, completer } = judge
  return completions.map((completion) => {
    const completed = completer.complete(request, completion)
    const before = judge.before.route(completed.request, { explain: false })
    let after: RouteAnswer | null = null
    let placed: Attributed | null = null
    const way: Way = {
      before,
      after: () => (after ??= judge.after.route(completed.request, { explain: false })),
      placed: () => (placed ??= placedAt(weighing, before, way.after(), completed.groups)),
    }
    return way
  })
}

/** The entry may have another name on each side; its classes bear one of them. */
function placedAt({ diff, alias }: Weighing, before: RouteAnswer, after: RouteAnswer, groups: readonly string[]): Attributed {
  const group = groups.find((name) => diff.differs.some((one) => one.listener === name)) ?? groups[0] ?? ''
  return attribute(diff, before, after, group, alias)
}

function consistentWays(ways: readonly Way[], pool: string): readonly Way[] {
  const went = (answer: RouteAnswer): boolean => (answer.outcome.action === 'forward' ? answer.outcome.pool === pool : answer.outcome.action === 'split' && answer.outcome.pools.some((part) => part.pool === pool))
  const asBefore = ways.filter((way) => went(way.before))
  return asBefore.length > 0 ? asBefore : ways.filter((way) => went(way.after()))
}

function equal(one: Attributed, other: Attributed): boolean {
  return one.kind === other.kind && (one.kind !== 'class' || other.kind !== 'class' || one.id === other.id)
}
