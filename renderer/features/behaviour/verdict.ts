import type { UnknownRegion } from '#shared/analyses/behaviour-diff/answer.ts'
import type { Failure } from '#shared/diagnostics/failure.ts'
import type { Tone } from '#shared/presentation/presentation.ts'
import type { BehaviourAnswer, Verdict } from '#shared/rpc/payloads.ts'
import type { Span } from '#shared/text/span.ts'
import type { AppState, PairBehaviour, Side } from '#renderer/state/app-state.ts'
import { kindWords } from './class-cards.ts'

/**
 * What is known about traffic right now. An answer about other configs than those on the screen is never `known`:
 * while they are compared, it stays only as `previous`.
 */
export type Traffic =
  | { readonly state: 'none' }
  | { readonly state: 'working'; readonly previous: BehaviourAnswer | null }
  | { readonly state: 'failed'; readonly failure: Failure }
  | { readonly state: 'known'; readonly answer: BehaviourAnswer }

export function toTraffic(state: Pick<AppState, 'behaviour' | 'before' | 'after'>): Traffic {
  const { behaviour } = state
  const pair = pairOf(state)
  if (pair === null) return { state: 'none' }
  const { value } = behaviour
  if (behaviour.state === 'failed') return { state: 'failed', failure: behaviour.failure }
  if (behaviour.state === 'ready' && behaviour.value.before === pair.before && behaviour.value.after === pair.after) return { state: 'known', answer: behaviour.value.answer }
  return { state: 'working', previous: value !== null && value.sources === pair.sources ? value.answer : null }
}

/** The two configs on the screen by their ids, and by where they come from; null: there is nothing to compare. */
export function pairOf(state: Pick<AppState, 'before' | 'after'>): Omit<PairBehaviour, 'answer'> | null {
  const before = state.before.value?.summary
  const after = state.after.value?.summary
  if (before === undefined || after === undefined) return null
  return { before: before.configId, after: after.configId, sources: [before, after].map(({ source, dialect }) => `${dialect} ${source}`).join('\n') }
}

/** The answer whose cards stand on the screen: the known one, or that about the same sources while they are compared again. */
export function shownAnswer(traffic: Traffic): BehaviourAnswer | null {
  return traffic.state === 'known' ? traffic.answer : traffic.state === 'working' ? traffic.previous : null
}

/** The verdict that may be shown: what is not known never counts as the same, whatever the answer calls it. */
export function verdictOf(answer: Pick<BehaviourAnswer, 'verdict' | 'differs' | 'unknown'>): Verdict {
  if (answer.differs.length > 0) return 'changed'
  return answer.unknown.length > 0 ? 'may-differ' : answer.verdict
}

/** Why something is not known, with the requests it concerns. */
export interface UnknownPlace {
  readonly key: string
  readonly because: string
  readonly side: Side
  readonly at: Span
  readonly whens: readonly string[]
}

export interface Banner {
  readonly tone: Tone
  readonly word: string
  readonly sentence: string
  /** True: drawn hatched, as everything unknown is. */
  readonly isUnknown: boolean
  readonly unknown: readonly UnknownPlace[]
  /** How much work stands behind it. */
  readonly work: string
}

const verdictWords: Readonly<Record<Verdict, string>> = { identical: 'Identical for traffic', changed: 'Traffic changes', 'may-differ': 'Traffic may differ' }

export function toBanner(answer: BehaviourAnswer): Banner {
  const verdict = verdictOf(answer)
  const { work } = answer
  const figure = (value: number, one: string): string => `${value.toLocaleString('en')} ${one}${value === 1 ? '' : 's'}`
  return {
    tone: verdict === 'identical' ? 'ok' : verdict === 'may-differ' ? 'unknown' : worstTone(answer),
    word: verdict === 'changed' && answer.differs.length === 0 ? 'Only settings change' : verdictWords[verdict], sentence: answer.headline.text, isUnknown: verdict === 'may-differ', unknown: groupUnknown(answer.unknown),
    work: `Looked at ${figure(work.rules, 'rule')}, ${work.changedRules.toLocaleString('en')} of them changed, in ${work.milliseconds < 1 ? 'under 1' : Math.round(work.milliseconds).toLocaleString('en')} ms.`,
  }
}

export function worstTone(answer: Pick<BehaviourAnswer, 'differs'>): Tone {
  const has = (severity: string): boolean => answer.differs.some((each) => each.severity === severity)
  return has('critical') ? 'critical' : has('warning') ? 'warning' : 'notice'
}

/** One entry per line and reason; the requests it makes unknown stand under it. */
function groupUnknown(regions: readonly UnknownRegion[]): readonly UnknownPlace[] {
  const groups = new Map<string, { readonly place: Omit<UnknownPlace, 'whens'>; readonly whens: Set<string> }>()
  for (const region of regions) {
    const key = `${region.side} ${region.at.file} ${region.at.start} ${region.because}`
    const group = groups.get(key) ?? { place: { key, because: region.because, side: region.side, at: region.at }, whens: new Set<string>() }
    group.whens.add(region.listener === null || region.when === '' ? region.when : `${region.when} (${region.listener})`)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ place, whens }) => ({ ...place, whens: [...whens].filter((when) => when !== '') }))
}

export interface TrafficChip {
  readonly tone: Tone
  readonly text: string
  readonly hint: string
}

/** The verdict as a chip of the top bar; null: nothing is compared. */
export function toTrafficChip(traffic: Traffic): TrafficChip | null {
  switch (traffic.state) {
    case 'none': return null
    case 'working': return { tone: 'unknown', text: 'traffic: comparing…', hint: 'Every request that the two configs can tell apart is being compared' }
    case 'failed': return { tone: 'unknown', text: 'traffic: not known', hint: traffic.failure.message }
    case 'known': return toKnownChip(traffic.answer)
  }
}

function toKnownChip(answer: BehaviourAnswer): TrafficChip {
  const hint = answer.headline.text
  switch (verdictOf(answer)) {
    case 'identical': return { tone: 'ok', text: 'traffic: identical', hint }
    case 'may-differ': return { tone: 'unknown', text: 'traffic may differ', hint }
    case 'changed': return { tone: worstTone(answer), text: answer.differs.length === 0 ? 'only settings change' : `${countWords(answer)}${answer.unknown.length > 0 ? ', some unknown' : ''}`, hint }
  }
}

/** `2 misroutes` where every class is one, else how many there are: `1 misroute, 3 more changes`. */
function countWords(answer: Pick<BehaviourAnswer, 'differs'>): string {
  const misroutes = answer.differs.filter((each) => each.kind === 'misroute').length
  const rest = answer.differs.length - misroutes
  const first = answer.differs[0]
  if (misroutes === 0) return rest === 1 && first !== undefined ? `traffic: ${kindWords[first.kind]}` : `${rest} changes for traffic`
  const words = `${misroutes} misroute${misroutes === 1 ? '' : 's'}`
  return rest === 0 ? words : `${words}, ${rest} more ${rest === 1 ? 'change' : 'changes'}`
}
