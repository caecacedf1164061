import { bySeverityThenPlace, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { neutralChecks } from './all.ts'

export { neutralChecks }
export { presentChecks } from './present.ts'
export type { NeutralCheck } from './check.ts'

/** Findings of every neutral rule about one model, most severe first. Cost: linear in elements, apart from `shadowedSteps`. */
export function runChecks(model: RoutingModel): readonly Diagnostic[] {
  return neutralChecks.flatMap((check) => check.run(model)).sort(bySeverityThenPlace)
}
