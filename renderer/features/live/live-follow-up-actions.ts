import { saveBytes } from '#renderer/features/export/save-bytes.ts'
import { toBase64 } from '#renderer/features/open/browser-files.ts'
import type { ConfigActions } from '#renderer/features/open/config-actions.ts'
import type { ReviewActions } from '#renderer/features/review/review-actions.ts'
import { ok, type Result } from '#shared/diagnostics/failure.ts'
import type { LiveAlert, LiveLine } from '#shared/view/live-sample.ts'
import { chosenAlert } from './live-selection.ts'
import type { LiveTools } from './live-tools.ts'
import { withoutWaivers, withWaiver } from './waivers.ts'

export interface LiveFollowUpActions {
  /** Opens Review on known good against running; with a line, there. */
  compareRunning(line: LiveLine | null): Promise<void>
  /** Lines of the alert that is chosen. */
  openAlertLine(): void
  /** Saves what the recording tells of the incident. */
  saveReport(format: 'markdown' | 'html'): Promise<void>
  /** `atMs` null: the moment shown. */
  annotate(atMs: number | null, text: string): Promise<Result<null>>
  /** An alert is known from now on: kept in the settings, and counted at once. `servers` empty: the alert about the whole pool. */
  waive(alert: Pick<LiveAlert, 'rule' | 'pool'>, servers: readonly string[], reason: string, hours: number): Promise<Result<null>>
  /** A waived alert counts again. */
  endWaiver(alert: Pick<LiveAlert, 'rule' | 'pool'>): Promise<void>
  /** The balancer that is watched goes on with the waivers of the settings. */
  useWaivers(): Promise<Result<null>>
}

/** Where one goes from what Live shows: to the lines, to a report, to a note. */
export function createLiveFollowUpActions({ store, client, notify, saveSettings, live, refreshMarks }: LiveTools, configs: ConfigActions, review: ReviewActions): LiveFollowUpActions {
  const actions: LiveFollowUpActions = {
    async compareRunning(line) {
      const { session } = live()
      if (session === null || session.running === null) return notify('There is no config that this balancer is taken to run.', 'problem')
      const opened = configs.openLoaded(session.knownGood, session.running)
      if (session.knownGood === null) notify('No known good config is kept for this one, so there is nothing to compare it with.')
      if (line === null) return opened
      const side = line.side === 'running' ? 'after' : 'before'
      review.goToLine(side, line.at)
      const { reveal } = store.get().selection
      await opened
      // The files are paired by now; unless somebody went elsewhere, the one with the line is shown.
      if (store.get().selection.reveal === reveal && store.get().workspace === 'review') review.goToLine(side, line.at)
    },

    openAlertLine() {
      const line = chosenAlert(live())?.lines[0]
      if (line !== undefined) void actions.compareRunning(line)
    },

    async saveReport(format) {
      const { session } = live()
      if (session === null) return
      notify('The incident report is being written…')
      const report = await client.call('live.report', { sessionId: session.sessionId, format })
      if (!report.ok) return notify(report.failure.message, 'problem')
      const base64 = await toBase64(new Blob([report.value.text]))
      const saved = await saveBytes(client, store.get().info?.dialogs === true, report.value.name, format === 'html' ? 'text/html' : 'text/markdown', base64)
      if (saved.ok) notify(saved.value.path === null ? `${report.value.name} is in your downloads.` : `Saved as ${saved.value.path}.`, 'ok')
      else if (saved.failure.code !== 'cancelled') notify(saved.failure.message, 'problem')
    },

    async annotate(atMs, text) {
      const { session, shown } = live()
      if (session === null || shown === null) return ok(null)
      const noted = await client.call('live.note', { sessionId: session.sessionId, atMs: atMs ?? shown.atMs, text })
      if (noted.ok) await refreshMarks()
      return noted
    },

    async waive(alert, servers, reason, hours) {
      const text = withWaiver(store.get().settings.liveAlerts, alert, servers, reason, Date.now(), hours)
      return text.ok ? keep(text.value) : text
    },

    async endWaiver(alert) {
      const text = withoutWaivers(store.get().settings.liveAlerts, alert, Date.now())
      const kept = text.ok ? await keep(text.value) : text
      if (!kept.ok) notify(kept.failure.message, 'problem')
    },

    async useWaivers() {
      const { session } = live()
      if (session?.kind !== 'live') return ok(null)
      const told = await client.call('live.waive', { sessionId: session.sessionId, alerts: store.get().settings.liveAlerts })
      if (told.ok) await refreshMarks()
      return told
    },
  }

  async function keep(liveAlerts: string): Promise<Result<null>> {
    const saved = await saveSettings({ liveAlerts })
    return saved.ok ? actions.useWaivers() : saved
  }
  return actions
}
