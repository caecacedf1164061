import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { parseAlertSettings, type AlertSettings } from '#shared/live/alerts/settings.ts'
import { parseLiveSource } from '#shared/live/live-source.ts'
import { whyNotComparable } from '#shared/live/same-product.ts'
import type { SteelyardContract } from '#shared/rpc/contract.ts'
import type { Handlers } from '#shared/rpc/method.ts'
import type { LiveSessionInfo } from '#shared/rpc/live-payloads.ts'
import type { ConfigInput, LoadOptions } from '#shared/rpc/payloads.ts'
import type { ConfigStore } from '#shared/backend/config-store.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import { pictureFile } from '#shared/backend/export.ts'
import type { PairStore } from '#shared/backend/pairs.ts'
import type { Ports } from '#shared/backend/ports.ts'
import { momentOf } from '#shared/view/sample-moment.ts'
import type { KeptSession } from './kept-session.ts'
import { incidentReport } from './report.ts'
import { openRecordedSession } from './recorded-session.ts'
import { WatchedSession } from './watched-session.ts'

type LiveMethods = Extract<keyof SteelyardContract, `live.${string}`>

/** A screen asks for its sessions at least this often; one that nobody asks for is closed. */
const leaseMs = 180_000
const leaseLookMs = 20_000
const mostSessions = 12
const shortestIntervalMs = 500
const longestIntervalMs = 300_000
/** As on the command line: 7 days. */
const longestPastMinutes = 7 * 24 * 60
const longestNote = 2000

interface Leased {
  readonly session: KeptSession
  untilMs: number
}

