import type { ActionTools } from '#renderer/app/actions.ts'
import type { ConfigActions } from '#renderer/features/open/config-actions.ts'
import type { ReviewActions } from '#renderer/features/review/review-actions.ts'
import { ok, type Result } from '#shared/diagnostics/failure.ts'
import type { ConfigInput, ConfigSummary, LiveSessionInfo, LoadOptions, TopologyOptions } from '#shared/rpc/payloads.ts'
import type { LiveLine, LiveSample } from '#shared/view/live-sample.ts'
import { loading, settled } from '#renderer/state/remote.ts'
import { alertIds, alertOfIds, poolOfIds } from './live-selection.ts'
import { initialLive, type LiveColour, type LiveState, type LiveTab, type LiveUnit, type Speed, type TimelineMetric } from './live-state.ts'
import { firingAlerts } from './live-words.ts'
import { credentialsOf, recordingPath, withCredentials, withoutPassword } from './source-text.ts'
import { saveBytes } from '#renderer/features/export/save-bytes.ts'
import { toBase64 } from '#renderer/features/open/browser-files.ts'

/** Config that a balancer is taken to run: one that is open here, another one, or none. */
export type RunningChoice = { readonly kind: 'candidate' | 'baseline' | 'none' } | { readonly kind: 'input'; readonly input: ConfigInput }

export type RecordingChoice = { readonly kind: 'path'; readonly path: string } | { readonly kind: 'sample' } | { readonly kind: 'file'; readonly file: File }

export interface LiveActions {
  startLive(source: string, running: RunningChoice, intervalMs: number, isRecorded: boolean): Promise<void>
  /** Takes a balancer off the list, and its password out of the store of the system. */
  forgetSource(address: string): void
  openRecording(input: RecordingChoice): Promise<void>
  stopLive(): Promise<void>
  /** A session that is still open, as after the window was loaded again. */
  resumeLive(): Promise<void>
  takeSample(sessionId: string, sample: LiveSample, marks: number): void
  liveEnded(sessionId: string, reason: string): void
  changeLive(change: Partial<Pick<LiveState, 'tab' | 'unit' | 'colour' | 'onlyTrouble' | 'isMoving' | 'metric' | 'minutes' | 'find' | 'pool'>>): void
  setLiveSpeed(speed: Speed): void
  /** Pause where it stands, or play on from there. */
  toggleLive(): void
  stepLive(polls: number): void
  seekLive(atMs: number): void
  followLive(): void
  selectLiveIds(ids: readonly string[]): void
  clearLiveSelection(): void
  chooseAlert(key: string | null): void
  stepAlert(step: 1 | -1): void
  setLiveTopology(change: Partial<TopologyOptions>): void
  expandLiveGroup(id: string): void
  /** Opens Review on known good against running; with a line, there. */
  compareRunning(line: LiveLine | null): Promise<void>
  /** Lines of the alert that is chosen. */
  openAlertLine(): void
  /** Saves what the recording tells of the incident. */
  saveReport(format: 'markdown' | 'html'): Promise<void>
  /** `atMs` null: the moment shown. */
  annotate(atMs: number | null, text: string): Promise<Result<null>>
}

export type { LiveColour, LiveTab, LiveUnit, TimelineMetric }

const playEveryMs = 250
const keepAliveMs = 15_000

