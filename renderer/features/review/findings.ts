import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Sentence, Tone } from '#shared/presentation/presentation.ts'
import type { Comparison } from '#shared/rpc/payloads.ts'
import type { Span } from '#shared/text/span.ts'

/** One card of the panel "What changes". */
export interface Finding {
  readonly id: string
  readonly kind: 'change' | 'check'
  readonly tone: Tone
  readonly text: string
  readonly moves: readonly Move[]
  /** Details that are not a move. */
  readonly details: readonly string[]
  readonly highlights: readonly string[]
  readonly before: readonly Span[]
  readonly after: readonly Span[]
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
  return { id: sentence.id, kind: 'change', tone: sentence.tone, text: sentence.text, moves, details, highlights: sentence.highlights, before: sentence.before, after: sentence.after }
}

function ofCheck(diagnostic: Diagnostic): Finding {
  return {
    id: `check:${diagnostic.fingerprint}`, kind: 'check', tone: toneOf(diagnostic), text: diagnostic.message, moves: [], details: [diagnostic.code],
    highlights: [], before: [], after: [diagnostic.at],
  }
}

/**
 * Changes first, most important first, then the findings that the candidate brings along. Ids are unique.
 * A finding about lines that a serious change already speaks of is left to that card (and to the tab of checks): the
 * same fact is not ticked twice.
 */
export function toFindings(comparison: Comparison): readonly Finding[] {
  const seen = new Set<string>()
  const changes = comparison.sentences.map(ofSentence)
  const serious = changes.filter((change) => change.tone === 'critical' || change.tone === 'warning')
  const said = (at: Span): boolean => serious.some((change) => change.after.some((span) => span.file === at.file && span.start < at.end && at.start < span.end))
  return [...changes, ...comparison.checks.introduced.filter((each) => !said(each.at)).map(ofCheck)].filter((finding) => {
    if (seen.has(finding.id)) return false
    seen.add(finding.id)
    return true
  })
}

export interface VerdictChip {
  readonly id: 'changes' | 'introduced' | 'resolved' | 'lines' | 'behaviour' | 'gaps'
  readonly tone: Tone
  readonly text: string
  readonly hint: string
}

const count = (number: number, one: string, many = `${one}s`): string => `${number.toLocaleString('en')} ${number === 1 ? one : many}`

/** The chips of the top bar: how much changed, what it brings along, and what was not looked at. */
export function toVerdict(comparison: Comparison): readonly VerdictChip[] {
  const changes = comparison.sentences.length
  const introduced = comparison.checks.introduced
  const worst: Tone = introduced.some((each) => each.severity === 'error') ? 'critical' : introduced.some((each) => each.severity === 'warning') ? 'warning' : 'neutral'
  const chips: VerdictChip[] = [
    { id: 'changes', tone: changes === 0 ? 'neutral' : 'changed', text: changes === 0 ? 'no changes found' : count(changes, 'change'), hint: 'Differences between the two configs, in plain English' },
  ]
  if (introduced.length > 0) chips.push({ id: 'introduced', tone: worst, text: `${count(introduced.length, 'check')} introduced`, hint: 'Findings that the candidate has and the baseline does not' })
  if (comparison.checks.resolved.length > 0) chips.push({ id: 'resolved', tone: 'ok', text: `${count(comparison.checks.resolved.length, 'check')} resolved`, hint: 'Findings of the baseline that the candidate no longer has' })
  chips.push({ id: 'lines', tone: 'neutral', text: toLinesChanged(comparison.text), hint: 'Lines added and removed over all files' })
  if (comparison.notModelled.length > 0) chips.push({ id: 'gaps', tone: 'unknown', text: `${comparison.notModelled.length} not modelled`, hint: 'Parts of the configs that are shown but not understood' })
  chips.push({ id: 'behaviour', tone: 'unknown', text: 'behaviour: not computed yet', hint: comparison.behaviour.reason })
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
