import type { Tone } from '#shared/presentation/presentation.ts'
import type { BehaviourAnswer, BehaviourClass, FilePair, TextHunk } from '#shared/rpc/payloads.ts'
import type { Span } from '#shared/text/span.ts'
import type { EditorHunkRow } from '#renderer/editor/props.ts'
import type { Side } from '#renderer/state/app-state.ts'
import { toFindingId } from './class-cards.ts'

/**
 * Zero-based line of an offset in the shown text of one side; -1 before its first line, `Infinity` behind its last.
 * A part of a long text knows only its own lines.
 */
export type LineOf = (side: Side, offset: number) => number

/** Most rows an editor carries: beyond, only those with classes are kept, then the first ones. */
export const mostRows = 400

type Effect =
  | { readonly kind: 'classes'; readonly classes: readonly BehaviourClass[]; readonly isSure: boolean }
  | { readonly kind: 'none' }
  /** Lines of a rule that changed, which no class names. */
  | { readonly kind: 'part' }
  | { readonly kind: 'unknown'; readonly touches: boolean }

/**
 * What each changed stretch of one file pair does to traffic.
 *
 * A class belongs to a stretch when a line that causes it or takes part in deciding it lies inside. "No effect" is said
 * only when nothing at all is unknown and no rule, condition or effect that changed has a line there; otherwise a stretch without a class says that it cannot
 * be told. Stretches that reach over the edge of a part say nothing.
 */
export function toHunkRows(pair: Pick<FilePair, 'before' | 'after' | 'hunks'>, answer: Pick<BehaviourAnswer, 'differs' | 'unknown' | 'complete' | 'changedLines'>, lineOf: LineOf, shown: Readonly<Record<Side, { readonly start: number; readonly end: number }>>): readonly EditorHunkRow[] {
  const places = answer.differs.map((each) => ({ each, before: linesOf('before', spansOf(each, 'before')), after: linesOf('after', spansOf(each, 'after')) }))
  const unknown = answer.unknown.map((region) => ({ side: region.side, lines: linesOf(region.side, [region.at]) }))
  // With nothing that differs, everything is proved the same, and it does not matter which rules were written anew.
  const isSame = answer.complete && answer.unknown.length === 0 && answer.differs.length === 0
  const isAttributed = answer.changedLines !== null && answer.differs.every((each) => each.lines !== null && spansOf(each, 'before').length + spansOf(each, 'after').length > 0)
  const isComplete = isSame || (answer.complete && answer.unknown.length === 0 && isAttributed)
  const changed = isSame || answer.changedLines === null ? { before: [], after: [] } : { before: linesOf('before', answer.changedLines.before), after: linesOf('after', answer.changedLines.after) }

  function linesOf(side: Side, spans: readonly Span[]): readonly (readonly [number, number])[] {
    return spans.filter((span) => span.file === pair[side]).map((span) => [lineOf(side, span.start), lineOf(side, Math.max(span.start, span.end - 1))] as const)
  }
  const touches = (lines: readonly (readonly [number, number])[], start: number, end: number): boolean => lines.some(([from, to]) => from < end && to >= start)
  const inside = (hunk: TextHunk, before: readonly (readonly [number, number])[], after: readonly (readonly [number, number])[]): boolean =>
    touches(before, hunk.beforeStart, hunk.beforeEnd) || touches(after, hunk.afterStart, hunk.afterEnd)

  const rows = pair.hunks
    .filter((hunk) => hunk.beforeStart >= shown.before.start && hunk.beforeEnd <= shown.before.end && hunk.afterStart >= shown.after.start && hunk.afterEnd <= shown.after.end)
    .map((hunk): { readonly hunk: TextHunk; readonly effect: Effect } => {
      const classes = places.filter(({ before, after }) => inside(hunk, before, after)).map(({ each }) => each)
      const isUnknown = unknown.some(({ side, lines }) => (side === 'before' ? inside(hunk, lines, []) : inside(hunk, [], lines)))
      if (classes.length > 0) return { hunk, effect: { kind: 'classes', classes, isSure: !isUnknown } }
      if (isComplete && inside(hunk, changed.before, changed.after)) return { hunk, effect: { kind: 'part' } }
      return { hunk, effect: isComplete ? { kind: 'none' } : { kind: 'unknown', touches: isUnknown } }
    })
  const kept = rows.length <= mostRows ? rows : [...rows.filter(({ effect }) => effect.kind === 'classes'), ...rows.filter(({ effect }) => effect.kind !== 'classes')].slice(0, mostRows)
  return kept.map(({ hunk, effect }) => ({
    beforeLine: hunk.beforeStart - shown.before.start, afterLine: hunk.afterStart - shown.after.start, side: hunk.afterEnd > hunk.afterStart ? 'after' : 'before', ...toWords(effect),
  }))
}

function spansOf(each: BehaviourClass, side: Side): readonly Span[] {
  const { rule } = each[side]
  return [...each.cause[side], ...(each.lines?.[side] ?? []), ...(rule === null ? [] : [rule])]
}

function toWords(effect: Effect): { readonly text: string; readonly tone: Tone; readonly detail: string; readonly key: string | null } {
  switch (effect.kind) {
    case 'part': return { text: 'part of a changed rule', tone: 'neutral', detail: 'no class of requests names these lines', key: null }
    case 'none': return { text: 'no effect on routing', tone: 'ok', detail: '', key: null }
    case 'unknown': return { text: 'cannot tell', tone: 'unknown', detail: effect.touches ? 'something here is not modelled' : 'no change of traffic found, but not everything is known', key: null }
    case 'classes': {
      const { classes } = effect
      const first = classes[0]
      const tone: Tone = classes.some((each) => each.severity === 'critical') ? 'critical' : classes.some((each) => each.severity === 'warning') ? 'warning' : 'notice'
      return {
        text: `${classes.length} ${classes.length === 1 ? 'class' : 'classes'}${effect.isSure ? '' : ', more unknown'}`, tone,
        detail: first?.summary ?? '', key: first === undefined ? null : toFindingId(first.id),
      }
    }
  }
}
