import { Reader } from '#shared/model/decision-space/reader.ts'
import { Space } from '#shared/model/decision-space/space.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { Solver } from '#shared/requests/space/solver.ts'
import type { Shadowing } from './answer.ts'
import { deadLines, type Reached } from './dead.ts'
import { hiddenParts } from './hidden.ts'
import { linesOf, type Lines } from './lines.ts'
import { overlapsOf } from './overlaps.ts'
import { reachOf, type Reach } from './reach.ts'
import type { Search, ShadowingOptions, WayIn } from './search.ts'
import { unmatchedRequests } from './unmatched.ts'
import { waysIn } from './ways-in.ts'

const outOfTime = 'the time for this analysis is used up'
const unasked: Reach = { kind: 'undecided', because: outOfTime }

/**
 * Rules of one config that no request reaches, values that an earlier rule takes, and requests that no rule decides.
 *
 * Shape: `answer.ts`. Whatever is reported is proved, and each example was sent through the simulator.
 * Errors: none. What the budget does not suffice for is counted in `undecided` and not reported.
 * Source: README of this folder; the request space of the behavioural comparison.
 */
export function findShadowing(model: RoutingModel, options: ShadowingOptions): Shadowing {
  const survey = surveyOf(model, options)
  const { search, lines, reached } = survey
  const dead = deadLines(search, lines, reached)
  const unmatched = unmatchedRequests(search, reached)
  const hidden = hiddenParts(search, lines, reached)
  return {
    dead, hidden, ...overlapsOf(search, lines, reached), unmatched, undecided: undecidedOf(survey),
    work: { listeners: reached.size, rules: [...reached.keys()].reduce((sum, { side }) => sum + side.rules.length, 0), solverCalls: search.solver.calls },
  }
}

/** Every rule of every way in with whether it is reached; nothing where not even the rules could be read in time. */
export interface Survey {
  readonly search: Search
  readonly lines: Lines
  readonly reached: Reached
  readonly complete: boolean
}

export function surveyOf(model: RoutingModel, options: ShadowingOptions): Survey {
  const space = new Space()
  const search: Search = { model, space, reader: new Reader(space, model), solver: new Solver(space.world), ...options }
  const ways = waysIn(search)
  return { search, lines: linesOf(model, ways ?? []), reached: new Map((ways ?? []).map((way) => [way, verdictsOf(search, way)])), complete: ways !== null }
}

function verdictsOf(search: Search, way: WayIn): readonly Reach[] {
  return way.side.rules.map((_, index) => (search.budget.spent() ? unasked : reachOf(search, way, index)))
}

function undecidedOf({ reached, complete }: Survey): Shadowing['undecided'] {
  if (!complete) return { count: 0, because: outOfTime }
  const reasons = new Map<string, number>()
  let count = 0
  for (const verdicts of reached.values()) {
    for (const verdict of verdicts) {
      if (verdict.kind !== 'undecided') continue
      count += 1
      reasons.set(verdict.because, (reasons.get(verdict.because) ?? 0) + 1)
    }
  }
  const [because = null] = [...reasons].sort(([, a], [, b]) => b - a)[0] ?? []
  return { count, because }
}
