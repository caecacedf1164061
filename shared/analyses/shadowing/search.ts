import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { Reader } from '#shared/model/decision-space/reader.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import type { Side } from '#shared/model/decision-space/rule-side.ts'
import type { Arrival } from '#shared/model/decision-space/state.ts'
import type { Outcome } from '#shared/model/outcome.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { Budget, Solver } from '#shared/requests/space/solver.ts'
import type { Span } from '#shared/text/span.ts'

/** What the simulator says about one request; an implementation of its own, so it checks the solver. */
export type Judge = (request: RequestInput) => { readonly outcome: Outcome; readonly rule: Span | null; readonly certain: boolean }

export interface ShadowingOptions {
  readonly judge: Judge
  /** What it does not suffice for stays undecided. */
  readonly budget: Budget
  /** Lines that another check calls dead already: they are left out. */
  readonly reported: (at: Span) => boolean
}

/** Everything that the steps of this analysis share. */
export interface Search extends ShadowingOptions {
  readonly model: RoutingModel
  readonly space: Space
  readonly reader: Reader
  readonly solver: Solver
}

/** The rules of one listener for one kind of connection. */
export interface WayIn {
  readonly arrival: Arrival
  readonly side: Side
}

export const ruleAt = (side: Side, index: number): DecidingRule => side.rules[index] as DecidingRule
