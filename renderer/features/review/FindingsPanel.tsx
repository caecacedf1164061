import { useEffect, useRef } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { FirstSteps } from '#renderer/features/first-run/FirstSteps.tsx'
import { Button, Chip, Empty, FailureNote, ToneGlyph, Working } from '#renderer/ui/primitives.tsx'
import { toHeadline, type Finding } from './findings.ts'
import { toPlaces } from './places.ts'

/** "What changes": one card per finding; choosing a card chooses its boxes and its lines. */
export function FindingsPanel({ findings }: { readonly findings: readonly Finding[] }) {
  const { actions, client, store } = useApp()
  const comparison = useAppState((state) => state.comparison)
  const before = useAppState((state) => state.before)
  const reviewed = useAppState((state) => state.reviewed)
  const chosen = useAppState((state) => state.selection.sentenceId)
  const list = useRef<HTMLOListElement>(null)
  const seen = findings.filter((finding) => reviewed.has(finding.id)).length

  useEffect(() => {
    if (chosen !== null) list.current?.querySelector(`[data-finding="${CSS.escape(chosen)}"]`)?.scrollIntoView({ block: 'nearest' })
  }, [chosen])

  const copy = async (): Promise<void> => {
    const { before: left, after: right } = store.get()
    if (right.value === null) return
    const text = await client.call('compare.markdown', { before: left.value?.summary.configId ?? null, after: right.value.summary.configId })
    if (!text.ok) {
      actions.notify(text.failure.message, 'problem')
      return
    }
    await navigator.clipboard.writeText(text.value.text).then(
      () => actions.notify('The review is in the clipboard, as Markdown.', 'ok'),
      (error: unknown) => actions.notify(`The review could not be copied: ${error instanceof Error ? error.message : String(error)}`, 'problem'),
    )
  }
  const restore = async (): Promise<void> => {
    const source = store.get().after.value?.summary.source
    if (source === undefined) return
    const snapshots = await client.call('history.list', { source })
    const good = snapshots.ok ? snapshots.value.find((each) => each.isKnownGood) : undefined
    if (good === undefined) actions.notify(snapshots.ok ? 'Nothing has been approved as known good for this config yet.' : snapshots.failure.message, 'problem')
    else actions.openDialog({ kind: 'restore', snapshotId: good.snapshotId, source })
  }

  return (
    <aside className="side" id="findings" tabIndex={-1} aria-label="What changes">
      <header>
        <h2>
          What changes
          {findings.length > 0 && (
            <span className="chip reviewed" title="Findings ticked as reviewed (V)">
              {seen}/{findings.length} reviewed
            </span>
          )}
        </h2>
        {before.value === null && <p className="muted">Nothing to compare with: choose a baseline above, or drop two files.</p>}
        {before.value !== null && comparison.value !== null && (
          <p className="muted">
            {toHeadline(comparison.value)} <span className="nowrap"><ToneGlyph tone="unknown" /> Behaviour is not computed yet.</span>
          </p>
        )}
        {comparison.state === 'loading' && <Working text="Comparing…" />}
        {comparison.state === 'failed' && <FailureNote failure={comparison.failure} onRetry={() => void actions.analyse()} />}
        {findings.length > 0 && <progress className="review-progress" max={findings.length} value={seen} aria-label="Reviewed findings" />}
      </header>
      <FirstSteps />
      <ol className="cards" ref={list}>
        {findings.map((finding) => (
          <li key={finding.id} data-finding={finding.id}>
            <Card finding={finding} chosen={finding.id === chosen} reviewed={reviewed.has(finding.id)} />
          </li>
        ))}
      </ol>
      {before.value !== null && comparison.state === 'ready' && findings.length === 0 && <Empty>Nothing differs in routes, pools or servers.</Empty>}
      {comparison.value !== null && comparison.value.notModelled.length > 0 && (
        <p className="not-modelled">
          <ToneGlyph tone="unknown" /> Not modelled: {comparison.value.notModelled.length} {comparison.value.notModelled.length === 1 ? 'place' : 'places'}.{' '}
          <button type="button" className="link" onClick={() => actions.showDrawerTab('english')}>Show</button>
        </p>
      )}
      <footer className="foot">
        <Button disabled={before.value === null} onClick={() => void copy()}>Copy review as Markdown</Button>
        <Button onClick={() => void restore()}>Restore known good…</Button>
      </footer>
    </aside>
  )
}

function Card({ finding, chosen, reviewed }: { readonly finding: Finding; readonly chosen: boolean; readonly reviewed: boolean }) {
  const { actions } = useApp()
  const places = useAppState((state) => toPlaces(state, finding.before, finding.after))
  return (
    <article className={`card tone-${finding.tone} ${chosen ? 'sel' : ''} ${reviewed ? 'done' : ''}`}>
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
