import type { Diagnostic, DiagnosticCode, Severity } from '#shared/diagnostics/diagnostic.ts'
import type { Shadowing } from './answer.ts'

/**
 * One kind of finding of this analysis, with everything about it. `bad` and `good` are complete configs of the dialect
 * `example`: the first yields the finding, the second does not.
 */
export interface ShadowingCheck {
  readonly code: DiagnosticCode
  readonly severity: Severity
  readonly title: string
  readonly why: string
  readonly example: string
  readonly bad: string
  readonly good: string
  readonly source: string
  readonly postmortem: string | null
  /** True where a structural check reports the plain cases under the same code. */
  readonly sharesCode: boolean
  findings(answer: Shadowing): readonly Diagnostic[]
}
