import { useEffect, useRef, useState, type FormEvent } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { toSideTitle } from '#renderer/features/open/side-title.ts'
import { toTypedInput } from '#renderer/features/open/typed-input.ts'
import { powerOf } from '#shared/live/cautions.ts'
import { parseLiveSource } from '#shared/live/live-source.ts'
import { Button, FailureNote, Field, ToneGlyph, Working } from '#renderer/ui/primitives.tsx'
import { usualPastMinutes, type RunningChoice } from './live-session-actions.ts'

type Choice = 'candidate' | 'baseline' | 'file' | 'none'

const examples: readonly (readonly [written: string, what: string])[] = [
  ['/run/haproxy/admin.sock', 'stats socket of HAProxy'],
  ['10.0.0.5:9999', 'the same on the network'],
  ['https://lb.example/stats', 'statistics page of HAProxy'],
  ['haproxy-metrics:http://lb.example:8405/metrics', 'metrics of HAProxy'],
  ['prometheus:http://prom.example:9090/?job=haproxy', 'Prometheus, for many balancers'],
  ['nginx-log:/var/log/nginx/access.log', 'access log of nginx, with upstream fields'],
  ['nginx-status:http://lb.example/status', 'stub_status page of nginx: totals only'],
  ['apache:http://lb.example/balancer-manager', 'balancer manager of Apache'],
  ['caddy:http://127.0.0.1:2019', 'administration of Caddy; caddy-log: its access log'],
  ['envoy:http://127.0.0.1:9901', 'administration of Envoy'],
  ['traefik:http://127.0.0.1:8080', 'API and metrics of Traefik'],
]

const pasts: readonly (readonly [minutes: number, title: string])[] = [[2, '2 minutes'], [usualPastMinutes, '30 minutes'], [120, '2 hours'], [360, '6 hours'], [1440, '24 hours'], [10_080, '7 days']]

