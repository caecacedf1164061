import type { Selection } from '#renderer/state/app-state.ts'
import type { TopologyAnswer } from '#shared/rpc/payloads.ts'
import type { Finding } from './findings.ts'

/** Ids lit in each way of drawing. */
export interface Lit {
  readonly overlay: readonly string[]
  readonly before: readonly string[]
  readonly after: readonly string[]
  /** A path shows by itself what is chosen: without rings, so that its own colours and dashes stay visible. */
  readonly isPath: boolean
}

/** The same ids on both sides. */
function litEverywhere(ids: readonly string[]): Lit {
  return { overlay: ids, before: ids, after: ids, isPath: false }
}

const nothingLit = litEverywhere([])

/** What is lit while everything else is dimmed: the boxes of a card that was chosen, on the side they belong to; nothing when a box was chosen itself. */
export function toLit(selection: Selection, findings: readonly Finding[]): Lit {
  const finding = findings.find((each) => each.id === selection.sentenceId)
  if (finding === undefined || finding.highlights.length === 0) return nothingLit
  const same = finding.highlights.length === selection.ids.length && finding.highlights.every((id, index) => selection.ids[index] === id)
  if (!same) return nothingLit
  return finding.lit === null ? litEverywhere(finding.highlights) : { ...finding.lit, overlay: finding.highlights, isPath: true }
}

export function toHiddenCounts(answer: TopologyAnswer): { readonly byFilter: number; readonly byLimit: number; readonly folded: number } {
  return { byFilter: answer.totals.hiddenByFilter, byLimit: answer.totals.hiddenByLimit, folded: answer.totals.folded }
}
