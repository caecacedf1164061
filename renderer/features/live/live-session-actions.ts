import { toBase64 } from '#renderer/features/open/browser-files.ts'
import { ok, type Result } from '#shared/diagnostics/failure.ts'
import type { LiveSessionInfo } from '#shared/rpc/live-payloads.ts'
import type { ConfigInput, ConfigSummary } from '#shared/rpc/payloads.ts'
import type { LiveSample } from '#shared/view/live-sample.ts'
import { initialLive } from './live-state.ts'
import type { LiveTime } from './live-time-actions.ts'
import type { LiveTools } from './live-tools.ts'
import { credentialsOf, recordingPath, withCredentials, withoutPassword } from './source-text.ts'

/** Config that a balancer is taken to run: one that is open here, another one, or none. */
export type RunningChoice = { readonly kind: 'candidate' | 'baseline' | 'none' } | { readonly kind: 'input'; readonly input: ConfigInput }

/** What is to be watched, and how. `pastMinutes`: how much of the time before, where the source keeps it. */
export interface WatchChoice {
  readonly source: string
  readonly running: RunningChoice
  readonly intervalMs: number
  readonly pastMinutes: number
  readonly isRecorded: boolean
}

export type RecordingChoice = { readonly kind: 'path'; readonly path: string } | { readonly kind: 'sample' } | { readonly kind: 'file'; readonly file: File }

export interface LiveSessionActions {
  startLive(choice: WatchChoice): Promise<void>
  /** Ends the wait for the first answer and for what was before it, or for a recording. */
  giveUpLive(): void
  /** Takes a balancer off the list, and its password out of the store of the system. */
  forgetSource(address: string): void
  openRecording(input: RecordingChoice): Promise<void>
  stopLive(): Promise<void>
  /** A session that is still open, as after the window was loaded again. */
  resumeLive(): Promise<void>
  takeSample(sessionId: string, sample: LiveSample, marks: number): void
  liveEnded(sessionId: string, reason: string): void
}

const keepAliveMs = 15_000
/** How much of the time before is shown where nobody asked for more. */
export const usualPastMinutes = 30

