import { useEffect, useState, type FormEvent } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { toSideTitle } from '#renderer/features/open/side-title.ts'
import { fileName } from '#renderer/features/review/places.ts'
import type { Failure } from '#shared/diagnostics/failure.ts'
import type { RestorePlan } from '#shared/rpc/payloads.ts'
import { idle, loading, settled, type Remote } from '#renderer/state/remote.ts'
import { Button, Dialog, FailureNote, Field, Working } from '#renderer/ui/primitives.tsx'

/** Approving needs a note: it is what the next person reads. */
export function ApproveDialog({ snapshotId }: { readonly snapshotId: string | null }) {
  const { actions, store } = useApp()
  const summary = useAppState((state) => state.after.value?.summary)
  const snapshot = useAppState((state) => state.history.snapshots.value?.find((each) => each.snapshotId === snapshotId))
  const introduced = useAppState((state) => state.comparison.value?.checks.introduced.length ?? 0)
  const [note, setNote] = useState('')
  const [by, setBy] = useState(store.get().settings.author)
  const [problem, setProblem] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  const what = snapshot !== undefined ? `the snapshot of ${fileName(snapshot.source)} taken ${snapshot.takenAt.slice(0, 16).replace('T', ' ')}` : summary === undefined ? 'the candidate' : toSideTitle(summary)

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    setBusy(true)
    const result = await actions.approve(snapshotId, note.trim(), by.trim())
    setBusy(false)
    if (!result.ok) {
      setProblem(result.failure)
      return
    }
    if (by.trim() !== store.get().settings.author) void actions.saveSettings({ author: by.trim() })
    actions.closeDialog()
  }
  return (
    <Dialog open title="Approve as known good" description={`Keeps ${what} and marks it as the version to go back to.`} onClose={actions.closeDialog}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        {introduced > 0 && snapshotId === null && <p className="warn-line"><span className="tone-warning">▲</span> It brings along {introduced} {introduced === 1 ? 'finding' : 'findings'} that the baseline does not have.</p>}
        <Field label="Note" hint="Why this version is good, for whoever reads it at three in the morning.">
          <textarea className="input" rows={3} autoFocus required value={note} onChange={(event) => setNote(event.target.value)} />
        </Field>
        <Field label="Approved by">
          <input className="input" value={by} autoComplete="name" onChange={(event) => setBy(event.target.value)} />
        </Field>
        {problem !== null && <FailureNote failure={problem} />}
        <div className="row">
          <Button look="primary" type="submit" disabled={note.trim() === '' || busy}>{busy ? 'Keeping…' : 'Approve'}</Button>
          <Button onClick={actions.closeDialog}>Cancel</Button>
          {note.trim() === '' && <small className="muted">A note is needed.</small>}
        </div>
      </form>
    </Dialog>
  )
}

export function SnapshotDialog() {
  const { actions } = useApp()
  const [note, setNote] = useState('')
  const [problem, setProblem] = useState<Failure | null>(null)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const result = await actions.takeSnapshot(note.trim())
    if (result.ok) actions.closeDialog()
    else setProblem(result.failure)
  }
  return (
    <Dialog open title="Keep a snapshot of the candidate" description="Its files are kept as they are now, bytes included." onClose={actions.closeDialog}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <Field label="Note" hint="May stay empty.">
          <input className="input" autoFocus value={note} onChange={(event) => setNote(event.target.value)} />
        </Field>
        {problem !== null && <FailureNote failure={problem} />}
        <div className="row">
          <Button look="primary" type="submit">Keep</Button>
          <Button onClick={actions.closeDialog}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}

const actionWords = { create: 'is created', replace: 'is replaced', unchanged: 'is the same already' } as const

/** Shows what restoring would write before anything is written. */
export function RestoreDialog({ snapshotId, source }: { readonly snapshotId: string; readonly source: string }) {
  const { actions } = useApp()
  const [folder, setFolder] = useState('')
  const [plan, setPlan] = useState<Remote<RestorePlan>>(idle)
  const [problem, setProblem] = useState<Failure | null>(null)
  const [busy, setBusy] = useState(false)
  const target = folder.trim() === '' ? null : folder.trim()
  useEffect(() => {
    let current = true
    setPlan((previous) => loading(previous))
    const timer = setTimeout(() => {
      void actions.planRestore(snapshotId, target).then((result) => current && setPlan((previous) => settled(result, previous)))
    }, 250)
    return () => {
      current = false
      clearTimeout(timer)
    }
  }, [actions, snapshotId, target])

  const restore = async (): Promise<void> => {
    setBusy(true)
    const result = await actions.restore(snapshotId, target)
    setBusy(false)
    if (result.ok) actions.closeDialog()
    else setProblem(result.failure)
  }
  const writes = plan.value?.writes ?? []
  const nothingToDo = writes.every((write) => write.action === 'unchanged')
  return (
    <Dialog open wide title={`Restore ${fileName(source)}`} description="Writes the kept files back, as they were, beside a backup of what stands there now." onClose={actions.closeDialog}>
      <div className="form">
        <Field label="Folder" hint="Empty: where the files came from.">
          <input className="input mono" value={folder} spellCheck={false} placeholder="where the files came from" onChange={(event) => setFolder(event.target.value)} />
        </Field>
        {plan.state === 'loading' && plan.value === null && <Working text="Looking at what stands there…" />}
        {plan.state === 'failed' && <FailureNote failure={plan.failure} />}
        {plan.state !== 'failed' && plan.value !== null && (
          <>
            <ul className="plan">
              {writes.map((write) => (
                <li key={write.path}>
                  <span className="mono">{write.path}</span> {actionWords[write.action]}
                  {write.action === 'replace' && <small className="muted"> +{write.added} −{write.removed} lines, this undoes every change made since</small>}
                </li>
              ))}
            </ul>
            <p className="muted">What stands there now is kept in <span className="mono">{plan.value.backupFolder}</span>.</p>
            {plan.value.problems.map((text) => <p key={text} className="warn-line"><span className="tone-critical">▲</span> {text}</p>)}
          </>
        )}
        {problem !== null && <FailureNote failure={problem} />}
        <div className="row">
          <Button look="primary" disabled={busy || plan.state !== 'ready' || plan.value.problems.length > 0 || nothingToDo} onClick={() => void restore()}>{busy ? 'Restoring…' : 'Restore'}</Button>
          <Button onClick={actions.closeDialog}>Cancel</Button>
          {plan.state === 'ready' && nothingToDo && <small className="muted">Every file is the same already.</small>}
        </div>
      </div>
    </Dialog>
  )
}
