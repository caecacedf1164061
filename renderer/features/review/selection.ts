import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Span } from '#shared/text/span.ts'
import type { TopologyView } from '#shared/view/topology-view.ts'
import type { Selection, Side } from '#renderer/state/app-state.ts'
import type { Finding } from './findings.ts'

interface Element {
  readonly id: string
  readonly before: readonly Span[]
  readonly after: readonly Span[]
}

function elementsOf(view: TopologyView): readonly Element[] {
  return [...view.nodes, ...view.edges]
}

function cardsOf(about: readonly Finding[]): Pick<Selection, 'sentenceId' | 'related'> {
  return { sentenceId: about[0]?.id ?? null, related: about.map((finding) => finding.id) }
}

/** Where the lines of a selection stand: the candidate's, or the baseline's for what was removed. */
function firstPlace(before: readonly Span[], after: readonly Span[]): { readonly side: Side; readonly span: Span } | null {
  const candidate = after[0]
  if (candidate !== undefined) return { side: 'after', span: candidate }
  const baseline = before[0]
  return baseline === undefined ? null : { side: 'before', span: baseline }
}

function withReveal(parts: Omit<Selection, 'reveal'>, serial: number): Selection {
  const place = firstPlace(parts.before, parts.after)
  return { ...parts, reveal: place === null ? null : { ...place, serial } }
}

/** Boxes or edges were chosen in the picture or its table. The cards that speak of them are chosen with them. */
export function selectElements(view: TopologyView, findings: readonly Finding[], ids: readonly string[], serial: number): Selection {
  const wanted = new Set(ids)
  const chosen = elementsOf(view).filter((element) => wanted.has(element.id))
  const about = findings.filter((finding) => finding.highlights.some((id) => wanted.has(id)))
  return withReveal({ ids, ...cardsOf(about), before: chosen.flatMap((each) => each.before), after: chosen.flatMap((each) => each.after) }, serial)
}

/** A card was chosen: its boxes and its lines follow. A finding of a check has lines only; the boxes that own them follow. */
export function selectFinding(view: TopologyView | null, finding: Finding, serial: number): Selection {
  const place = firstPlace(finding.before, finding.after)
  const ids = finding.highlights.length > 0 || view === null || place === null ? finding.highlights : elementsAt(view, place.side, place.span.file, place.span.start)
  const selection = withReveal({ ids, sentenceId: finding.id, related: [finding.id], before: finding.before, after: finding.after }, serial)
  return finding.place === null ? selection : { ...selection, reveal: { ...finding.place, serial } }
}

/** Every box and edge whose lines hold the place, those with the shortest lines only: the most exact answer. */
export function elementsAt(view: TopologyView, side: Side, file: string, offset: number): readonly string[] {
  let shortest = Infinity
  let ids: string[] = []
  for (const element of elementsOf(view)) {
    for (const span of element[side]) {
      if (span.file !== file || offset < span.start || offset > span.end) continue
      const length = span.end - span.start
      if (length < shortest) {
        shortest = length
        ids = [element.id]
      } else if (length === shortest && !ids.includes(element.id)) ids.push(element.id)
    }
  }
  return ids
}

/** The caret moved in the text: boxes and card follow, the text itself is not scrolled. */
export function selectPlace(view: TopologyView, findings: readonly Finding[], side: Side, file: string, offset: number): Selection {
  const ids = elementsAt(view, side, file, offset)
  const holds = (span: Span): boolean => span.file === file && offset >= span.start && offset <= span.end
  const exact = findings.filter((finding) => finding[side].some(holds))
  const about = exact.length > 0 || ids.length === 0 ? exact : findings.filter((finding) => finding.highlights.some((id) => ids.includes(id)))
  // The lines of a class on both sides are marked where they stand: its partner across is what a reader looks for next.
  const marked = exact[0]?.kind === 'class' ? exact[0] : null
  return { ids, ...cardsOf(about), before: marked?.before ?? [], after: marked?.after ?? [], reveal: null }
}

/** A finding of a check was chosen: go to its line. */
export function selectDiagnostic(view: TopologyView | null, diagnostic: Diagnostic, side: Side, serial: number): Selection {
  return {
    ids: view === null ? [] : elementsAt(view, side, diagnostic.at.file, diagnostic.at.start),
    sentenceId: `check:${diagnostic.fingerprint}`, related: [],
    before: side === 'before' ? [diagnostic.at] : [], after: side === 'after' ? [diagnostic.at] : [],
    reveal: { side, span: diagnostic.at, serial },
  }
}

/** The finding `step` places after the chosen one, round the end; the first when none is chosen. */
export function neighbourFinding(findings: readonly Finding[], chosen: string | null, step: 1 | -1): Finding | null {
  if (findings.length === 0) return null
  const at = findings.findIndex((finding) => finding.id === chosen)
  const next = at === -1 ? (step === 1 ? 0 : findings.length - 1) : (at + step + findings.length) % findings.length
  return findings[next] ?? null
}