/** Nothing is watched yet: choose a source, or a recording. */
export function LiveStart() {
  const { actions } = useApp()
  const after = useAppState((state) => state.after.value?.summary ?? null)
  const before = useAppState((state) => state.before.value?.summary ?? null)
  const recent = useAppState((state) => state.settings.liveSources)
  const starting = useAppState((state) => state.live.starting)
  const intervalMs = useAppState((state) => state.settings.liveIntervalMs)
  const isSample = after?.input.kind === 'sample'
  const [source, setSource] = useState('')
  const [picked, setPicked] = useState<Choice | null>(null)
  const [file, setFile] = useState('')
  const [isRecorded, setRecorded] = useState(true)
  const files = useRef<HTMLInputElement>(null)
  const [seconds, setSeconds] = useState(String(intervalMs / 1000))
  const [pastMinutes, setPastMinutes] = useState(usualPastMinutes)
  const parsed = source.trim() === '' ? null : parseLiveSource(source)
  const power = parsed === null || typeof parsed === 'string' ? null : powerOf(parsed)
  const keepsPast = /^\s*prometheus:/i.test(source)
  const waitsFor = starting.state === 'working' ? starting.what : null
  const choice: Choice = picked ?? (after === null || isSample ? 'none' : 'candidate')
  const secondsOk = /^\d{1,3}(\.\d)?$/.test(seconds) && Number(seconds) >= 0.5 && Number(seconds) <= 300
  useEffect(() => setSeconds(String(intervalMs / 1000)), [intervalMs])

  const start = (event: FormEvent): void => {
    event.preventDefault()
    const running: RunningChoice = choice === 'file' ? { kind: 'input', input: toTypedInput(file.trim()) } : { kind: choice }
    if (Number(seconds) * 1000 !== intervalMs) void actions.saveSettings({ liveIntervalMs: Math.round(Number(seconds) * 1000) })
    void actions.startLive({ source, running, intervalMs: Math.round(Number(seconds) * 1000), pastMinutes: keepsPast ? pastMinutes : 0, isRecorded })
  }
  const take = (address: string, config: string | null): void => {
    setSource(address)
    if (config === null) return
    setPicked('file')
    setFile(config)
  }
  const ready = source.trim() !== '' && secondsOk && (choice !== 'file' || file.trim() !== '')
  return (
    <div className="page live-start">
      <section aria-labelledby="watch">
        <h1 id="watch">Watch a running balancer</h1>
        <p className="muted">Steelyard asks for statistics and shows where traffic goes against where the config sends it. It only reads: nothing that it sends can change the balancer.</p>
        <form className="form" onSubmit={start}>
          <Field label="Source" hint="A stats socket, HOST:PORT, or the address of a statistics page. A user and password in it are kept in the store of the system, or not at all.">
            <input className="input mono" autoFocus value={source} spellCheck={false} autoComplete="off" placeholder="/run/haproxy/admin.sock" onChange={(event) => setSource(event.target.value)} />
          </Field>
          {power !== null && <p className="live-power" role="note"><ToneGlyph tone="notice" /> {power}</p>}
          <Field label="Config that it runs" hint={choice === 'none' ? 'Without one, only what the statistics show can be told: no rules, no expected shares of hashes, no lines.' : 'Expected shares, lines and differences come from it. It is read again after a reload.'}>
            <select className="input" value={choice} onChange={(event) => setPicked(event.target.value as Choice)}>
              {after !== null && <option value="candidate">{`${isSample ? 'The sample incident' : toSideTitle(after)} (candidate)`}</option>}
              {before !== null && <option value="baseline">{`${toSideTitle(before)} (baseline)`}</option>}
              <option value="file">A file…</option>
              <option value="none">None</option>
            </select>
          </Field>
          {choice === 'file' && (
            <Field label="Path of the config" hint="A file or folder of this machine; also git:REF:PATH and known-good:SOURCE.">
              <input className="input mono" value={file} spellCheck={false} autoComplete="off" placeholder="/etc/haproxy/haproxy.cfg" onChange={(event) => setFile(event.target.value)} />
            </Field>
          )}
          <Field label="Seconds between polls" problem={secondsOk ? undefined : 'Write a number from 0.5 to 300.'}>
            <input className="input short" inputMode="decimal" value={seconds} onChange={(event) => setSeconds(event.target.value)} />
          </Field>
          {keepsPast && (
            <Field label="Begin with the last" hint="Prometheus kept what happened before. It is judged like what is watched, and stands in the recording as well.">
              <select className="input" value={pastMinutes} onChange={(event) => setPastMinutes(Number(event.target.value))}>
                {pasts.map(([minutes, title]) => <option key={minutes} value={minutes}>{title}</option>)}
              </select>
            </Field>
          )}
          <label className="tick"><input type="checkbox" checked={isRecorded} onChange={(event) => setRecorded(event.target.checked)} /> Record it, to look at it again and to report it</label>
          {starting.state === 'failed' && <FailureNote failure={starting.failure} />}
          <div className="row">
            <Button look="primary" type="submit" disabled={!ready || waitsFor !== null}>{waitsFor === 'balancer' ? 'Asking…' : 'Watch'}</Button>
            {waitsFor === 'balancer' && <Working text={keepsPast ? 'Reading what was before…' : 'Waiting for the first answer…'} />}
            {waitsFor === 'balancer' && <Button onClick={actions.giveUpLive}>Stop</Button>}
          </div>
        </form>
      </section>
      <section aria-labelledby="recordings">
        <h2 id="recordings">Look at a recording</h2>
        <div className="row">
          <Button disabled={waitsFor !== null} onClick={() => void actions.openRecording({ kind: 'sample' })}>Play the recording of the sample incident</Button>
          <Button onClick={() => files.current?.click()}>Choose a recording…</Button>
          {waitsFor === 'recording' ? <><Working text="Reading…" /><Button onClick={actions.giveUpLive}>Stop</Button></> : <span className="muted">or drop an .lbrec file here</span>}
        </div>
        <input ref={files} type="file" accept=".lbrec" hidden aria-label="Recording to open" onChange={(event) => { const file = event.target.files?.[0]; if (file !== undefined) void actions.openRecording({ kind: 'file', file }) }} />
      </section>
      {recent.length > 0 && (
        <section aria-labelledby="recent-sources">
          <h2 id="recent-sources">Watched before</h2>
          <ul className="live-sources">
            {recent.map((one) => (
              <li key={one.address}>
                <button type="button" className="recent-item" onClick={() => take(one.address, one.config)}>
                  <b className="mono">{one.address}</b>
                  <small>{one.config ?? 'without a config'}</small>
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <section aria-labelledby="examples">
        <h2 id="examples">What a source looks like</h2>
        <dl className="facts live-examples">
          {examples.map(([written, what]) => (
            <div key={written}><dt><button type="button" className="link mono" onClick={() => take(written, null)}>{written}</button></dt><dd>{what}</dd></div>
          ))}
        </dl>
      </section>
    </div>
  )
}
