import type { Tone } from '#shared/presentation/presentation.ts'
import type { ProofReport, ProvedSide } from '#shared/rpc/payloads.ts'
import type { Span } from '#shared/text/span.ts'
import type { Side } from '#renderer/state/app-state.ts'
import { toOutcomeWords } from './outcome-words.ts'

export interface ProofRow {
  readonly key: string
  readonly side: Side
  readonly expected: string
  readonly observed: string
}

/** What came out of a replay, as the panel shows it. */
export interface ProofView {
  readonly tone: Tone
  readonly sentence: string
  /** The line the sentence speaks of, where it names one. */
  readonly about: { readonly side: Side; readonly at: Span } | null
  /** Witnesses that went elsewhere than the model said: told first and loudly. */
  readonly disagreements: readonly ProofRow[]
  /** Why witnesses were not asked. */
  readonly notes: readonly string[]
  readonly refusals: readonly { readonly key: string; readonly side: Side; readonly reason: string; readonly at: Span | null }[]
  readonly replaced: readonly string[]
}

const tones: Readonly<Record<ProofReport['state'], Tone>> = { proved: 'ok', disagrees: 'critical', partly: 'warning', refused: 'unknown', unavailable: 'unknown' }

/** `classId`: what one card shows of a report on all of them; null: the whole. */
export function toProofView(report: ProofReport, classId: string | null): ProofView | null {
  const witnesses = report.witnesses.filter((each) => classId === null || each.classId === classId)
  const isPart = classId !== null && report.witnesses.length > witnesses.length
  if (isPart && witnesses.length === 0) return null
  const disagreements = witnesses.flatMap((each) => (['before', 'after'] as const).filter((side) => each[side].agrees === false).map((side) => toRow(each.classId, side, each[side])))
  const agreed = witnesses.filter((each) => each.agrees === true).length
  const notes = [...new Set(witnesses.flatMap((each) => (each.note === null ? [] : [each.note])))]
  // The sentence of a refusal says the first of them.
  const said = isPart ? undefined : report.refusals.find((each) => report.sentence.includes(each.reason))
  return {
    tone: isPart ? (disagreements.length > 0 ? 'critical' : agreed === witnesses.length ? 'ok' : 'unknown') : disagreements.length > 0 ? 'critical' : tones[report.state],
    sentence: isPart ? partSentence(report, disagreements.length, agreed, witnesses.length) : report.sentence,
    about: said?.at === null || said === undefined ? null : { side: said.side, at: said.at }, disagreements, notes,
    refusals: isPart ? [] : report.refusals.filter((each) => each !== said).map((each, index) => ({ key: `${index} ${each.side}`, ...each })),
    replaced: isPart ? [] : report.replaced,
  }
}

function partSentence(report: ProofReport, disagreements: number, agreed: number, count: number): string {
  const product = report.product ?? 'the balancer'
  if (disagreements > 0) return `${product} does something else with this witness.`
  return agreed === count ? `Proved on ${product}.` : `${product} was not asked about this class on both sides.`
}

function toRow(classId: string, side: Side, { expected, observed }: ProvedSide): ProofRow {
  return { key: `${classId} ${side}`, side, expected: toOutcomeWords(expected), observed: observed ?? 'nothing' }
}
