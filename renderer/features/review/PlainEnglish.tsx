import { useApp, useAppState } from '#renderer/app/context.ts'
import { Empty, FailureNote, ToneGlyph, Working } from '#renderer/ui/primitives.tsx'
import { toShareChanges } from './shares.ts'
import { findingsOf, toHeadline, type Finding } from './findings.ts'
import { selectFinding } from './selection.ts'
import { useTraffic } from '#renderer/features/behaviour/use-traffic.ts'

/** The comparison as text to read from top to bottom. */
export function PlainEnglish() {
  const { actions, store } = useApp()
  const comparison = useAppState((state) => state.comparison)
  const compared = useAppState((state) => state.before.value !== null)
  const findings = useAppState(findingsOf)
  const traffic = useTraffic()
  if (comparison.state === 'failed') return <FailureNote failure={comparison.failure} onRetry={() => void actions.analyse()} />
  if (comparison.value === null) return <Working text="Comparing…" />
  const { value } = comparison
  const shares = toShareChanges(value.distribution)
  const told = compared ? findings.filter((finding) => finding.kind !== 'check') : []
  const choose = (finding: Finding): void => {
    actions.select(selectFinding(store.get().topology.value?.view ?? null, finding, 0))
  }
  return (
    <div className="english">
      {traffic.state === 'known' && <p className="lead">{traffic.answer.headline.text}</p>}
      {compared ? <p className={traffic.state === 'known' ? 'muted' : 'lead'}>{toHeadline(value)}</p> : <Empty>There is no baseline, so nothing is compared.</Empty>}
      {told.length > 0 && (
        <ol>
          {told.map((finding) => (
            <li key={finding.id}>
              <button type="button" className="plain-sentence" onClick={() => choose(finding)}>
                <ToneGlyph tone={finding.tone} /> {finding.text}
              </button>
              {[...finding.moves.map((move) => `${move.label === '' ? '' : `${move.label}: `}${move.was} → ${move.now}`), ...finding.details].map((line) => <small key={line}>{line}</small>)}
            </li>
          ))}
        </ol>
      )}
      {compared && shares.length > 0 && (
        <section aria-labelledby="shares">
          <h3 id="shares">Expected share of each server</h3>
          <table className="data-table fit">
            <thead><tr><th>Pool</th><th>Server</th><th className="n">Before</th><th className="n">After</th></tr></thead>
            <tbody>
              {shares.map((row) => (
                <tr key={`${row.pool}/${row.server}`}><td>{row.pool}</td><td>{row.server}</td><td className="n">{row.before}</td><td className="n"><b>{row.after}</b></td></tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
      {value.notModelled.length > 0 && (
        <section aria-labelledby="gaps">
          <h3 id="gaps"><ToneGlyph tone="unknown" /> Not modelled</h3>
          <p className="muted">Shown in the picture and in the text, but what they do to traffic is not known here.</p>
          <ul>{value.notModelled.map((sentence) => <li key={sentence.id}>{sentence.text}{sentence.details.map((line) => <small key={line}>{line}</small>)}</li>)}</ul>
        </section>
      )}
    </div>
  )
}
