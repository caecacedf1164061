import { useState, type FormEvent } from 'react'
import { useApp } from '#renderer/app/context.ts'
import { Button, Dialog, FailureNote, Field } from '#renderer/ui/primitives.tsx'
import type { Failure } from '#shared/diagnostics/failure.ts'
import type { LiveAlert } from '#shared/view/live-sample.ts'
import { splitSentence } from './live-words.ts'
import { waiverHours } from './waivers.ts'

const spans: Readonly<Record<(typeof waiverHours)[number], string>> = { 1: '1 hour', 4: '4 hours', 24: '24 hours', 168: '7 days' }

/** Somebody knows about an alert: why, and for how long. */
export function WaiveDialog({ alert }: { readonly alert: LiveAlert }) {
  const { actions } = useApp()
  const named = alert.servers.length > 0 ? alert.servers : alert.server === null ? [] : [alert.server]
  const [reason, setReason] = useState('')
  const [hours, setHours] = useState<number>(4)
  const [isWhole, setWhole] = useState(named.length === 0)
  const [problem, setProblem] = useState<Failure | null>(null)
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault()
    const waived = await actions.waive(alert, isWhole ? [] : named, reason, hours)
    if (waived.ok) actions.closeDialog()
    else setProblem(waived.failure)
  }
  return (
    <Dialog open title="Waive this alert" description={`${splitSentence(alert.sentence)[0]} It stays listed and counts again after the end. Nothing of the balancer is changed.`} onClose={actions.closeDialog}>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <Field label="Why" hint={`It stands in the timeline, in the recording and in the report. The settings keep it for ${alert.pool === null ? 'this kind of alert' : `pools named ${alert.pool}`} on every balancer that is watched here.`}>
          <input className="input" autoFocus value={reason} onChange={(event) => setReason(event.target.value)} />
        </Field>
        <Field label="For">
          <select className="input" value={hours} onChange={(event) => setHours(Number(event.target.value))}>
            {waiverHours.map((one) => <option key={one} value={one}>{spans[one]}</option>)}
          </select>
        </Field>
        {named.length > 0 && (
          <Field label="About" hint="What another server does is told all the same, unless the whole pool is waived.">
            <select className="input" value={isWhole ? 'pool' : 'servers'} onChange={(event) => setWhole(event.target.value === 'pool')}>
              <option value="servers">{`${named.length > 3 ? `the ${named.length} servers of this alert` : named.join(', ')} only`}</option>
              <option value="pool">{`every server of ${alert.pool ?? 'every pool'}`}</option>
            </select>
          </Field>
        )}
        {problem !== null && <FailureNote failure={problem} />}
        <div className="row">
          <Button look="primary" type="submit" disabled={reason.trim() === ''}>Waive</Button>
          <Button onClick={actions.closeDialog}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  )
}