/** Watched balancers, each polled on its own. What nobody looks at any more is closed. */
export function liveHandlers(ports: Ports, store: ConfigStore, pairs: PairStore): Pick<Handlers<SteelyardContract>, LiveMethods> {
  const sessions = new Map<string, Leased>()
  let next = 0
  let looking = false

  const touch = (leased: Leased): KeptSession => {
    leased.untilMs = ports.clock.milliseconds() + leaseMs
    return leased.session
  }
  const find = (sessionId: string): Result<KeptSession> => {
    const leased = sessions.get(sessionId)
    return leased === undefined ? failed('not-found', 'This is not watched any more; start it again.') : ok(touch(leased))
  }
  const end = (sessionId: string): void => {
    sessions.get(sessionId)?.session.close()
    sessions.delete(sessionId)
  }
  /** Ends what nobody asked for; goes on while there is something. */
  const lookForAbandoned = (): void => {
    if (looking) return
    looking = true
    ports.clock.after(leaseLookMs, () => {
      looking = false
      for (const [id, leased] of sessions) {
        if (leased.untilMs > ports.clock.milliseconds()) continue
        end(id)
        ports.emit('live.ended', { sessionId: id, reason: 'Nobody looked at it for a while.' })
      }
      if (sessions.size > 0) lookForAbandoned()
    })
  }
  const keep = (sessionId: string, session: KeptSession): LiveSessionInfo => {
    sessions.set(sessionId, { session, untilMs: ports.clock.milliseconds() + leaseMs })
    lookForAbandoned()
    return session.info()
  }
  const configOf = (configId: string | null): Result<LoadedConfig | null> => (configId === null ? ok(null) : store.get(configId))

  return {
    async 'live.start'({ source: written, configId, knownGoodId, intervalMs, pastMinutes, options, record, alerts }, context) {
      const source = parseLiveSource(written)
      if (typeof source === 'string') return failed('bad-params', source)
      if (intervalMs < shortestIntervalMs || intervalMs > longestIntervalMs) return failed('bad-params', `The time between polls is ${shortestIntervalMs / 1000} to ${longestIntervalMs / 1000} s.`)
      if (pastMinutes < 0 || pastMinutes > longestPastMinutes) return failed('bad-params', 'The time before that is shown is 7 days at most.')
      if (sessions.size >= mostSessions) return failed('unsupported', `${mostSessions} balancers are watched already; stop one first.`)
      const settings = readAlertSettings(alerts)
      if (!settings.ok) return settings
      const running = configOf(configId)
      if (!running.ok) return running
      const knownGood = configOf(knownGoodId)
      if (!knownGood.ok) return knownGood
      for (const config of [running.value, knownGood.value]) {
        const refused = config === null ? null : whyNotComparable(source, config.model, config.summary.title)
        if (refused !== null) return failed('bad-params', refused)
      }
      const sessionId = `live-${++next}`
      const begun = await WatchedSession.begin(ports, {
        sessionId, source, intervalMs, running: running.value, knownGood: knownGood.value,
        readAgain: running.value === null || !isAddress(running.value.input) ? null : rereading(ports, running.value.input, options),
        onConfig: store.put, record, alerts: settings.value, pastMs: pastMinutes * 60_000,
      }, context)
      if (!begun.ok) return begun
      if (context.cancelled()) {
        begun.value.close()
        return failed('cancelled', 'Watching was cancelled.')
      }
      return ok(keep(sessionId, begun.value))
    },
    async 'live.openRecording'({ input, alerts }, context) {
      const settings = readAlertSettings(alerts)
      if (!settings.ok) return settings
      if (sessions.size >= mostSessions) return failed('unsupported', `${mostSessions} balancers and recordings are open already; stop one first.`)
      const sessionId = `live-${++next}`
      const path = input.kind === 'path' ? input.path : ports.files.join(ports.host.sampleFolder, 'incident.lbrec')
      const session = await openRecordedSession(ports, sessionId, input.kind === 'bytes' ? { kind: 'bytes', title: input.title, bytes: ports.bytes.fromBase64(input.base64) } : { kind: 'path', path }, settings.value, store.put, context)
      return session.ok ? ok(keep(sessionId, session.value)) : session
    },
    'live.stop'({ sessionId }) {
      end(sessionId)
      return Promise.resolve(ok(null))
    },
    'live.sessions': () => Promise.resolve(ok([...sessions.values()].map((leased) => touch(leased).info()))),
    'live.session': ({ sessionId }) => on(sessionId, (session) => session.info()),
    'live.at': ({ sessionId, atMs }) => on(sessionId, ({ seen }) => (atMs === null ? seen.last : seen.samples.at(atMs))),
    'live.series': ({ sessionId, keys, fromMs, toMs, points }) => on(sessionId, ({ seen }) => seen.series.query(keys, fromMs, toMs, Math.min(4000, points))),
    'live.marks': ({ sessionId }) => on(sessionId, ({ seen }) => seen.marks.list()),
    'live.note': ({ sessionId, atMs, text }) => on(sessionId, (session) => {
      session.note(atMs, text.slice(0, longestNote))
      return null
    }),
    'live.waive'({ sessionId, alerts }) {
      const settings = readAlertSettings(alerts)
      if (!settings.ok) return Promise.resolve(settings)
      const session = find(sessionId)
      return Promise.resolve(session.ok ? session.value.waive(settings.value.waivers ?? []) : session)
    },
    async 'live.picture'({ sessionId, atMs, topology, unit, colour, picture }) {
      const session = find(sessionId)
      if (!session.ok) return session
      const sample = atMs === null ? session.value.seen.last : session.value.seen.samples.at(atMs)
      if (sample === null || sample.configId === null) return failed('unknown-config', 'There is no config to draw: nobody said what this balancer runs.')
      const pair = pairs(null, sample.configId)
      if (!pair.ok) return pair
      const timeText = new Date(sample.dataMs).toISOString()
      return pictureFile(ports, pair.value, topology, picture, { moment: momentOf(sample), source: session.value.info().title, timeText, unit, colour, stale: sample.missed !== null })
    },
    async 'live.report'({ sessionId, format }) {
      const session = find(sessionId)
      if (!session.ok) return session
      const opened = await session.value.recording()
      if (!opened.ok) return opened
      try {
        const report = await incidentReport(ports, opened.value, format, session.value.alerts)
        const name = session.value.info().title.replace(/[^A-Za-z0-9.]+/g, '-').replace(/^[-.]+|[-.]+$/g, '')
        return report.ok ? ok({ name: `incident-${name}.${format === 'html' ? 'html' : 'md'}`, text: report.value }) : report
      } finally {
        opened.value.close()
      }
    },
    'live.raw': ({ sessionId }) => on(sessionId, (session) => session.raw()),
  }

  function on<T>(sessionId: string, answer: (session: KeptSession) => T): Promise<Result<T>> {
    const session = find(sessionId)
    return Promise.resolve(session.ok ? ok(answer(session.value)) : session)
  }
}

/** Where the same input can be read again. */
function isAddress(input: ConfigInput): boolean {
  return input.kind === 'path' || input.kind === 'git'
}

function rereading(ports: Ports, input: ConfigInput, options: LoadOptions): () => Promise<Result<LoadedConfig>> {
  return () => loadConfig(ports, input, options, { cancelled: () => false })
}

/** Settings of alerts as they stand in those of the app; empty: the usual ones. */
function readAlertSettings(text: string): Result<AlertSettings> {
  const settings = text.trim() === '' ? ok({}) : parseAlertSettings(text)
  return settings.ok ? settings : failed(settings.failure.code, `The settings of alerts cannot be used: ${settings.failure.message}`)
}
