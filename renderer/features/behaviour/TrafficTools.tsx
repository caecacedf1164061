import { FlaskConical, Scale, X } from 'lucide-react'
import { useRef } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { toShare } from '#renderer/features/review/shares.ts'
import { Button, IconButton, ToneGlyph, Working } from '#renderer/ui/primitives.tsx'
import type { Weighing } from '#renderer/state/app-state.ts'
import { Folded, ProofNote } from './ProofNote.tsx'
import { toProofView } from './proof-view.ts'

/** What can be done with all classes at once, and what came out of it. */
export function TrafficTools({ classes }: { readonly classes: number }) {
  const { actions } = useApp()
  const proof = useAppState((state) => state.proofs.all)
  const weighing = useAppState((state) => state.weighing)
  const input = useRef<HTMLInputElement>(null)
  const view = proof.value === null ? null : toProofView(proof.value, null)
  const weigh = (file: File | undefined): void => {
    if (file !== undefined) void actions.weighFile(file)
  }
  return (
    <div className="traffic-tools">
      <div className="row">
        {proof.state === 'loading'
          ? <Button className="small" onClick={actions.stopProof}>Stop the replay</Button>
          : <Button className="small" disabled={classes === 0} icon={<FlaskConical size={12} aria-hidden="true" />} title="Replay the witness of every class on the installed balancer" onClick={() => void actions.prove(null)}>Prove all</Button>}
        <Button className="small weigh" data-drop="log" disabled={classes === 0} icon={<Scale size={12} aria-hidden="true" />} title="Gives each class its share of real requests. A log can be dropped here too." onClick={() => input.current?.click()}>Weigh with an access log…</Button>
        <input ref={input} type="file" hidden aria-label="Access log" onChange={(event) => { weigh(event.target.files?.[0]); event.target.value = '' }} />
      </div>
      {proof.state === 'loading' && <Working text="Replaying every witness on the real balancer…" />}
      {proof.state === 'failed' && <p className="proof tone-unknown"><ToneGlyph tone="unknown" /> Not proved: {proof.failure.message}</p>}
      {view !== null && <ProofNote proof={view} />}
      {weighing !== null && <WeighNote weighing={weighing} onForget={actions.forgetWeights} />}
    </div>
  )
}

function WeighNote({ weighing, onForget }: { readonly weighing: Weighing; readonly onForget: () => void }) {
  const { result, title } = weighing
  if (result.state === 'loading') return <Working text={`Weighing with ${title}…`} />
  if (result.state === 'failed') {
    return <p className="weights"><span><ToneGlyph tone="unknown" /> Not weighed: {result.failure.message}</span> <IconButton label="Dismiss" onClick={onForget}><X size={13} /></IconButton></p>
  }
  if (result.value === null) return null
  const { requests, skipped, unknownShare, format, assumptions } = result.value
  return (
    <div className="weights">
      <span>
        Weighed with {title}: {requests.toLocaleString('en')} requests ({format}){skipped === 0 ? '' : `, ${skipped.toLocaleString('en')} lines left out`}.
        {unknownShare > 0 && <> <ToneGlyph tone="unknown" />Not known for {toShare(unknownShare)} of them.</>}
        {assumptions.length > 0 && <Folded title="What the log does not say" items={assumptions} />}
      </span>
      <IconButton label="Forget the access log" onClick={onForget}><X size={13} /></IconButton>
    </div>
  )
}
