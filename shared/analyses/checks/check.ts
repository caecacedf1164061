import type { Diagnostic, DiagnosticCode, Severity } from '#shared/diagnostics/diagnostic.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'

/**
 * One rule about the neutral model. Everything about it stands in its own file.
 *
 * `bad` and `good` are complete configs of the dialect `example`: the first yields the finding, the second does not.
 */
export interface NeutralCheck {
  readonly code: DiagnosticCode
  readonly severity: Severity
  /** Plain title for lists and checklists. */
  readonly title: string
  readonly why: string
  readonly example: string
  readonly bad: string
  readonly good: string
  /** Manual section or experiment id. */
  readonly source: string
  /** Which of the five outages it would have caught, if any. */
  readonly postmortem: string | null
  run(model: RoutingModel): readonly Diagnostic[]
}
