import type { Sentence, Table } from '#shared/presentation/presentation.ts'
import type { Span } from '#shared/text/span.ts'
import type { BehaviourDiff, RequestClass } from './answer.ts'
import { outcomeWords } from './words.ts'

/** The answer in the building blocks that every screen and report shows. */
export function presentBehaviour(diff: BehaviourDiff): { readonly headline: Sentence; readonly sentences: readonly Sentence[]; readonly tables: readonly Table[] } {
  const { differs, unknown } = diff
  const worst = differs[0]
  const open = unknown.length === 0 ? '' : ` For ${unknown.length} ${unknown.length === 1 ? 'kind' : 'kinds'} of requests it cannot be told.`
  return {
    headline: {
      id: 'behaviour', tone: worst?.severity ?? (unknown.length > 0 ? 'unknown' : 'ok'), details: diff.assumptions, highlights: [], before: [], after: [],
      text: `${differs.length === 0 ? 'No class of requests changes.' : `${differs.length} ${differs.length === 1 ? 'class' : 'classes'} of requests ${differs.length === 1 ? 'changes' : 'change'}.`}${open}`,
    },
    sentences: [
      ...differs.map(toSentence),
      ...unknown.map((region, index): Sentence => ({
        id: `unknown-${index}`, tone: 'unknown', text: `${region.when}: ${region.because}`, details: [], highlights: [],
        before: region.side === 'before' ? [region.at] : [], after: region.side === 'after' ? [region.at] : [],
      })),
    ],
    tables: [{
      columns: [{ key: 'when', title: 'Requests', numeric: false }, { key: 'before', title: 'Was', numeric: false }, { key: 'after', title: 'Now', numeric: false }, { key: 'count', title: 'Rule pairs', numeric: true }],
      rows: differs.map((one) => ({ id: one.id, cells: { when: one.when, before: outcomeWords(one.before.outcome), after: outcomeWords(one.after.outcome), count: one.count }, tone: one.severity, highlights: [] })),
    }],
  }
}

function toSentence(one: RequestClass): Sentence {
  return { id: one.id, tone: one.severity, text: one.summary, details: [one.when], highlights: [], before: one.cause.before, after: one.cause.after }
}

/** The line to show beside a class: the one that decided, or, where no rule differs, the first one that does. */
export function shownLine(one: RequestClass, side: 'before' | 'after'): Span | null {
  return one.about === 'rules' ? one[side].rule : one.cause[side][0] ?? one[side].rule
}

/** How many of what a class stands for; empty: one. */
export function countWords({ count, about }: RequestClass): string {
  return count === 1 ? '' : ` (${count} ${about === 'rules' ? 'rule pairs' : about})`
}
