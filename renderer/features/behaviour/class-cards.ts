import type { Severity } from '#shared/analyses/behaviour-diff/answer.ts'
import type { RequestInput } from '#shared/model/request.ts'
import type { Tone } from '#shared/presentation/presentation.ts'
import type { BehaviourAnswer, BehaviourClass, TrafficWeights } from '#shared/rpc/payloads.ts'
import type { Span } from '#shared/text/span.ts'
import type { Side } from '#renderer/state/app-state.ts'
import { toShare } from '#renderer/features/review/shares.ts'
import { toMoveWords } from './outcome-words.ts'

/** A line a card leads to. `at` null: no line decides, the product answers by itself. */
export interface CardLine {
  readonly side: Side
  readonly role: 'decides' | 'cause'
  readonly at: Span | null
}

export interface MemberRow {
  readonly key: string
  readonly when: string
  readonly was: string
  readonly now: string
  readonly witness: RequestInput
}

/** One class of requests as its card shows it. */
export interface ClassCard {
  /** Id of the finding: what selection and ticks know it by. */
  readonly id: string
  readonly classId: string
  readonly severity: Severity
  readonly tone: Tone
  /** `Critical · misroute`. */
  readonly word: string
  readonly sentence: string
  readonly was: string
  readonly now: string
  /** Where requests go stays; other shares by chance are told by the sentence alone. */
  readonly isMetDifferently: boolean
  readonly when: string
  readonly witness: RequestInput
  readonly curl: string
  /** `≈ 31 % of logged requests`; null: nothing was weighed. */
  readonly share: string | null
  readonly lines: readonly CardLine[]
  /** Conditions that are not modelled and on which the class depends. */
  readonly depends: readonly string[]
  readonly members: readonly MemberRow[]
  /** What the class stands for besides what the card shows, in `unit`s, and how many of them are not listed. */
  readonly unit: 'rule pair' | 'pool' | 'listener'
  readonly more: number
  readonly unlisted: number
}

export const severityWords: Readonly<Record<Severity, string>> = { critical: 'Critical', warning: 'Warning', notice: 'Notice' }
const severityRank: Readonly<Record<Severity, number>> = { critical: 0, warning: 1, notice: 2 }
export const kindWords: Readonly<Record<BehaviourClass['kind'], string>> = {
  misroute: 'misroute', unreachable: 'no longer reached', 'newly-reachable': 'newly reached', status: 'another answer', redirect: 'redirect', rewrite: 'rewrite', policy: 'shares or settings', listener: 'listener',
}

const units = { rules: 'rule pair', pools: 'pool', listeners: 'listener' } as const

export function toFindingId(classId: string): string {
  return `class:${classId}`
}

/** As delivered; where an access log was weighed, the larger share first among classes of one severity. */
export function rankClasses(classes: readonly BehaviourClass[], weights: TrafficWeights | null): readonly BehaviourClass[] {
  if (weights === null) return classes
  const share = (each: BehaviourClass): number => weights.shares[each.id] ?? 0
  return classes.toSorted((a, b) => severityRank[a.severity] - severityRank[b.severity] || share(b) - share(a))
}

export function toClassCards(answer: Pick<BehaviourAnswer, 'differs'>, weights: TrafficWeights | null): readonly ClassCard[] {
  return rankClasses(answer.differs, weights).map((each) => toClassCard(each, weights))
}

export function toClassCard(each: BehaviourClass, weights: TrafficWeights | null): ClassCard {
  const share = weights === null ? null : (weights.shares[each.id] ?? 0)
  return {
    id: toFindingId(each.id), classId: each.id, severity: each.severity, tone: each.severity, word: `${severityWords[each.severity]} · ${kindWords[each.kind]}`,
    sentence: each.summary, ...toMoveWords(each.before.outcome, each.after.outcome), isMetDifferently: each.kind === 'policy', when: each.when, witness: each.witness, curl: each.curl,
    share: share === null ? null : share === 0 ? 'no logged request' : `≈ ${toShare(share)} of logged requests`,
    lines: toLines(each),
    depends: each.depends.map((one) => `Only where ${one.text} ${one.holds ? 'holds' : 'does not hold'}, which is not modelled.`),
    members: each.members.slice(each.members.length > 1 ? 0 : 1).map((member, index) => ({ key: `${index} ${member.when}`, when: member.when, ...toMoveWords(member.before.outcome, member.after.outcome), witness: member.witness })),
    unit: units[each.about], more: Math.max(0, each.count - 1), unlisted: Math.max(0, each.count - each.members.length),
  }
}

/** Both deciding lines, then the lines that cause it and are not among them. */
function toLines(each: BehaviourClass): readonly CardLine[] {
  const decides: readonly CardLine[] = [{ side: 'before', role: 'decides', at: each.before.rule }, { side: 'after', role: 'decides', at: each.after.rule }]
  const causes = (['before', 'after'] as const).flatMap((side) => each.cause[side].filter((at) => !overlaps(at, each[side].rule)).map((at): CardLine => ({ side, role: 'cause', at })))
  return [...decides, ...causes]
}

function overlaps(at: Span, other: Span | null): boolean {
  return other !== null && at.file === other.file && at.start <= other.end && other.start <= at.end
}
