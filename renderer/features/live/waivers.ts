import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { parseAlertSettings, waiverEndMs, type AlertSettings, type Waiver } from '#shared/live/alerts/settings.ts'
import type { LiveAlert } from '#shared/view/live-sample.ts'

type Waivable = Pick<LiveAlert, 'rule' | 'pool'>

/** How long an alert is waived; whoever knows better writes the end in the settings. */
export const waiverHours = [1, 4, 24, 168] as const

/** Settings of alerts, as text, that waive an alert from a moment on. `servers` empty: the alert about the whole pool. */
export function withWaiver(text: string, { rule, pool }: Waivable, servers: readonly string[], reason: string, fromMs: number, hours: number): Result<string> {
  const common = { rule, ...(pool === null ? {} : { pool }), reason: reason.trim(), from: moment(fromMs), until: moment(fromMs + hours * 3_600_000) }
  const added: readonly Waiver[] = servers.length === 0 ? [common] : servers.map((server) => ({ ...common, server }))
  return change(text, (waivers) => [...waivers, ...added])
}

/** The same settings where what waives an alert of a pool ends at a moment. Errors: what waives it is meant for every pool. */
export function withoutWaivers(text: string, { rule, pool }: Waivable, atMs: number): Result<string> {
  let ended = 0
  const changed = change(text, (waivers) => waivers.map((one) => {
    if (one.rule !== rule || one.pool !== (pool ?? undefined) || (waiverEndMs(one) ?? 0) <= atMs) return one
    ended += 1
    return { ...one, until: moment(atMs) }
  }))
  return changed.ok && ended === 0 ? failed('unsupported', 'What waives this alert is meant for every pool: change it in the settings.') : changed
}

function change(text: string, act: (waivers: readonly Waiver[]) => readonly Waiver[]): Result<string> {
  const settings: Result<AlertSettings> = text.trim() === '' ? ok({}) : parseAlertSettings(text)
  if (!settings.ok) return failed(settings.failure.code, `The settings of alerts cannot be used, so nothing is added to them: ${settings.failure.message}`)
  return ok(JSON.stringify({ ...settings.value, waivers: act(settings.value.waivers ?? []) }, null, 2))
}

/** To the second, which is how ends are read. */
function moment(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
}
