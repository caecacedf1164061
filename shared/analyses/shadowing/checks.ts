import { bySeverityThenPlace, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Shadowing } from './answer.ts'
import type { ShadowingCheck } from './check.ts'
import { contradiction } from './rules/contradiction.ts'
import { deadRule } from './rules/dead-rule.ts'
import { hiddenPart } from './rules/hidden-part.ts'
import { overlap } from './rules/overlap.ts'
import { unmatched } from './rules/unmatched.ts'

/** Every kind of finding of this analysis. */
export const shadowingChecks: readonly ShadowingCheck[] = [contradiction, deadRule, hiddenPart, overlap, unmatched]

/** Everything that an answer has to say, most severe first. */
export function shadowingFindings(answer: Shadowing): readonly Diagnostic[] {
  return shadowingChecks.flatMap((check) => check.findings(answer)).sort(bySeverityThenPlace)
}
