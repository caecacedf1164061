import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Sentence, Tone } from '#shared/presentation/presentation.ts'
import type { Comparison } from '#shared/rpc/payloads.ts'
import type { Span } from '#shared/text/span.ts'
import { toClassFindings } from '#renderer/features/behaviour/class-findings.ts'
import { shownAnswer, toTraffic, toTrafficChip, type Traffic } from '#renderer/features/behaviour/verdict.ts'
import type { AppState, Side } from '#renderer/state/app-state.ts'

/** One card of the panel "What changes for traffic": a class of requests, a difference of the configs, or a check. */
export interface Finding {
  readonly id: string
  readonly kind: 'class' | 'change' | 'check'
  readonly tone: Tone
  readonly text: string
  readonly moves: readonly Move[]
  /** Details that are not a move. */
  readonly details: readonly string[]
  readonly highlights: readonly string[]
  /** What lights up on each side, where the sides differ; null: `highlights` on both. */
  readonly lit: { readonly before: readonly string[]; readonly after: readonly string[] } | null
  readonly before: readonly Span[]
  readonly after: readonly Span[]
  /** Where the text goes when it is chosen; null: to its first lines. */
  readonly place: { readonly side: Side; readonly span: Span } | null
}

/** `label: was → now`; the label may be empty. */
export interface Move {
  readonly label: string
  readonly was: string
  readonly now: string
}

/**
 * Reads `balance: leastconn → roundrobin` and `weights 100:100 → 200:2` as a move with a label; words that the left side
 * has more than the right are the label. Null when the detail has no arrow, or more than one.
 */
export function toMove(detail: string): Move | null {
  const sides = detail.split(' → ')
  if (sides.length !== 2) return null
  const [left, now] = sides as [string, string]
  const colon = left.indexOf(': ')
  if (colon !== -1) return { label: left.slice(0, colon), was: left.slice(colon + 2), now }
  const words = left.split(' ')
  const labelWords = Math.max(0, words.length - now.split(' ').length)
  return { label: words.slice(0, labelWords).join(' '), was: words.slice(labelWords).join(' '), now }
}

export function toneOf(diagnostic: Pick<Diagnostic, 'severity'>): Tone {
  if (diagnostic.severity === 'error') return 'critical'
  return diagnostic.severity === 'warning' ? 'warning' : 'notice'
}

function ofSentence(sentence: Sentence): Finding {
  const moves: Move[] = []
  const details: string[] = []
  for (const detail of sentence.details) {
    const move = toMove(detail)
    if (move === null) details.push(detail)
    else moves.push(move)
  }
  return { id: sentence.id, kind: 'change', tone: sentence.tone, text: sentence.text, moves, details, highlights: sentence.highlights, lit: null, before: sentence.before, after: sentence.after, place: null }
}

function ofCheck(diagnostic: Diagnostic): Finding {
  return {
    id: `check:${diagnostic.fingerprint}`, kind: 'check', tone: toneOf(diagnostic), text: diagnostic.message, moves: [], details: [diagnostic.code],
    highlights: [], lit: null, before: [], after: [diagnostic.at], place: null,
  }
}

/**
 * Classes of requests first, then changes, most important first, then the findings that the candidate brings along. Ids are unique.
 * A finding about lines that a serious change already speaks of is left to that card (and to the tab of checks): the
 * same fact is not ticked twice.
 */
export function toFindings(comparison: Comparison, classes: readonly Finding[] = noFindings): readonly Finding[] {
  const seen = new Set<string>()
  const changes = comparison.sentences.map(ofSentence)
  const serious = changes.filter((change) => change.tone === 'critical' || change.tone === 'warning')
  const said = (at: Span): boolean => serious.some((change) => change.after.some((span) => span.file === at.file && span.start < at.end && at.start < span.end))
  return [...classes, ...changes, ...comparison.checks.introduced.filter((each) => !said(each.at)).map(ofCheck)].filter((finding) => {
    if (seen.has(finding.id)) return false
    seen.add(finding.id)
    return true
  })
}

