import { ToneGlyph } from '#renderer/ui/primitives.tsx'
import { LineLink } from './LineButton.tsx'
import type { ProofView } from './proof-view.ts'

/** What the real balancer did. A disagreement stands first and cannot be overlooked. */
export function ProofNote({ proof }: { readonly proof: ProofView }) {
  return (
    <div className={`proof tone-${proof.tone}`} role={proof.disagreements.length > 0 ? 'alert' : 'status'}>
      <p className="proof-head"><ToneGlyph tone={proof.tone} /> {proof.sentence} {proof.about !== null && <LineLink {...proof.about} />}</p>
      {proof.disagreements.map((row) => (
        <dl key={row.key} className="proof-row">
          <dt>{row.side === 'before' ? 'Baseline, expected' : 'Candidate, expected'}</dt><dd>{row.expected}</dd>
          <dt>observed</dt><dd><b>{row.observed}</b></dd>
        </dl>
      ))}
      {proof.refusals.map((refusal) => (
        <p key={refusal.key}>{refusal.reason} {refusal.at !== null && <LineLink side={refusal.side} at={refusal.at} />}</p>
      ))}
      {proof.notes.map((note) => <p key={note}>{note}</p>)}
      {proof.replaced.length > 0 && <Folded title="What was replaced for the replay" items={proof.replaced} />}
    </div>
  )
}

/** Sentences that few need, one click away and counted. */
export function Folded({ title, items }: { readonly title: string; readonly items: readonly string[] }) {
  return (
    <details className="folded">
      <summary>{title} <span className="count">{items.length}</span></summary>
      <ul>{items.map((item) => <li key={item}>{item}</li>)}</ul>
    </details>
  )
}
