import { useState, type FormEvent } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { Button, Dialog, FailureNote, Field } from '#renderer/ui/primitives.tsx'
import type { Failure } from '#shared/diagnostics/failure.ts'
import { clockWords } from './live-words.ts'

/** A note at the moment shown; it stands in the timeline and in the report. */
export function NoteDialog() {
  const { actions } = useApp()
  const atMs = useAppState((state) => state.live.shown?.atMs ?? null)
  const isKept = useAppState((state) => state.live.session?.recording !== null && state.live.session?.recording !== undefined)
  const [at] = useState(atMs)
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<Failure | null>(null)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const noted = await actions.annotate(at, text.trim())
    if (noted.ok) actions.closeDialog()
    else setProblem(noted.failure)
  }
  return (
    <Dialog open title="Annotate" description={`A note at ${at === null ? 'this moment' : clockWords(at)}. ${isKept ? 'It stands in the timeline, in the recording and in the incident report.' : 'It stands in the timeline until this is closed.'}`} onClose={actions.closeDialog}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <Field label="Note">
          <textarea className="input" rows={3} autoFocus value={text} onChange={(event) => setText(event.target.value)} />
        </Field>
        {problem !== null && <FailureNote failure={problem} />}
        <div className="row">
          <Button look="primary" type="submit" disabled={text.trim() === ''}>Add the note</Button>
          <Button onClick={actions.closeDialog}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}