export function createLiveActions({ store, client, notify }: ActionTools, configs: ConfigActions, review: ReviewActions): LiveActions {
  let pictureRun = 0
  let seekRun = 0
  let seekUnderway = false
  let wantedMs: number | null = null
  let player: ReturnType<typeof setInterval> | undefined
  let lease: ReturnType<typeof setInterval> | undefined

  const live = (): LiveState => store.get().live
  const change = (parts: Partial<LiveState>): void => store.update((state) => ({ live: { ...state.live, ...parts } }))
  const options = (): LoadOptions => ({ dialect: null, root: store.get().settings.root, environment: store.get().settings.environment, version: null })

  async function runningOf(choice: RunningChoice): Promise<Result<ConfigSummary | null>> {
    const { before, after } = store.get()
    switch (choice.kind) {
      case 'none': return ok(null)
      case 'candidate': return ok(after.value?.summary ?? null)
      case 'baseline': return ok(before.value?.summary ?? null)
      case 'input': return client.call('config.load', { input: choice.input, options: options() })
    }
  }

  /** The approved version of the same source; else the baseline where the candidate runs. */
  async function knownGoodOf(running: ConfigSummary | null): Promise<string | null> {
    if (running === null) return null
    const kept = await client.call('config.load', { input: { kind: 'known-good', source: running.source }, options: options() })
    if (kept.ok) return kept.value.configId
    const { before, after } = store.get()
    return after.value?.summary.configId === running.configId ? (before.value?.summary.configId ?? null) : null
  }

  function attach(session: LiveSessionInfo): void {
    pause()
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

  async function refreshMarks(): Promise<void> {
    const { session } = live()
    if (session === null) return
    const marks = await client.call('live.marks', { sessionId: session.sessionId })
    if (marks.ok && live().session?.sessionId === session.sessionId) change({ marks: marks.value })
  }

  /** The picture follows the config of the moment shown; positions of what stays are the same. */
  async function refreshPicture(always: boolean): Promise<void> {
    const { shown, picture, topologyOptions } = live()
    const configId = shown?.configId ?? null
    if (configId === null || (!always && picture.configId === configId)) return
    const run = ++pictureRun
    change({ picture: { configId, answer: loading(picture.answer) } })
    const answer = await client.call('topology.view', { before: null, after: configId, options: { ...topologyOptions, expanded: [...topologyOptions.expanded] } })
    if (run === pictureRun) change({ picture: { configId, answer: settled(answer, live().picture.answer) } })
  }

  function show(sample: LiveSample | null): void {
    if (sample === null) return
    change({ shown: sample })
    void refreshPicture(false)
  }

  /** Asks for the moment of the cursor; only the newest wish counts while one is underway. */
  async function seek(atMs: number): Promise<void> {
    wantedMs = atMs
    if (seekUnderway) return
    seekUnderway = true
    const run = ++seekRun
    while (wantedMs !== null) {
      const wanted: number = wantedMs
      wantedMs = null
      const { session } = live()
      if (session === null) break
      const sample = await client.call('live.at', { sessionId: session.sessionId, atMs: wanted })
      if (run !== seekRun || live().cursor.kind === 'now') break
      if (sample.ok) show(sample.value)
    }
    seekUnderway = false
  }

  function pause(): void {
    clearInterval(player)
    player = undefined
  }

  function range(): { readonly fromMs: number; readonly toMs: number } | null {
    const { session, newest } = live()
    if (session?.range === undefined || session.range === null) return newest === null ? null : { fromMs: newest.atMs, toMs: newest.atMs }
    return { fromMs: session.range.fromMs, toMs: Math.max(session.range.toMs, newest?.atMs ?? 0) }
  }

  function play(): void {
    pause()
    let last = performance.now()
    player = setInterval(() => {
      const { cursor, speed, session } = live()
      if (cursor.kind === 'now' || !cursor.isPlaying) return pause()
      const now = performance.now()
      const atMs = cursor.atMs + (now - last) * speed
      last = now
      const whole = range()
      if (whole !== null && atMs >= whole.toMs) {
        pause()
        if (session?.kind === 'live') return actions.followLive()
        change({ cursor: { kind: 'past', atMs: whole.toMs, isPlaying: false } })
        return void seek(whole.toMs)
      }
      change({ cursor: { kind: 'past', atMs, isPlaying: true } })
      void seek(atMs)
    }, playEveryMs)
  }

  async function remember(source: string, running: ConfigSummary | null): Promise<void> {
    const entry = { address: withoutPassword(source), config: running?.input.kind === 'path' ? running.input.path : null }
    const { settings } = store.get()
    const saved = await client.call('app.saveSettings', { ...settings, liveSources: [entry, ...settings.liveSources.filter((one) => one.address !== entry.address)].slice(0, 12) })
    if (saved.ok) store.update({ settings: saved.value })
  }

  /** User and password that the store of the system has for an address. */
  async function keptCredentials(address: string): Promise<string | null> {
    if (!/^(?:[a-z-]+:)?https?:/i.test(address)) return null
    const kept = await client.call('host.secret', { key: address })
    return kept.ok ? kept.value.value : null
  }

  const actions: LiveActions = {
    async startLive(source, choice, intervalMs, isRecorded) {
      change({ starting: { state: 'working' } })
      const running = await runningOf(choice)
      if (!running.ok) return change({ starting: { state: 'failed', failure: running.failure } })
      const knownGoodId = await knownGoodOf(running.value)
      const old = live().session
      // The folder of the recording is there once something was kept in it.
      await remember(source.trim(), running.value)
      const address = withoutPassword(source.trim())
      const credentials = credentialsOf(source.trim()) ?? await keptCredentials(address)
      const record = isRecorded ? recordingPath(store.get().info?.dataFolder ?? '.', address, new Date()) : null
      const session = await client.call('live.start', { source: withCredentials(address, credentials), configId: running.value?.configId ?? null, knownGoodId, intervalMs, options: options(), record, alerts: store.get().settings.liveAlerts })
      if (!session.ok) return change({ starting: { state: 'failed', failure: session.failure } })
      // They worked. A host without a store keeps nothing.
      if (credentials !== null) void client.call('host.keepSecret', { key: address, value: credentials })
      if (old !== null) void client.call('live.stop', { sessionId: old.sessionId })
      attach(session.value)
      const first = await client.call('live.at', { sessionId: session.value.sessionId, atMs: null })
      if (first.ok && first.value !== null && live().newest === null) {
        change({ newest: first.value })
        show(first.value)
      }
    },

    forgetSource(address) {
      const { liveSources } = store.get().settings
      void client.call('app.saveSettings', { ...store.get().settings, liveSources: liveSources.filter((one) => one.address !== address) }).then((saved) => { if (saved.ok) store.update({ settings: saved.value }) })
      void client.call('host.keepSecret', { key: address, value: null })
    },

    async openRecording(choice) {
      store.update({ workspace: 'live' })
      change({ starting: { state: 'working' } })
      const old = live().session
      const input = choice.kind === 'file' ? { kind: 'bytes' as const, title: choice.file.name, base64: await toBase64(choice.file) } : choice
      const session = await client.call('live.openRecording', { input })
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
      actions.toggleLive()
    },

    async stopLive() {
      pause()
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
      pause()
      clearInterval(lease)
      change({ ended: reason })
    },

    changeLive: change,
    setLiveSpeed: (speed) => change({ speed }),

    toggleLive() {
      const { cursor, newest } = live()
      if (cursor.kind === 'now') {
        if (newest !== null) change({ cursor: { kind: 'past', atMs: newest.atMs, isPlaying: false } })
        return
      }
      const whole = range()
      const atEnd = whole !== null && live().session?.kind === 'recording' && cursor.atMs >= whole.toMs
      change({ cursor: { kind: 'past', atMs: atEnd ? whole.fromMs : cursor.atMs, isPlaying: !cursor.isPlaying } })
      if (cursor.isPlaying) pause()
      else play()
    },

    stepLive(polls) {
      const { cursor, shown, session } = live()
      if (session === null || shown === null) return
      actions.seekLive((cursor.kind === 'past' ? cursor.atMs : shown.atMs) + polls * session.intervalMs)
    },

    seekLive(atMs) {
      const whole = range()
      if (whole === null) return
      const { session } = live()
      if (atMs >= whole.toMs && session?.kind === 'live' && live().ended === null) return actions.followLive()
      const at = Math.max(whole.fromMs, Math.min(whole.toMs, atMs))
      const { cursor } = live()
      change({ cursor: { kind: 'past', atMs: at, isPlaying: cursor.kind === 'past' && cursor.isPlaying } })
      void seek(at)
    },

    followLive() {
      const { session, newest } = live()
      if (session?.kind === 'recording') {
        const whole = range()
        if (whole !== null) actions.seekLive(whole.toMs)
        return
      }
      pause()
      wantedMs = null
      change({ cursor: { kind: 'now' } })
      show(newest)
    },

    selectLiveIds(ids) {
      const { shown, picture } = live()
      const view = picture.answer.value?.view ?? null
      change({ ids, alertKey: alertOfIds(shown, ids), pool: poolOfIds(shown, view, ids) ?? live().pool })
    },
    clearLiveSelection: () => change({ ids: [], alertKey: null, pool: null }),

    chooseAlert(key) {
      const { shown, picture } = live()
      const alert = shown?.alerts.find((one) => one.key === key) ?? null
      if (alert === null) return change({ alertKey: null, ids: [] })
      change({ alertKey: alert.key, ids: alertIds(alert, shown, picture.answer.value?.view ?? null), pool: alert.pool ?? live().pool, metric: null })
    },

    stepAlert(step) {
      const alerts = firingAlerts(live().shown)
      if (alerts.length === 0) return
      const at = alerts.findIndex((alert) => alert.key === live().alertKey)
      const next = alerts[at === -1 ? (step === 1 ? 0 : alerts.length - 1) : (at + step + alerts.length) % alerts.length]
      actions.chooseAlert(next?.key ?? null)
    },

    setLiveTopology(parts) {
      change({ topologyOptions: { ...live().topologyOptions, ...parts } })
      void refreshPicture(true)
    },
    expandLiveGroup(id) {
      const { expanded } = live().topologyOptions
      actions.setLiveTopology({ expanded: expanded.includes(id) ? expanded.filter((each) => each !== id) : [...expanded, id] })
    },

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
      const { shown, alertKey } = live()
      const line = shown?.alerts.find((alert) => alert.key === alertKey)?.lines[0]
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
  }
  return actions
}
