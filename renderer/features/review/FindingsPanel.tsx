import { useEffect, useRef } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { TrafficSection } from '#renderer/features/behaviour/TrafficSection.tsx'
import { useTraffic } from '#renderer/features/behaviour/use-traffic.ts'
import { VerdictBanner } from '#renderer/features/behaviour/VerdictBanner.tsx'
import { FirstSteps } from '#renderer/features/first-run/FirstSteps.tsx'
import { Button, Empty, FailureNote, ToneGlyph, Working } from '#renderer/ui/primitives.tsx'
import { FindingCards } from './FindingCards.tsx'
import { toHeadline, type Finding } from './findings.ts'

/** "What changes for traffic": the verdict, then one card per finding; choosing a card chooses its boxes and its lines. */
export function FindingsPanel({ findings }: { readonly findings: readonly Finding[] }) {
  const { actions } = useApp()
  const comparison = useAppState((state) => state.comparison)
  const before = useAppState((state) => state.before)
  const reviewed = useAppState((state) => state.reviewed)
  const chosen = useAppState((state) => state.selection.sentenceId)
  const traffic = useTraffic()
  const list = useRef<HTMLDivElement>(null)
  const seen = findings.filter((finding) => reviewed.has(finding.id)).length
  const classes = findings.filter((finding) => finding.kind === 'class')
  const changes = findings.filter((finding) => finding.kind === 'change')
  const checks = findings.filter((finding) => finding.kind === 'check')
  const isCompared = before.value !== null

  useEffect(() => {
    if (chosen === null) return
    // A card that opens grows first.
    const frame = requestAnimationFrame(() => list.current?.querySelector(`[data-finding="${CSS.escape(chosen)}"]`)?.scrollIntoView({ block: 'nearest' }))
    return () => cancelAnimationFrame(frame)
  }, [chosen])

  return (
    <aside className="side" id="findings" tabIndex={-1} aria-label={isCompared ? 'What changes for traffic' : 'What changes'}>
      <header>
        <h2>
          {isCompared ? 'What changes for traffic' : 'What changes'}
          {findings.length > 0 && (
            <span className="chip reviewed" title="Findings ticked as reviewed (V)">
              {seen}/{findings.length} reviewed
            </span>
          )}
        </h2>
        {!isCompared && <p className="muted">Nothing to compare with: choose a baseline above, or drop two files.</p>}
        {findings.length > 0 && <progress className="review-progress" max={findings.length} value={seen} aria-label="Reviewed findings" />}
      </header>
      <div className="cards" ref={list} aria-busy={traffic.state === 'working'}>
        <VerdictBanner traffic={traffic} />
        {comparison.state === 'loading' && comparison.value === null && <Working text="Comparing…" />}
        {comparison.state === 'failed' && <FailureNote failure={comparison.failure} onRetry={() => void actions.analyse()} />}
        <FirstSteps />
        {isCompared && <TrafficSection traffic={traffic} findings={classes} />}
        {isCompared && comparison.value !== null && (
          <FindingCards title="In the configs" lead={toHeadline(comparison.value)} findings={changes} />
        )}
        {isCompared && <FindingCards title="Introduced by the candidate" lead={null} findings={checks} />}
        {isCompared && comparison.state === 'ready' && changes.length + checks.length === 0 && <Empty>Nothing differs in routes, pools or servers.</Empty>}
        {comparison.value !== null && comparison.value.notModelled.length > 0 && (
          <p className="not-modelled">
            <ToneGlyph tone="unknown" /> In both configs together, not modelled: {comparison.value.notModelled.length} {comparison.value.notModelled.length === 1 ? 'place' : 'places'}.{' '}
            <button type="button" className="link" onClick={() => actions.showDrawerTab('english')}>Show</button>
          </p>
        )}
      </div>
      <PanelFoot compared={isCompared} />
    </aside>
  )
}

function PanelFoot({ compared }: { readonly compared: boolean }) {
  const { actions, client, store } = useApp()
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
    <footer className="foot">
      <Button disabled={!compared} onClick={() => void copy()}>Copy review as Markdown</Button>
      <Button onClick={() => void restore()}>Restore known good…</Button>
    </footer>
  )
}
