import { useState } from 'react'
import { useApp, useAppState } from '#renderer/app/context.ts'
import { limitBounds, parseLimit } from '#shared/rpc/recording-limits.ts'
import { parseAlertSettings } from '#shared/live/alerts/settings.ts'
import { Button, Field } from '#renderer/ui/primitives.tsx'

const example = '{\n  "pools": { "api": { "share": { "ratio": 2 } } },\n  "waivers": [{ "rule": "health", "pool": "batch", "reason": "rebuilt until Friday", "until": "2026-12-04" }]\n}'

/** Settings of the Live workspace: balancers that are remembered, alerts, and telling them through the system. */
export function LiveSettings() {
  const { actions } = useApp()
  const settings = useAppState((state) => state.settings)
  const [alerts, setAlerts] = useState(settings.liveAlerts)
  const [refused, setRefused] = useState(false)
  const parsed = alerts.trim() === '' ? null : parseAlertSettings(alerts)
  const problem = parsed?.ok === false ? parsed.failure.message : undefined

  const switchNotify = async (on: boolean): Promise<void> => {
    const allowed = !on || ('Notification' in window && (await Notification.requestPermission()) === 'granted')
    setRefused(!allowed)
    await actions.saveSettings({ liveNotify: on && allowed })
  }
  return (
    <section aria-labelledby="live-settings">
      <h2 id="live-settings">Live</h2>
      <div className="field">
        <label className="tick"><input type="checkbox" checked={settings.liveNotify} onChange={(event) => void switchNotify(event.target.checked)} /> Tell new alerts through the system while the window is not in front</label>
        {refused && <span className="field-problem">The system does not allow notifications for Steelyard.</span>}
      </div>
      <Field label="Alerts" hint="Thresholds by rule and by pool, and waivers with their end, as JSON; empty: the usual ones. Waivers count at once, the rest from the next time that a balancer is watched." problem={problem}>
        <textarea className="input mono" rows={5} value={alerts} spellCheck={false} placeholder={example} onChange={(event) => setAlerts(event.target.value)} onBlur={() => problem === undefined && alerts !== settings.liveAlerts && void actions.saveSettings({ liveAlerts: alerts }).then(actions.useWaivers)} />
      </Field>
      <RecordingLimit label="Recordings end at, in MB" hint="Watching goes on without one. It counts from the next time that a balancer is watched." what="megabytes" />
      <RecordingLimit label="Recordings end after, in hours" hint="A week is 168." what="hours" />
      <div className="field">
        <span className="field-label">Balancers that were watched</span>
        {settings.liveSources.length === 0 && <span className="field-hint">None yet.</span>}
        {settings.liveSources.length > 0 && (
          <ul className="live-sources live-remembered">
            {settings.liveSources.map((one) => (
              <li key={one.address} className="row">
                <span className="mono">{one.address}</span>
                <span className="muted">{one.config ?? 'without a config'}</span>
                <Button look="ghost" aria-label={`Forget ${one.address}`} onClick={() => actions.forgetSource(one.address)}>Forget</Button>
              </li>
            ))}
          </ul>
        )}
        <span className="field-hint">Users and passwords are kept in the store of the system only; without one, as in a browser, write them into the address again when you watch it. Recordings stand in the data folder.</span>
      </div>
    </section>
  )
}

/** One of the places where a recording ends by itself; what is not within its bounds is not saved. */
function RecordingLimit({ label, hint, what }: { readonly label: string; readonly hint: string; readonly what: keyof typeof limitBounds }) {
  const { actions } = useApp()
  const limits = useAppState((state) => state.settings.liveRecordingLimits)
  const [text, setText] = useState(String(limits[what]))
  const bounds = limitBounds[what]
  const limit = parseLimit(text, bounds)
  return (
    <Field label={label} hint={hint} problem={limit === null ? `Write a number from ${bounds.least} to ${bounds.most}.` : undefined}>
      <input className="input short" inputMode="decimal" value={text} onChange={(event) => setText(event.target.value)} onBlur={() => limit !== null && limit !== limits[what] && void actions.saveSettings({ liveRecordingLimits: { ...limits, [what]: limit } })} />
    </Field>
  )
}
