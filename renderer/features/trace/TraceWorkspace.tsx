import { Copy, Play } from 'lucide-react'
import { useEffect, useMemo, useState, type FormEvent } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { toSideTitle } from '#renderer/features/open/side-title.ts'
import { Picture } from '#renderer/features/review/Picture.tsx'
import { Button, Empty, FailureNote, Field, Hint, ToneGlyph, Working } from '#renderer/ui/primitives.tsx'
import { SplitPane } from '#renderer/ui/SplitPane.tsx'
import { toTraceVerdict } from './outcome-text.ts'
import { beyondForm, toCurl, toRequest } from './request-form.ts'
import { TraceResult } from './TraceResult.tsx'
import { toTraceLit, toTraceSides } from './trace-sides.ts'

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** One request through both configs. */
export function TraceWorkspace() {
  const { actions } = useApp()
  const form = useAppState((state) => state.trace.form)
  const exact = useAppState((state) => state.trace.exact)
  const result = useAppState((state) => state.trace.result)
  const before = useAppState((state) => state.before.value?.summary ?? null)
  const after = useAppState((state) => state.after.value?.summary ?? null)
  const view = useAppState((state) => state.topology.value?.view)
  const [tried, setTried] = useState(false)
  const parsed = exact === null ? toRequest(form) : { ok: true as const, request: exact }
  const beyond = exact === null ? [] : beyondForm(exact)
  const problem = (field: keyof typeof form): string | undefined => (tried && !parsed.ok ? parsed.problems.find((each) => each.field === field)?.message : undefined)
  const answers = useMemo(() => (result.value ?? []).filter((each) => each.configId === before?.configId || each.configId === after?.configId), [result.value, before, after])
  const sides = useMemo(() => toTraceSides(answers, before?.configId ?? null, after?.configId ?? null), [answers, before, after])
  const lit = useMemo(() => toTraceLit(sides), [sides])
  const verdict = toTraceVerdict(sides.map((each) => each.answer.answer))
  const listeners = (view?.nodes ?? []).filter((node) => node.column === 'listener').map((node) => node.title)
  const stale = result.state === 'ready' && answers.length < (result.value?.length ?? 0)

  useEffect(() => {
    if (stale) void actions.runTrace()
  }, [actions, stale])

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    setTried(true)
    void actions.runTrace()
  }
  const copy = async (): Promise<void> => {
    if (!parsed.ok) return
    await navigator.clipboard.writeText(toCurl(parsed.request)).then(
      () => actions.notify('The curl command is in the clipboard.', 'ok'),
      (error: unknown) => actions.notify(`The command could not be copied: ${error instanceof Error ? error.message : String(error)}`, 'problem'),
    )
  }
  if (after === null) return <Empty>Open a config to trace a request through it.</Empty>
  return (
    <SplitPane id="trace-side" label="Width of the form" direction="columns" initial={360} minimum={280} keep={480}>
      <SplitPane id="trace-results" label="Height of the results" direction="rows" initial={Math.round(window.innerHeight * 0.42)} minimum={140} keep={220}>
        <Picture label="Path of the request" lit={lit} trace />
        <section className="trace-results" aria-label="Results" aria-live="polite">
          {result.state === 'failed' && <FailureNote failure={result.failure} onRetry={() => void actions.runTrace()} />}
          {result.state === 'loading' && result.value === null && <Working text="Tracing…" />}
          {answers.length === 0 && result.state === 'idle' && <Empty>Write a request at the right. Its path lights up in the picture, and every rule that was passed over is listed with the reason.</Empty>}
          {verdict !== null && (
            <p className={`trace-verdict tone-${verdict.tone}`}>
              <ToneGlyph tone={verdict.tone} /> {verdict.text}
            </p>
          )}
          <div className="trace-columns">
            {sides.map(({ side, answer }) => {
              const summary = side === 'before' ? before : after
              return <TraceResult key={side} side={side} title={`${side === 'before' ? 'Baseline' : before === null ? 'Config' : 'Candidate'} · ${summary === null ? '' : toSideTitle(summary)}`} answer={answer.answer} />
            })}
          </div>
        </section>
      </SplitPane>
      <aside className="side" aria-label="Request">
        <header><h2>Trace one request</h2><p className="muted">Nothing is sent: the configs are read as the product reads them.</p></header>
        <form className="form scroll pad" noValidate onSubmit={submit}>
          <Field label="URL" problem={problem('url')}>
            <input className="input mono" value={form.url} placeholder="https://api.shop.example/v2/auth/login" spellCheck={false} autoComplete="off" onChange={(event) => actions.setTraceForm({ url: event.target.value })} />
          </Field>
          <div className="field-row">
            <Field label="Method" problem={problem('method')}>
              <input className="input mono" list="methods" value={form.method} onChange={(event) => actions.setTraceForm({ method: event.target.value })} />
            </Field>
            <Field label="Source address" problem={problem('sourceIp')}>
              <input className="input mono" value={form.sourceIp} spellCheck={false} onChange={(event) => actions.setTraceForm({ sourceIp: event.target.value })} />
            </Field>
          </div>
          <datalist id="methods">{methods.map((method) => <option key={method} value={method} />)}</datalist>
          <Field label="Headers" hint="One per line, Name: value." problem={problem('headers')}>
            <textarea className="input mono" rows={3} value={form.headers} placeholder="User-Agent: check/1.0" spellCheck={false} onChange={(event) => actions.setTraceForm({ headers: event.target.value })} />
          </Field>
          <Field label="SNI" hint="Empty: the host of an https URL. A dash sends none.">
            <input className="input mono" value={form.sni} spellCheck={false} onChange={(event) => actions.setTraceForm({ sni: event.target.value })} />
          </Field>
          <Field label="Listener" hint="Address or name. Empty: the first that fits.">
            <input className="input mono" list="listeners" value={form.listener} spellCheck={false} onChange={(event) => actions.setTraceForm({ listener: event.target.value })} />
          </Field>
          <datalist id="listeners">{listeners.map((name) => <option key={name} value={name} />)}</datalist>
          {exact !== null && (
            <p className="exact">The witness of a class, exactly as it was found{beyond.length === 0 ? '' : `; besides the fields above: ${beyond.join(', ')}`}. Editing a field makes it a request of your own.</p>
          )}
          <div className="row">
            <Button look="primary" type="submit" icon={<Play size={13} aria-hidden="true" />}>{result.state === 'loading' ? 'Tracing…' : 'Trace'}</Button>
            <Hint text="Copy the request as a shell command">
              <Button disabled={!parsed.ok} icon={<Copy size={13} aria-hidden="true" />} onClick={() => void copy()}>Copy curl</Button>
            </Hint>
          </div>
          {parsed.ok && <code className="curl">{toCurl(parsed.request)}</code>}
        </form>
      </aside>
    </SplitPane>
  )
}
