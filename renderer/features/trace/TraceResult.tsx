import { useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { fileName, lineAt, textOf } from '#renderer/features/review/places.ts'
import { toShare } from '#renderer/features/review/shares.ts'
import type { RouteAnswer, RouteStep } from '#shared/analyses/route/answer.ts'
import type { Span } from '#shared/text/span.ts'
import type { Side } from '#renderer/state/app-state.ts'
import { ToneGlyph } from '#renderer/ui/primitives.tsx'
import { toOutcomeText, toOutcomeTone } from './outcome-text.ts'

/** Outcome and every step of one side. */
export function TraceResult({ side, title, answer }: { readonly side: Side; readonly title: string; readonly answer: RouteAnswer }) {
  const [all, setAll] = useState(true)
  const tone = toOutcomeTone(answer)
  const { outcome } = answer
  const steps = all ? answer.steps : answer.steps.filter((step) => step.matched !== false)
  return (
    <section className="trace-result" aria-label={title}>
      <h3>{title}</h3>
      <p className={`outcome tone-${tone}`}>
        <ToneGlyph tone={tone} /> <b>{toOutcomeText(outcome)}</b>
        {answer.rule !== null && <> <LineLink side={side} at={answer.rule} /></>}
      </p>
      {!answer.certain && (
        <ul className="depends">
          {answer.depends.map((each) => (
            <li key={`${each.at.start}${each.text}`}><ToneGlyph tone="unknown" /> Not certain: {each.reason} <span className="mono">{each.text}</span> <LineLink side={side} at={each.at} /></li>
          ))}
        </ul>
      )}
      {outcome.action === 'forward' && outcome.servers.length > 0 && (
        <ul className="shares">
          {outcome.servers.map((server) => (
            <li key={server.name}>
              <span className="share-name">{server.name}</span>
              <span className="bar" aria-hidden="true"><i style={{ width: `${server.share * 100}%` }} /></span>
              <span className="share-number">{toShare(server.share)}</span>
              <span className="mono muted">{server.address}</span>
            </li>
          ))}
        </ul>
      )}
      {'path' in outcome && <p className="muted">The server receives <span className="mono">{answer.received.method} {answer.received.path}</span>{answer.received.host !== null && <> for host <span className="mono">{answer.received.host}</span></>}.</p>}
      <div className="steps-head">
        <h4>Rules looked at <span className="count">{answer.steps.length}</span></h4>
        <label className="tick"><input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} /> also those passed over</label>
      </div>
      <ol className="steps">
        {steps.map((step, index) => <Step key={`${step.stepId}${index}`} side={side} step={step} />)}
      </ol>
      {answer.steps.length === 0 && <p className="muted">No rule was looked at.</p>}
    </section>
  )
}

const stepWord = (step: RouteStep): string => (step.decides ? 'decides' : step.matched === null ? 'cannot be told' : step.matched ? 'applies' : 'passed over')

function Step({ side, step }: { readonly side: Side; readonly step: RouteStep }) {
  const state = step.decides ? 'decides' : step.matched === null ? 'unknown' : step.matched ? 'applies' : 'passed'
  return (
    <li className={`step ${state}`}>
      <span className="step-word">{stepWord(step)}</span>
      <span className="step-text">
        {step.reason}
        {step.became !== null && <small>{step.became}</small>}
        <small className="muted">{step.scope}</small>
      </span>
      <LineLink side={side} at={step.at} />
    </li>
  )
}

function LineLink({ side, at }: { readonly side: Side; readonly at: Span }) {
  const { actions, store } = useApp()
  const line = useAppState((state) => lineAt(textOf(state, side, at.file), at.start))
  return (
    <button
      type="button" className="link nowrap"
      onClick={() => {
        const { selection } = store.get()
        const serial = (selection.reveal?.serial ?? 0) + 1
        actions.select({ ids: selection.ids, sentenceId: null, related: [], before: side === 'before' ? [at] : [], after: side === 'after' ? [at] : [], reveal: { side, span: at, serial } })
        actions.showDrawerTab('text')
        actions.goTo('review')
      }}
    >
      {fileName(at.file)}{line === null ? '' : `:${line}`}
    </button>
  )
}
