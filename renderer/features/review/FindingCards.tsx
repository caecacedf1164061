import { useApp, useAppState } from '#renderer/app/context.ts'
import { Chip, ToneGlyph } from '#renderer/ui/primitives.tsx'
import { CardList } from './CardList.tsx'
import type { Finding } from './findings.ts'
import { toPlaces } from './places.ts'

/** Differences of the configs, or checks, under a title with their count. Nothing is shown where there are none. */
export function FindingCards({ title, lead, findings }: { readonly title: string; readonly lead: string | null; readonly findings: readonly Finding[] }) {
  const reviewed = useAppState((state) => state.reviewed)
  const chosen = useAppState((state) => state.selection.sentenceId)
  const related = useAppState((state) => state.selection.related)
  if (findings.length === 0) return null
  return (
    <section className="card-section" aria-label={title}>
      <h3>{title} <span className="count">{findings.length}</span></h3>
      {lead !== null && <p className="muted lead">{lead}</p>}
      <CardList items={findings} chosen={chosen}>
        {(finding) => <Card finding={finding} chosen={finding.id === chosen} related={related.includes(finding.id)} reviewed={reviewed.has(finding.id)} />}
      </CardList>
    </section>
  )
}

function Card({ finding, chosen, related, reviewed }: { readonly finding: Finding; readonly chosen: boolean; readonly related: boolean; readonly reviewed: boolean }) {
  const { actions } = useApp()
  const places = useAppState((state) => toPlaces(state, finding.before, finding.after))
  return (
    <article className={`card tone-${finding.tone} ${chosen ? 'sel' : related ? 'rel' : ''} ${reviewed ? 'done' : ''}`}>
      <button type="button" className="card-body" aria-pressed={chosen} onClick={() => actions.chooseFinding(finding)}>
        <span className="card-title">
          <ToneGlyph tone={finding.tone} />
          {finding.text}
        </span>
        {finding.moves.map((move) => (
          <span className="move" key={`${move.label} ${move.was} ${move.now}`}>
            {move.label !== '' && <span className="move-label">{move.label}</span>}
            <s className="was">{move.was}</s>
            <span aria-hidden="true">→</span>
            <span className="sr-only">becomes</span>
            <span className="now">{move.now}</span>
          </span>
        ))}
        {finding.details.map((detail) => (
          <span className="detail" key={detail}>{detail}</span>
        ))}
      </button>
      <div className="meta">
        {places !== null && <span>{places}</span>}
        {finding.kind === 'check' && <Chip>check</Chip>}
        <label className="tick">
          <input type="checkbox" checked={reviewed} onChange={() => actions.toggleReviewed(finding.id)} />
          reviewed
        </label>
      </div>
    </article>
  )
}