/** Beginning and end of watching a balancer or a recording, and what comes from it meanwhile. */
export function createLiveSessionActions({ store, client, notify, saveSettings, live, change, loadOptions, show, refreshMarks }: LiveTools, time: LiveTime): LiveSessionActions {
  let lease: ReturnType<typeof setInterval> | undefined
  let giveUp = new AbortController()

  async function runningOf(choice: RunningChoice): Promise<Result<ConfigSummary | null>> {
    const { before, after } = store.get()
    switch (choice.kind) {
      case 'none': return ok(null)
      case 'candidate': return ok(after.value?.summary ?? null)
      case 'baseline': return ok(before.value?.summary ?? null)
      case 'input': return client.call('config.load', { input: choice.input, options: loadOptions() })
    }
  }

  /** The approved version of the same source; else the baseline where the candidate runs. */
  async function knownGoodOf(running: ConfigSummary | null): Promise<string | null> {
    if (running === null) return null
    const kept = await client.call('config.load', { input: { kind: 'known-good', source: running.source }, options: loadOptions() })
    if (kept.ok) return kept.value.configId
    const { before, after } = store.get()
    return after.value?.summary.configId === running.configId ? (before.value?.summary.configId ?? null) : null
  }

  function attach(session: LiveSessionInfo): void {
    time.pause()
    store.update((state) => ({
      live: {
        ...initialLive, tab: state.live.tab, unit: state.live.unit, colour: state.live.colour, isMoving: state.live.isMoving, metric: state.live.metric, session,
        cursor: session.kind === 'recording' ? { kind: 'past', atMs: session.range?.fromMs ?? 0, isPlaying: false } : { kind: 'now' }, minutes: session.kind === 'recording' ? null : 15,
      },
    }))
    clearInterval(lease)
    lease = setInterval(() => void refreshSession(), keepAliveMs)
    void refreshMarks()
  }

  async function refreshSession(): Promise<void> {
    const { session } = live()
    if (session === null) return
    const now = await client.call('live.session', { sessionId: session.sessionId })
    if (live().session?.sessionId !== session.sessionId) return
    if (now.ok) change({ session: now.value })
    else if (now.failure.code === 'not-found') actions.liveEnded(session.sessionId, now.failure.message)
  }

  async function remember(source: string, running: ConfigSummary | null): Promise<void> {
    const entry = { address: withoutPassword(source), config: running?.input.kind === 'path' ? running.input.path : null }
    await saveSettings({ liveSources: [entry, ...store.get().settings.liveSources.filter((one) => one.address !== entry.address)].slice(0, 12) })
  }

  /** User and password that the store of the system has for an address. */
  async function keptCredentials(address: string): Promise<string | null> {
    if (!/^(?:[a-z-]+:)?https?:/i.test(address)) return null
    const kept = await client.call('host.secret', { key: address })
    return kept.ok ? kept.value.value : null
  }

  const actions: LiveSessionActions = {
    async startLive({ source, running: choice, intervalMs, pastMinutes, isRecorded }) {
      change({ starting: { state: 'working', what: 'balancer' } })
      const abort = giveUp = new AbortController()
      const running = await runningOf(choice)
      if (!running.ok) return change({ starting: { state: 'failed', failure: running.failure } })
      const knownGoodId = await knownGoodOf(running.value)
      const old = live().session
      // The folder of the recording is there once something was kept in it.
      await saveSettings({})
      const address = withoutPassword(source.trim())
      const credentials = credentialsOf(source.trim()) ?? await keptCredentials(address)
      const { info, settings } = store.get()
      const record = isRecorded ? { path: recordingPath(info?.dataFolder ?? '.', address, new Date()), limits: settings.liveRecordingLimits } : null
      const session = await client.call('live.start', { source: withCredentials(address, credentials), configId: running.value?.configId ?? null, knownGoodId, intervalMs, pastMinutes, options: loadOptions(), record, alerts: settings.liveAlerts }, abort.signal)
      if (!session.ok) return change({ starting: session.failure.code === 'cancelled' ? { state: 'idle' } : { state: 'failed', failure: session.failure } })
      // They worked. A host without a store keeps nothing.
      if (credentials !== null) void client.call('host.keepSecret', { key: address, value: credentials })
      if (old !== null) void client.call('live.stop', { sessionId: old.sessionId })
      attach(session.value)
      // What was asked for is to be seen.
      if (pastMinutes > usualPastMinutes && session.value.range !== null) change({ minutes: null })
      if (session.value.pastProblem !== null) notify(session.value.pastProblem, 'problem')
      await remember(source.trim(), running.value)
      const first = await client.call('live.at', { sessionId: session.value.sessionId, atMs: null })
      if (first.ok && first.value !== null && live().newest === null) {
        change({ newest: first.value })
        show(first.value)
      }
    },

    giveUpLive() {
      giveUp.abort()
    },

    forgetSource(address) {
      const { liveSources } = store.get().settings
      void saveSettings({ liveSources: liveSources.filter((one) => one.address !== address) })
      void client.call('host.keepSecret', { key: address, value: null })
    },

    async openRecording(choice) {
      store.update({ workspace: 'live' })
      change({ starting: { state: 'working', what: 'recording' } })
      const abort = giveUp = new AbortController()
      const old = live().session
      const input = choice.kind === 'file' ? { kind: 'bytes' as const, title: choice.file.name, base64: await toBase64(choice.file) } : choice
      const session = await client.call('live.openRecording', { input, alerts: store.get().settings.liveAlerts }, abort.signal)
      if (!session.ok && session.failure.code === 'cancelled') return change({ starting: { state: 'idle' } })
      if (!session.ok) {
        change({ starting: { state: 'failed', failure: session.failure } })
        if (old !== null) notify(session.failure.message, 'problem')
        return
      }
      if (old !== null) void client.call('live.stop', { sessionId: old.sessionId })
      attach(session.value)
      for (const problem of session.value.problems.slice(0, 2)) notify(problem, 'problem')
      const fromMs = session.value.range?.fromMs ?? 0
      const first = await client.call('live.at', { sessionId: session.value.sessionId, atMs: fromMs })
      if (!first.ok || first.value === null) return
      change({ newest: first.value })
      show(first.value)
      time.toggleLive()
    },

    async stopLive() {
      time.pause()
      clearInterval(lease)
      const { session } = live()
      store.update((state) => ({ live: { ...initialLive, unit: state.live.unit, colour: state.live.colour, isMoving: state.live.isMoving } }))
      if (session !== null) await client.call('live.stop', { sessionId: session.sessionId })
    },

    async resumeLive() {
      const open = await client.call('live.sessions', {})
      const last = open.ok ? open.value.at(-1) : undefined
      if (last === undefined || live().session !== null) return
      attach(last)
      const sample = await client.call('live.at', { sessionId: last.sessionId, atMs: last.kind === 'recording' ? (last.range?.fromMs ?? null) : null })
      if (!sample.ok || sample.value === null) return
      change({ newest: live().newest ?? sample.value })
      show(sample.value)
    },

    takeSample(sessionId, sample, marks) {
      const { session, cursor, marksCount } = live()
      if (session?.sessionId !== sessionId) return
      const from = session.range?.fromMs ?? sample.atMs
      change({ newest: sample, session: { ...session, range: { fromMs: from, toMs: sample.atMs } }, marksCount: marks })
      if (marks !== marksCount) void refreshMarks()
      if (sample.configId !== session.running?.configId) void refreshSession()
      if (cursor.kind === 'now') show(sample)
    },

    liveEnded(sessionId, reason) {
      if (live().session?.sessionId !== sessionId) return
      time.pause()
      clearInterval(lease)
      change({ ended: reason })
    },
  }
  return actions
}
