import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { Arrival } from '#shared/model/decision-space/state.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Formula, World } from '#shared/requests/space/world.ts'
import { memberLimit, type ClassMember, type RequestClass } from './answer.ts'
import { causeOf, distinct, linesOf, listed, type Cause, type Elsewhere } from './cause.ts'
import type { Difference } from './differences.ts'
import { identify } from './identify.ts'
import type { Judged } from './judge.ts'
import { kindOf, severityOf } from './severity.ts'
import { describeClass, type Described } from './summary.ts'
import { plainly } from './plainly.ts'
import { formulaWords, narrownessOf } from './words.ts'

/** A rule pair whose witness was replayed by the simulator. */
export interface Proved {
  readonly arrival: Arrival
  readonly before: DecidingRule
  readonly after: DecidingRule
  /** Whether the rule is new, gone, moved or changed on its side. */
  readonly changed: { readonly before: boolean; readonly after: boolean }
  readonly elsewhere: Elsewhere
  readonly differences: readonly Difference[]
  /** Both conditions; requests that earlier rules take are still in it. */
  readonly both: Formula
  /** Everything that a request of the pair satisfies. */
  readonly required: readonly Formula[]
  /** Equal for pairs of two listeners whose whole conditions are the same. */
  readonly identity: string
  /** Earlier rules that take some of those requests, as far as they were looked at. */
  readonly exceptions: () => readonly Formula[]
  readonly request: RequestInput
  readonly judged: { readonly before: Judged; readonly after: Judged }
  readonly depends: RequestClass['depends']
}

interface Merging {
  readonly world: World
  readonly alias: (pool: string) => string
}

/** Classes of one cause and one change of outcome above this number become one. */
const similarLimit = 6

/** Puts rule pairs together that one sentence can say. Pairs stay disjoint, so classes are. */
export function classesOf(merging: Merging, proved: readonly Proved[]): readonly RequestClass[] {
  const groups = groupBy(proved.map((pair) => ({ pair, cause: causeOf(pair.before, pair.after, pair.changed, pair.elsewhere) })), ({ pair, cause }) => keyOf(merging, pair, cause.key, false))
  const similar = groupBy([...groups.values()], (group) => {
    const first = group[0] as (typeof group)[0]
    return keyOf(merging, first.pair, first.cause.key, true)
  })
  const final = [...similar.values()].flatMap((list) => (list.length > similarLimit ? [list.flat()] : list))
  // Broad classes come first; the caller sorts by severity and keeps this order among equals.
  const narrowness = (group: (typeof final)[0]): number => narrownessOf(merging.world, (group[0] as (typeof group)[0]).pair.both)
  const ranked = final.map((group) => ({ group, rank: narrowness(group) })).sort((a, b) => a.rank - b.rank)
  return ranked.map(({ group }) => toClass(merging, group.map((one) => one.pair), group.map((one) => one.cause)))
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const name = key(item)
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [item])
    else group.push(item)
  }
  return groups
}

/** `coarse`: without the pools of the side that varies. */
function keyOf({ alias }: Merging, pair: Proved, cause: string, coarse: boolean): string {
  const { judged, arrival, differences } = pair
  const kind = kindOf(judged.before.outcome, judged.after.outcome, alias)
  const aspects = [...new Set(differences.map((difference) => `${difference.aspect} ${difference.name ?? ''}`))].sort().join(' ')
  const own = (one: Judged, rule: DecidingRule): string => {
    switch (one.outcome.action) {
      case 'forward': return `forward ${kind === 'rewrite' ? '' : one.outcome.pool} ${rule.destination.kind === 'forward' ? (rule.destination.server ?? '') : ''}`
      case 'redirect': return `redirect ${one.outcome.status} ${rule.at?.start ?? 0}`
      case 'respond': case 'deny': return `${one.outcome.action} ${one.outcome.status}`
      default: return one.outcome.action
    }
  }
  const opaque = pair.depends.map((depend) => `${depend.holds ? '' : '!'}${depend.text}`).join(' ')
  if (!coarse) return [arrival.listener.group, kind, own(judged.before, pair.before), own(judged.after, pair.after), aspects, kind === 'rewrite' ? rewriteCause(cause) : cause, opaque].join('|')
  // One new rule takes requests of many pools, or one lost rule lets them fall to many.
  const side = pair.changed.after && !pair.changed.before ? own(judged.after, pair.after) : pair.changed.before && !pair.changed.after ? own(judged.before, pair.before) : ''
  return [arrival.listener.group, kind, side, aspects, side === '' ? '' : cause].join('|')
}

/** A rewrite changes every rule behind it; the rules themselves do not matter. */
function rewriteCause(cause: string): string {
  return cause === '' ? '' : 'rewrite'
}

function toClass(merging: Merging, pairs: readonly Proved[], causes: readonly Cause[]): RequestClass {
  const first = pairs[0] as Proved
  const { alias, world } = merging
  const kind = kindOf(first.judged.before.outcome, first.judged.after.outcome, alias)
  const aspects = new Set(pairs.flatMap((pair) => pair.differences.map((difference) => difference.aspect)))
  const described: Described = describeClass(world, alias, kind, pairs)
  const members: ClassMember[] = pairs.slice(0, memberLimit).map((pair) => ({
    when: pair === first && pairs.length === 1 ? described.when : formulaWords(world, plainly(world, pair.both)), witness: pair.request,
    before: { outcome: pair.judged.before.outcome, rule: pair.judged.before.rule }, after: { outcome: pair.judged.after.outcome, rule: pair.judged.after.rule },
  }))
  const listener = first.arrival.listener.group
  return {
    id: identify([listener, kind, described.summary, described.when]),
    severity: severityOf(kind, first.judged.before.outcome, first.judged.after.outcome, aspects), kind, listener, when: described.when, summary: described.summary,
    witness: first.request, before: (members[0] as ClassMember).before, after: (members[0] as ClassMember).after,
    cause: { before: distinct(causes.flatMap((cause) => cause.before)).slice(0, 24), after: distinct(causes.flatMap((cause) => cause.after)).slice(0, 24) },
    lines: listed([...causes.flatMap((cause) => cause.before), ...pairs.flatMap((pair) => linesOf(pair.before))], [...causes.flatMap((cause) => cause.after), ...pairs.flatMap((pair) => linesOf(pair.after))]),
    count: pairs.length, members, about: 'rules', depends: first.depends,
  }
}
