import { Copy, FlaskConical, Route } from 'lucide-react'
import { useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { toPlaces } from '#renderer/features/review/places.ts'
import type { Finding } from '#renderer/features/review/findings.ts'
import { Button, IconButton, ToneGlyph, Working } from '#renderer/ui/primitives.tsx'
import type { RequestInput } from '#shared/model/request.ts'
import type { ClassCard, MemberRow } from './class-cards.ts'
import { LineButton } from './LineButton.tsx'
import { ProofNote } from './ProofNote.tsx'
import { toProofView } from './proof-view.ts'

interface CardProps {
  readonly card: ClassCard
  readonly finding: Finding
  readonly chosen: boolean
  readonly related: boolean
  readonly reviewed: boolean
  /** Shows everything; a closed card shows its sentence. */
  readonly open: boolean
}

/** One class of requests: the sentence first, then the evidence, then the lines. */
export function ClassCardView({ card, finding, chosen, related, reviewed, open }: CardProps) {
  const { actions } = useApp()
  const places = useAppState((state) => toPlaces(state, finding.before, finding.after))
  const trace = (request: RequestInput): void => {
    void actions.traceRequest(request)
    actions.goTo('trace')
  }
  return (
    <article className={`card tone-${card.tone} ${chosen ? 'sel' : related ? 'rel' : ''} ${reviewed ? 'done' : ''}`}>
      <button type="button" className="card-body" aria-pressed={chosen} onClick={() => actions.chooseFinding(finding)}>
        <span className="card-word">
          <span className={`tone-${card.tone}`}><ToneGlyph tone={card.tone} />{card.word}</span>
          {card.share !== null && <span className="share">{card.share}</span>}
        </span>
        <span className="card-title">{card.sentence}</span>
        {(card.was !== card.now || card.isMetDifferently) && <Move was={card.was} now={card.now} />}
        {open && <span className="detail">{card.when}</span>}
      </button>
      {open && <Evidence card={card} onTrace={trace} />}
      <div className="meta">
        {open ? (
          <>
            <Button className="small" icon={<Route size={12} aria-hidden="true" />} onClick={() => trace(card.witness)}>Trace</Button>
            <ProveButton classId={card.classId} />
          </>
        ) : (
          <span>{[places, card.more > 0 ? `${card.more} more rule ${card.more === 1 ? 'pair' : 'pairs'}` : null].filter((part) => part !== null).join(' · ')}</span>
        )}
        <label className="tick">
          <input type="checkbox" checked={reviewed} onChange={() => actions.toggleReviewed(card.id)} />
          reviewed
        </label>
      </div>
    </article>
  )
}

const causesAtFirst = 4

function Move({ was, now }: { readonly was: string; readonly now: string }) {
  // Only the way a request is met differs; where it goes is said once.
  if (was === now) return <span className="move">{now}, as before</span>
  return (
    <span className="move">
      <s className="was">{was}</s>
      <span aria-hidden="true">→</span>
      <span className="sr-only">becomes</span>
      <span className="now">{now}</span>
    </span>
  )
}

function Evidence({ card, onTrace }: { readonly card: ClassCard; readonly onTrace: (request: RequestInput) => void }) {
  const { actions } = useApp()
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(card.curl).then(
      () => actions.notify('The curl command is in the clipboard.', 'ok'),
      (error: unknown) => actions.notify(`The command could not be copied: ${error instanceof Error ? error.message : String(error)}`, 'problem'),
    )
  }
  const [all, setAll] = useState(false)
  const decides = card.lines.filter((line) => line.role === 'decides')
  const causes = card.lines.filter((line) => line.role === 'cause')
  return (
    <div className="evidence">
      {card.depends.map((text) => <p key={text} className="hatched"><ToneGlyph tone="unknown" /> {text}</p>)}
      <div className="lines" role="group" aria-label="Deciding lines">
        {decides.map((line) => (line.at === null
          ? <p key={line.side} className="no-line">{line.side === 'before' ? 'Before' : 'Now'} no line decides: the balancer answers by itself.</p>
          : <LineButton key={line.side} side={line.side} at={line.at} word="deciding" />))}
      </div>
      {causes.length > 0 && (
        <div className="lines" role="group" aria-label="Caused by">
          <p className="no-line">Caused by</p>
          {(all ? causes : causes.slice(0, causesAtFirst)).map((line) => line.at !== null && <LineButton key={`${line.side} ${line.at.file} ${line.at.start}`} side={line.side} at={line.at} word="cause" />)}
          {!all && causes.length > causesAtFirst && <button type="button" className="link more-lines" onClick={() => setAll(true)}>{causes.length - causesAtFirst} more lines</button>}
        </div>
      )}
      <div className="curl-row">
        <code className="curl">{card.curl}</code>
        <IconButton label="Copy the curl command" onClick={() => void copy()}><Copy size={13} /></IconButton>
      </div>
      {card.more > 0 && <Members unit={card.unit} rows={card.members} more={card.more} unlisted={card.unlisted} onTrace={onTrace} />}
      <CardProof classId={card.classId} />
    </div>
  )
}

function Members({ unit, rows, more, unlisted, onTrace }: { readonly unit: ClassCard['unit']; readonly rows: readonly MemberRow[]; readonly more: number; readonly unlisted: number; readonly onTrace: (request: RequestInput) => void }) {
  const [open, setOpen] = useState(false)
  return (
    <div className="members">
      <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>… and {more.toLocaleString('en')} more {unit}{more === 1 ? '' : 's'}</button>
      {open && (
        <ol>
          {rows.map((row) => (
            <li key={row.key}>
              <span>{row.when}</span>
              <Move was={row.was} now={row.now} />
              <button type="button" className="link" onClick={() => onTrace(row.witness)}>Trace</button>
            </li>
          ))}
          {unlisted > 0 && <li className="muted">{unlisted.toLocaleString('en')} more are not listed.</li>}
        </ol>
      )}
    </div>
  )
}

function ProveButton({ classId }: { readonly classId: string }) {
  const { actions } = useApp()
  const busy = useAppState((state) => state.proofs.byClass.get(classId)?.state === 'loading')
  return busy
    ? <Button className="small" onClick={actions.stopProof}>Stop</Button>
    : <Button className="small" icon={<FlaskConical size={12} aria-hidden="true" />} title="Replay the witness on the installed balancer" onClick={() => void actions.prove(classId)}>Prove</Button>
}

/** Its own replay, else its part of the replay of all. */
function CardProof({ classId }: { readonly classId: string }) {
  const own = useAppState((state) => state.proofs.byClass.get(classId) ?? null)
  const all = useAppState((state) => state.proofs.all.value)
  if (own?.state === 'loading') return <Working text="Replaying on the real balancer…" />
  if (own?.state === 'failed') return <p className="proof tone-unknown"><ToneGlyph tone="unknown" /> Not proved: {own.failure.message}</p>
  const view = own?.value !== null && own?.value !== undefined ? toProofView(own.value, null) : all === null ? null : toProofView(all, classId)
  return view === null ? null : <ProofNote proof={view} />
}
