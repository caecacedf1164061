import type { Lit } from '#renderer/features/review/picture-state.ts'
import type { Side } from '#renderer/state/app-state.ts'
import type { TraceAnswer } from '#shared/rpc/payloads.ts'

export interface TraceSide {
  readonly side: Side
  readonly answer: TraceAnswer
}

/** Which answer belongs to which side. Both sides may be the same config; then the answer stands twice. */
export function toTraceSides(answers: readonly TraceAnswer[], beforeId: string | null, afterId: string | null): readonly TraceSide[] {
  const of = (id: string | null, side: Side): readonly TraceSide[] => {
    const answer = id === null ? undefined : answers.find((each) => each.configId === id)
    return answer === undefined ? [] : [{ side, answer }]
  }
  return [...of(beforeId, 'before'), ...of(afterId, 'after')]
}

/** The path on each side; the overlay lights both. */
export function toTraceLit(sides: readonly TraceSide[]): Lit {
  const of = (side: Side): readonly string[] => sides.filter((each) => each.side === side).flatMap((each) => each.answer.lit)
  return { before: of('before'), after: of('after'), overlay: [...new Set([...of('before'), ...of('after')])], isPath: true }
}