const noFindings: readonly Finding[] = []

type FindingParts = Pick<AppState, 'before' | 'after' | 'comparison' | 'behaviour' | 'weighing'>
let lastFindings: { readonly parts: readonly unknown[]; readonly findings: readonly Finding[] } | null = null

/** Every card of the pair on the screen; the same list as long as nothing of it changes. */
export function findingsOf(state: FindingParts): readonly Finding[] {
  const comparison = state.comparison.value
  const answer = shownAnswer(toTraffic(state))
  const weights = state.weighing?.result.value ?? null
  const parts = [comparison, answer, weights]
  if (lastFindings !== null && lastFindings.parts.every((part, index) => part === parts[index])) return lastFindings.findings
  const classes = answer === null ? noFindings : toClassFindings(answer, weights)
  const findings = comparison === null ? classes : toFindings(comparison, classes)
  lastFindings = { parts, findings }
  return findings
}

export interface VerdictChip {
  readonly id: 'traffic' | 'changes' | 'introduced' | 'resolved' | 'lines' | 'gaps'
  readonly tone: Tone
  readonly text: string
  readonly hint: string
}

const count = (number: number, one: string, many = `${one}s`): string => `${number.toLocaleString('en')} ${number === 1 ? one : many}`

/** The chips of the top bar: what it does to traffic, how much changed, what it brings along, and what was not looked at. */
export function toVerdict(comparison: Comparison, traffic: Traffic): readonly VerdictChip[] {
  const changes = comparison.sentences.length
  const introduced = comparison.checks.introduced
  const worst: Tone = introduced.some((each) => each.severity === 'error') ? 'critical' : introduced.some((each) => each.severity === 'warning') ? 'warning' : 'neutral'
  const behaviour = toTrafficChip(traffic)
  const chips: VerdictChip[] = [
    ...(behaviour === null ? [] : [{ id: 'traffic' as const, ...behaviour }]),
    { id: 'changes', tone: changes === 0 ? 'neutral' : 'changed', text: changes === 0 ? 'no changes found' : count(changes, 'change'), hint: 'Differences between the two configs, in plain English' },
  ]
  if (introduced.length > 0) chips.push({ id: 'introduced', tone: worst, text: `${count(introduced.length, 'check')} introduced`, hint: 'Findings that the candidate has and the baseline does not' })
  if (comparison.checks.resolved.length > 0) chips.push({ id: 'resolved', tone: 'ok', text: `${count(comparison.checks.resolved.length, 'check')} resolved`, hint: 'Findings of the baseline that the candidate no longer has' })
  chips.push({ id: 'lines', tone: 'neutral', text: toLinesChanged(comparison.text), hint: 'Lines added and removed over all files' })
  if (comparison.notModelled.length > 0) chips.push({ id: 'gaps', tone: 'unknown', text: `${comparison.notModelled.length} not modelled`, hint: 'Parts of the configs that are shown but not understood' })
  return chips
}

export function toLinesChanged(text: Comparison['text']): string {
  return text.added + text.removed === 0 ? 'no lines changed' : `+${text.added.toLocaleString('en')} −${text.removed.toLocaleString('en')} lines`
}

/** The sentence at the head of the panel. */
export function toHeadline(comparison: Comparison): string {
  const { pools, sentences, text } = comparison
  if (sentences.length === 0) return text.added + text.removed === 0 ? 'The two configs have the same text.' : 'Lines differ, but nothing in the topology does.'
  const parts = [
    [pools.added.length, 'pool added', 'pools added'], [pools.removed.length, 'pool removed', 'pools removed'],
    [pools.changed.length, 'pool changed', 'pools changed'], [pools.renamed.length, 'pool renamed', 'pools renamed'],
  ] as const
  const named = parts.filter(([number]) => number > 0).map(([number, one, many]) => count(number, one, many))
  return `${count(sentences.length, 'difference')} in routes, pools and servers${named.length === 0 ? '' : `: ${named.join(', ')}`}.`
}
