import type { Selection } from '#renderer/state/app-state.ts'
import type { TopologyAnswer } from '#shared/rpc/payloads.ts'
import type { Finding } from './findings.ts'

/** Ids lit in each way of drawing. */
export interface Lit {
  readonly overlay: readonly string[]
  readonly before: readonly string[]
  readonly after: readonly string[]
}

/** The same ids on both sides. */
export function litEverywhere(ids: readonly string[]): Lit {
  return { overlay: ids, before: ids, after: ids }
}

/** What is lit while everything else is dimmed: the boxes of a card that was chosen; nothing when a box was chosen itself. */
export function toLit(selection: Selection, findings: readonly Finding[]): readonly string[] {
  const finding = findings.find((each) => each.id === selection.sentenceId)
  if (finding === undefined || finding.highlights.length === 0) return []
  const same = finding.highlights.length === selection.ids.length && finding.highlights.every((id, index) => selection.ids[index] === id)
  return same ? finding.highlights : []
}

export function toHiddenCounts(answer: TopologyAnswer): { readonly byFilter: number; readonly byLimit: number; readonly folded: number } {
  return { byFilter: answer.totals.hiddenByFilter, byLimit: answer.totals.hiddenByLimit, folded: answer.totals.folded }
}
