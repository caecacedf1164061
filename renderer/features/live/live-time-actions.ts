import type { LiveTools } from './live-tools.ts'
import type { TimelineMark } from '#shared/rpc/live-payloads.ts'
import { speeds, type Speed } from './live-state.ts'

export interface LiveTimeActions {
  setLiveSpeed(speed: Speed): void
  stepLiveSpeed(step: 1 | -1): void
  /** Pause where it stands, or play on from there. */
  toggleLive(): void
  stepLive(polls: number): void
  seekLive(atMs: number): void
  followLive(): void
  /** To the mark of the timeline before or after the moment shown. */
  stepMark(step: 1 | -1): void
  /** To the last reload or change of the config up to the moment shown, else to the first one after it. */
  rewindToConfig(): void
}

/** The same for the other actions of the workspace. */
export interface LiveTime extends LiveTimeActions {
  /** Does what is asked of the moment of the cursor: at once, or when that moment is on the screen. Keys come faster than moments. */
  onceThere(act: () => void): void
  /** Nothing plays on by itself any more. */
  pause(): void
}

const playEveryMs = 250

/** A mark after which another config may run. */
export function isConfigChange({ kind }: Pick<TimelineMark, 'kind'>): boolean {
  return kind === 'config' || kind === 'reload'
}

/** Two marks closer than this are one place. */
const samePlaceMs = 500

/** Moving through what was seen. */
export function createLiveTimeActions({ client, live, change, show }: LiveTools): LiveTime {
  let seekUnderway = false
  let wantedMs: number | null = null
  /** Moments asked for, and how many of them are on the screen or were given up. */
  let asked = 0
  let reached = 0
  let waiting: readonly { readonly asked: number; readonly act: () => void }[] = []
  let player: ReturnType<typeof setInterval> | undefined

  /** Asks for the moment of the cursor; only the newest wish counts while one is underway. */
  async function seek(atMs: number): Promise<void> {
    wantedMs = atMs
    asked++
    if (seekUnderway) return
    seekUnderway = true
    while (wantedMs !== null) {
      const wanted: number = wantedMs
      const which = asked
      wantedMs = null
      const { session } = live()
      if (session === null) break
      const sample = await client.call('live.at', { sessionId: session.sessionId, atMs: wanted })
      // Another session, or back to now: what was asked for is not wanted any more.
      if (sample.ok && live().session?.sessionId === session.sessionId && live().cursor.kind === 'past') show(sample.value)
      arrive(which)
    }
    seekUnderway = false
    arrive(asked)
  }

  function arrive(which: number): void {
    reached = which
    for (let next = waiting[0]; next !== undefined && next.asked <= reached; next = waiting[0]) {
      const before = asked
      waiting = waiting.slice(1)
      next.act()
      // It went elsewhere: what was asked for after it is about that moment.
      if (asked > before) waiting = waiting.map((one) => ({ ...one, asked }))
    }
  }

  function onceThere(act: () => void): void {
    if (reached === asked && waiting.length === 0) act()
    else waiting = [...waiting, { asked, act }]
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

  function shownMs(): number {
    const { cursor, shown } = live()
    return cursor.kind === 'past' ? cursor.atMs : (shown?.atMs ?? 0)
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

  const actions: LiveTimeActions = {
    setLiveSpeed: (speed) => change({ speed }),
    stepLiveSpeed(step) {
      const next = speeds[speeds.indexOf(live().speed) + step]
      if (next !== undefined) change({ speed: next })
    },

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
      arrive(asked)
    },

    stepMark(step) {
      const at = shownMs()
      const times = live().marks.map((mark) => mark.atMs).filter((time) => (time - at) * step > samePlaceMs)
      if (times.length > 0) actions.seekLive(step === 1 ? Math.min(...times) : Math.max(...times))
    },

    rewindToConfig() {
      const at = shownMs()
      const times = live().marks.filter(isConfigChange).map((mark) => mark.atMs)
      const before = times.filter((time) => at - time > samePlaceMs)
      const to = before.length > 0 ? Math.max(...before) : Math.min(...times)
      if (times.length > 0) actions.seekLive(to)
    },
  }
  return { ...actions, pause, onceThere }
}
