import type { BehaviourAnswer, BehaviourClass, TrafficWeights } from '#shared/rpc/payloads.ts'
import type { Span } from '#shared/text/span.ts'
import type { Finding } from '#renderer/features/review/findings.ts'
import type { Side } from '#renderer/state/app-state.ts'
import { rankClasses, toFindingId } from './class-cards.ts'
import { toMoveWords } from './outcome-words.ts'

/** Classes as findings, so that selection, keys, palette and ticks treat them like every other one. */
export function toClassFindings(answer: Pick<BehaviourAnswer, 'differs'>, weights: TrafficWeights | null): readonly Finding[] {
  return rankClasses(answer.differs, weights).map(toClassFinding)
}

function toClassFinding(each: BehaviourClass): Finding {
  const spans = (side: Side): readonly Span[] => {
    const { rule } = each[side]
    const causes = each.cause[side]
    return rule === null || causes.some((at) => at.file === rule.file && at.start === rule.start) ? causes : [...causes, rule]
  }
  return {
    id: toFindingId(each.id), kind: 'class', tone: each.severity, text: each.summary, moves: [{ label: '', ...toMoveWords(each.before.outcome, each.after.outcome) }], details: [each.when],
    highlights: [...new Set([...each.lit.before, ...each.lit.after])], lit: each.lit, before: spans('before'), after: spans('after'), place: placeOf(each),
  }
}

/** Where the text goes when the class is chosen: the line that causes it, on the candidate where both sides have one. */
function placeOf(each: BehaviourClass): Finding['place'] {
  const places: readonly (readonly [Side, Span | null | undefined])[] = [['after', each.cause.after[0]], ['before', each.cause.before[0]], ['after', each.after.rule], ['before', each.before.rule]]
  for (const [side, span] of places) if (span !== null && span !== undefined) return { side, span }
  return null
}
