import { Archive, BadgeCheck } from 'lucide-react'
import { useEffect } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { fileName } from '#renderer/features/review/places.ts'
import type { Snapshot } from '#shared/rpc/payloads.ts'
import { Button, Empty, FailureNote, Menu, Working } from '#renderer/ui/primitives.tsx'
import { changeWords, inOrder, olderThan, toLocalTime } from './snapshot-rows.ts'

export function HistoryWorkspace() {
  const { actions } = useApp()
  const history = useAppState((state) => state.history)
  const hasCandidate = useAppState((state) => state.after.value !== null)
  useEffect(() => void actions.refreshHistory(), [actions])
  const sources = history.sources.value ?? []
  const pair = inOrder(history.snapshots.value ?? [], history.picked)
  return (
    <div className="two-panes">
      <aside className="list-pane" aria-label="Sources">
        <header className="pane-head">
          <h2>Sources</h2>
          <Button icon={<Archive size={14} aria-hidden="true" />} disabled={!hasCandidate} onClick={() => actions.openDialog({ kind: 'snapshot' })}>Keep a snapshot…</Button>
        </header>
        {history.sources.state === 'failed' && <FailureNote failure={history.sources.failure} onRetry={() => void actions.refreshHistory()} />}
        {history.sources.state === 'loading' && sources.length === 0 && <Working text="Reading the history…" />}
        {history.sources.state === 'ready' && sources.length === 0 && <Empty>Nothing is kept yet. Approving a config keeps a snapshot of it; you can also keep one yourself.</Empty>}
        <ul className="source-list">
          {sources.map((source) => (
            <li key={source.source}>
              <button type="button" className="source-item" aria-current={history.source === source.source} onClick={() => void actions.chooseSource(source.source)}>
                <b>{fileName(source.source)}</b>
                <small className="mono">{source.source}</small>
                <small>
                  {source.snapshots} {source.snapshots === 1 ? 'snapshot' : 'snapshots'} · {source.knownGood === null ? 'nothing approved' : <span className="tone-ok">● known good</span>}
                </small>
              </button>
            </li>
          ))}
        </ul>
      </aside>
      <section className="main-pane" aria-label="Snapshots">
        <header className="pane-head">
          <h2>{history.source === null ? 'Snapshots' : `Snapshots of ${fileName(history.source)}`}</h2>
          <Button disabled={pair === null} onClick={() => pair !== null && void actions.compareSnapshots(pair[0], pair[1])}>Compare the two marked</Button>
        </header>
        {history.snapshots.state === 'failed' && <FailureNote failure={history.snapshots.failure} onRetry={() => history.source !== null && void actions.chooseSource(history.source)} />}
        {history.snapshots.state === 'loading' && history.snapshots.value === null && <Working text="Reading the snapshots…" />}
        {(history.snapshots.value ?? []).length > 0 && <SnapshotTable snapshots={history.snapshots.value ?? []} picked={history.picked} />}
        {history.snapshots.value !== null && history.snapshots.value.length === 1 && <p className="muted pad">One snapshot so far: with a second one, any two can be compared.</p>}
      </section>
    </div>
  )
}

function SnapshotTable({ snapshots, picked }: { readonly snapshots: readonly Snapshot[]; readonly picked: readonly string[] }) {
  const { actions } = useApp()
  const zone = new Date().getTimezoneOffset()
  return (
    <div className="table-box">
      <table className="data-table roomy" aria-label="Snapshots, newest first">
        <thead>
          <tr>
            <th><span className="sr-only">Mark to compare</span></th>
            <th>Taken</th><th>Against the one before</th><th>Note</th><th>By</th><th>Approved</th><th className="n">Files</th><th>Hash</th>
            <th><span className="sr-only">Actions</span></th>
          </tr>
        </thead>
        <tbody>
          {snapshots.map((snapshot) => {
            const older = olderThan(snapshots, snapshot.snapshotId)
            const when = toLocalTime(snapshot.takenAt, zone)
            const approval = snapshot.approvals.at(-1)
            return (
              <tr key={snapshot.snapshotId} aria-selected={picked.includes(snapshot.snapshotId)}>
                <td>
                  <input type="checkbox" aria-label={`Mark the snapshot of ${when}`} checked={picked.includes(snapshot.snapshotId)} onChange={(event) => actions.pickSnapshot(snapshot.snapshotId, event.target.checked)} />
                </td>
                <td className="nowrap">{when}</td>
                <td className="nowrap mono">{changeWords(snapshot)}</td>
                <td className="wrap">{snapshot.note === '' ? <span className="muted">no note</span> : snapshot.note}</td>
                <td>{snapshot.author === '' ? <span className="muted">unknown</span> : snapshot.author}</td>
                <td className="wrap">
                  {snapshot.isKnownGood && <span className="tone-ok nowrap"><BadgeCheck size={13} aria-hidden="true" /> known good </span>}
                  {approval !== undefined && <small className="muted">{toLocalTime(approval.at, zone)} by {approval.by === '' ? 'unknown' : approval.by}: {approval.note}</small>}
                </td>
                <td className="n">{snapshot.files.length}</td>
                <td className="mono muted">{snapshot.hash.slice(0, 8)}</td>
                <td className="actions">
                  <Menu
                    align="end"
                    groups={[
                      {
                        entries: [
                          { key: 'older', title: 'Compare with the one before', disabled: older === null, onSelect: () => older !== null && void actions.compareSnapshots(older.snapshotId, snapshot.snapshotId) },
                          { key: 'baseline', title: 'Use as baseline', onSelect: () => void actions.openOn('before', { kind: 'snapshot', snapshotId: snapshot.snapshotId }) },
                          { key: 'open', title: 'Open as candidate', onSelect: () => void actions.openOn('after', { kind: 'snapshot', snapshotId: snapshot.snapshotId }) },
                        ],
                      },
                      {
                        entries: [
                          { key: 'approve', title: 'Approve as known good…', onSelect: () => actions.openDialog({ kind: 'approve', snapshotId: snapshot.snapshotId }) },
                          { key: 'restore', title: 'Restore to a file…', onSelect: () => actions.openDialog({ kind: 'restore', snapshotId: snapshot.snapshotId, source: snapshot.source }) },
                        ],
                      },
                    ]}
                  >
                    <button type="button" className="btn" aria-label={`Actions for the snapshot of ${when}`}>Actions</button>
                  </Menu>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}
