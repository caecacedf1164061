import { setTimeout as sleep } from 'node:timers/promises'
import type { Failure } from '#shared/diagnostics/failure.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { AlertWebhook } from '#shared/backend/live/alert-webhook.ts'
import { AlertCauses } from '#shared/backend/live/causes.ts'
import type { Past } from '#shared/backend/live/past.ts'
import { createPoller, type Poller } from '#shared/backend/live/poller.ts'
import { LiveSession, type LiveMoment } from '#shared/live/live-session.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { choiceOf, expectPositionals, numberOf, readingOptions, type Parsed } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes, InputError, UsageError, type ExitCode, type Io } from '#cli/io.ts'
import { readAlertSettings, webhookOf } from '#cli/alert-settings.ts'
import { coloursFor } from '#cli/output/colour.ts'
import { schemaVersion, toPlaces, type Places } from '#cli/output/json-shapes.ts'
import { renderLive } from '#cli/output/live.ts'
import { toJsonAlert, toJsonFailure, toJsonSample, type LiveFacts } from '#cli/output/live-json.ts'
import { pastOf, withToken } from '#cli/live-past.ts'
import { cliPorts, deliver, readConfig } from '#cli/reading.ts'
import { expectSameProduct } from '#cli/same-product.ts'
import { recordingOptions, SessionRecording } from '#cli/record-live.ts'
import { isRecordingName, replayRecording } from '#cli/replay-live.ts'

const clearScreen = '\u001b[H\u001b[2J'

export const command: Command = {
  usage: 'live SOURCE [--config CONFIG] [--once] [--alerts] [--interval SECONDS] [--record FILE] [--format text|json]\n       steelyard live CONFIG --source SOURCE\n       steelyard live FILE.lbrec [--speed N] [--once] [--alerts] [--format text|json]',
  summary: 'Shows where the traffic of a running balancer goes, against what the config says. Reads only.',
  options: [
    ...readingOptions,
    { name: 'config', value: 'CONFIG', help: 'config to compare with; its shares are expected, and what runs otherwise is listed' },
    { name: 'source', value: 'SOURCE', help: 'where to ask; then CONFIG is the argument' },
    { name: 'known-good', value: 'CONFIG', help: 'last known good config: shares are judged against it, too' },
    { name: 'alerts', value: null, help: 'say what is wrong; exit code 1 when something is at the end' },
    { name: 'webhook', value: 'URL', help: 'POST each alert that begins or ends there, as one JSON object; https, or http on this machine' },
    { name: 'alert-settings', value: 'FILE', help: 'JSON with thresholds, severities and waivers of the alerts' },
    { name: 'once', value: null, help: 'two polls (five with --alerts), one table, and the end' },
    { name: 'interval', value: 'SECONDS', help: 'time between polls, 1 to 300 (default 5; 1 with --once)' },
    { name: 'since', value: 'TIME', help: 'begin with what a Prometheus server knows of the last TIME, as 90s, 30m or 6h' },
    { name: 'token-from', value: 'VARIABLE', help: 'send the token that this environment variable holds' },
    { name: 'count', value: 'N', help: 'end after N tables or lines' },
    { name: 'json', value: null, help: 'the same as --format json' },
    ...recordingOptions,
    { name: 'speed', value: 'N', help: 'show a recording N times as fast as it was, 1 to 60 (default 1; with --once or JSON as fast as it goes)' },
  ],
  remarks: [
    'SOURCE is the path of a stats socket of HAProxy, HOST:PORT of one, or the http or https address of its statistics page. A word before an address names another source: apache:URL (balancer manager), apache-status:URL (server-status), caddy:URL (administration), caddy-log:FILE (access log with X-Upstream), envoy:URL (administration), haproxy-log:FILE (httplog or tcplog), haproxy-master:SOCKET (all processes of a HAProxy), haproxy-metrics:URL (metrics of HAProxy), nginx-log:FILE (access log of nginx with $upstream_addr), nginx-plus:URL (API of nginx Plus), nginx-status:URL (stub_status of nginx, totals only), nginx-vts:URL (vhost_traffic_status), prometheus:URL?LABEL=VALUE (balancers that a Prometheus server scrapes, chosen by labels), traefik:URL (API and metrics).',
    'Only these commands are sent to a socket: user, show info, show stat, show servers state. The first gives up every right to change anything.',
    'Shares are judged against the state and weights of the servers; how long it takes depends on the traffic. A failed poll is said and tried again; with --once it ends with exit code 3.',
    'With --format json each poll is one line. Alerts that only inform do not make the exit code 1.',
    'A recording holds every poll, what was told, and the configs with secrets masked. Given as SOURCE it is shown again with the same alerts; --config and --known-good replace its configs.',
  ],
  async run(args, io) {
    const [argument] = expectPositionals(args, 1, 1, args.has('source') ? 'one CONFIG, with the source in --source' : 'one SOURCE') as [string]
    if (args.has('source') && args.has('config')) throw new UsageError('With --source the config is the argument; leave --config out.')
    if (isRecordingName(args.value('source') ?? argument)) return replay(args, io, args.value('source') ?? argument, args.has('source') ? argument : args.value('config'))
    if (args.has('speed')) throw new UsageError('--speed is for recordings: FILE.lbrec.')
    const source = withToken(sourceOf(args.value('source') ?? argument), args.value('token-from'), io)
    const configArgument = args.has('source') ? argument : args.value('config')
    const once = args.has('once')
    const intervalMs = numberOf(args, 'interval', 1, 300, once ? 1 : 5) * 1000
    const count = args.has('count') ? numberOf(args, 'count', 1, 1_000_000_000, 1) : Infinity
    const json = isJson(args)
    if (args.has('output') && !once) throw new UsageError('--output holds one table: it needs --once.')
    const ports = cliPorts(io, args.has('quiet'))
    const config = configArgument === null ? null : await readConfig(ports, configArgument, args, io)
    if (config !== null) expectSameProduct(source, config.model, configArgument ?? '')
    const good = args.value('known-good')
    const knownGood = good === null ? null : await readConfig(ports, good, args, io)
    const settings = await readAlertSettings(ports, args, io, config)
    const webhook = webhookOf(ports, args, io)
    if (knownGood !== null) expectSameProduct(source, knownGood.model, good ?? '')
    // A single look may take its time.
    const poller = createPoller(ports.live, source, once ? Math.max(intervalMs, 4000) : intervalMs)
    const recording = SessionRecording.of(ports, args, io, source.title, config, knownGood)
    try {
      const past = await pastOf(poller, source, args, intervalMs)
      for (const compared of [config, knownGood]) {
        if (past !== null && compared !== null && compared.model.product !== past.newest.product) throw new InputError(`${source.title} shows ${past.newest.product}, and the config is one of ${compared.model.product}.`)
      }
      const nominalMs = Math.max(intervalMs, poller.sourceIntervalMs ?? 0)
      const session: Session = {
        args, io, json, source, now: ports.clock.now, intervalMs, places: config === null ? null : placesOf(config), goodPlaces: knownGood === null ? null : placesOf(knownGood),
        readAgain: configArgument === null || configArgument === '-' ? null : () => readConfig(ports, configArgument, args, io), knownGood: knownGood ?? config, recording,
        poller, nominalMs, watch: new LiveSession(config?.model ?? null, nominalMs, knownGood?.model ?? null, settings),
        causes: args.has('alerts') ? new AlertCauses(ports.clock) : null, compared: Promise.resolve(), webhook: null,
      }
      if (knownGood !== null) compareWith(session, config)
      const look = past === null ? null : await lookBack(session, past)
      // What is over is not posted.
      session.webhook = webhook
      return await (once ? lookOnce(session, look) : keepLooking(session, count, look))
    } finally {
      await poller.close()
      await recording?.close()
      await webhook?.flush()
    }
  },
}

/** A recording instead of a source. */
async function replay(args: Parsed, io: Io, path: string, configArgument: string | null): Promise<ExitCode> {
  for (const name of ['interval', 'record', 'since', 'token-from', 'alert-settings', 'webhook']) if (args.has(name)) throw new UsageError(`--${name} has no meaning for a recording.`)
  const once = args.has('once')
  const json = isJson(args)
  if (args.has('output') && !once) throw new UsageError('--output holds one table: it needs --once.')
  const speed = args.has('speed') ? numberOf(args, 'speed', 1, 60, 1) : once || json ? null : 1
  const count = args.has('count') ? numberOf(args, 'count', 1, 1_000_000_000, 1) : Infinity
  const ports = cliPorts(io, args.has('quiet'))
  const read = (argument: string | null): Promise<LoadedConfig> | null => (argument === null ? null : readConfig(ports, argument, args, io))
  let last: { readonly text: () => string; readonly look: Look } | null = null
  let shown = 0
  await replayRecording(ports, io, path, { speed, config: await read(configArgument), knownGood: await read(args.value('known-good')), wantsAlerts: args.has('alerts') }, async (what, title) => {
    if ('failure' in what) {
      if (json && !once) io.out(`${JSON.stringify(toJsonFailure(what.failure, { title }, what.at))}\n`)
      else if (!once) io.err(`${what.at}  ${what.failure.message}\n`)
      return true
    }
    const look = { view: what.moment.view, alerts: args.has('alerts') ? what.moment.alerts : null }
    const text = (): string => rendered(args, io, json, { ...look, source: { title }, at: what.at, places: what.places, goodPlaces: what.goodPlaces })
    last = { text, look }
    if (once) return true
    showTable(io, json, text())
    await io.drained()
    return (shown += 1) < count
  })
  const end = last as { readonly text: () => string; readonly look: Look } | null
  if (end === null) throw new InputError(`${path} holds no poll.`)
  if (once) await deliver(end.text(), args, io)
  return codeOf(end.look)
}

function isJson(args: Parsed): boolean {
  return choiceOf(args, 'format', ['text', 'json'], args.has('json') ? 'json' : 'text') === 'json'
}

interface Session {
  readonly args: Parsed
  readonly io: Io
  readonly json: boolean
  readonly source: LiveSource
  places: Places | null
  goodPlaces: Places | null
  /** Reads the config once more; null: there is none, or it cannot be read twice. */
  readonly readAgain: (() => Promise<LoadedConfig>) | null
  /** What shares are judged against after a reload, besides the config that runs then. */
  readonly knownGood: LoadedConfig | null
  /** Null: nobody asked for one. */
  readonly recording: SessionRecording | null
  readonly now: () => string
  readonly intervalMs: number
  readonly poller: Poller
  /** How far apart polls are meant to be. */
  readonly nominalMs: number
  readonly watch: LiveSession
  /** Null: nobody asked for alerts. */
  readonly causes: AlertCauses | null
  /** Ends when the running config was compared with the known good one; polls do not wait for it. */
  compared: Promise<void>
  /** Null: nobody asked for one, or not yet. */
  webhook: AlertWebhook | null
}

function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  if (typeof source === 'string') throw new UsageError(source)
  return source
}

/** What one poll showed. `alerts` null: nobody asked for them. */
interface Look extends Omit<LiveMoment, 'alerts'> {
  readonly alerts: readonly Alert[] | null
}

/** Goes through the past, which is shown only where it was asked for, up to the newest moment. */
async function lookBack(session: Session, { before, newest }: Past): Promise<Look> {
  const { args, io, json } = session
  const shown = json && args.has('since') && !args.has('once')
  for (const snapshot of before) {
    const look = await lookAt(session, snapshot)
    if (shown) io.out(show(session, look, new Date(snapshot.taken.wallMs).toISOString()))
    await io.drained()
  }
  await session.compared
  return lookAt(session, newest)
}

/** A rate needs two polls, and an alert is told after two or three of those. */
async function lookOnce(session: Session, known: Look | null): Promise<ExitCode> {
  let look = known ?? await lookOrEnd(session)
  for (let more = known !== null ? 0 : session.causes === null ? 1 : 4; more > 0; more -= 1) {
    await sleep(session.intervalMs)
    if (more === 1) await session.compared
    look = await lookOrEnd(session)
  }
  await deliver(show(session, look), session.args, session.io)
  return codeOf(look)
}

async function lookOrEnd(session: Session): Promise<Look> {
  const polled = await session.poller.poll()
  if (!polled.ok) throw new InputError(polled.failure.message)
  return lookAt(session, polled.value)
}

function placesOf(config: LoadedConfig): Places {
  return toPlaces(config.files.map((file) => file.source))
}

/** After a reload the balancer runs what stands in the config now. */
async function followReload(session: Session): Promise<void> {
  if (session.readAgain === null) return
  try {
    const config = await session.readAgain()
    session.places = placesOf(config)
    session.goodPlaces ??= session.knownGood === null ? null : placesOf(session.knownGood)
    session.watch.useConfig(config.model, session.knownGood?.model ?? null)
    session.recording?.useConfigs(config, session.knownGood, Date.now())
    compareWith(session, config)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    session.io.err(`${error.message} What was read before the reload still counts.\n`)
  }
}

function compareWith(session: Session, running: LoadedConfig | null): void {
  session.compared = session.causes?.use(session.knownGood, running) ?? Promise.resolve()
}

async function lookAt(session: Session, snapshot: LiveSnapshot): Promise<Look> {
  const { watch, causes, recording, places, nominalMs } = session
  const moment = watch.add(snapshot)
  await recording?.poll(moment, places, nominalMs)
  const alerts = causes === null ? null : causes.explain(moment.alerts, moment.view)
  if (alerts !== null) tellWebhook(session, alerts)
  return { view: moment.view, alerts }
}

function tellWebhook({ webhook, source, now, places, goodPlaces }: Session, alerts: readonly Alert[]): void {
  webhook?.tell(alerts, (event, alert) => ({ schemaVersion, event, at: now(), source: source.title, alert: toJsonAlert(alert, places, goodPlaces) }))
}

function codeOf({ alerts }: Pick<Look, 'alerts'>): ExitCode {
  return alerts?.some((alert) => alert.severity !== 'info' && alert.waived === null) === true ? exitCodes.found : exitCodes.clean
}

/** Until it is interrupted, or `count` polls were shown. The first poll has to succeed: a source that is written wrong is not waited for. */
async function keepLooking(session: Session, count: number, known: Look | null): Promise<ExitCode> {
  const { io, poller } = session
  let look: Look | null = known ?? await lookOrEnd(session)
  let takenMs = look.view.snapshot.taken.monotonicMs
  for (let shown = 0; ;) {
    if (look !== null) {
      showTable(io, session.json, show(session, look))
      shown += 1
    }
    await io.drained()
    if (look?.view.restarted === true) await followReload(session)
    if (look !== null && shown >= count) return codeOf(look)
    const pauseMs = poller.pauseMs(Math.random())
    if (session.recording === null) await sleep(pauseMs)
    else if (!await session.recording.pause(pauseMs)) return look === null ? exitCodes.clean : codeOf(look)
    const polled = await poller.poll()
    if (polled.ok) {
      // A server that keeps what it scrapes has nothing new with each poll.
      const { monotonicMs } = polled.value.taken
      look = monotonicMs === takenMs ? null : await lookAt(session, polled.value)
      takenMs = monotonicMs
    } else {
      look = null
      tellFailure(session, polled.failure)
    }
  }
}

function tellFailure(session: Session, failure: Failure): void {
  const { io, json, source, now, watch, recording, places } = session
  const wallMs = Date.now()
  const alerts = watch.miss(failure, wallMs)
  recording?.miss(failure, wallMs, alerts, places)
  tellWebhook(session, alerts)
  if (json) io.out(`${JSON.stringify(toJsonFailure(failure, source, now()))}\n`)
  else io.err(`${now()}  ${failure.message} It is asked again.\n`)
}

function show({ args, io, json, source, places, goodPlaces, now }: Session, { view, alerts }: Look, at = now()): string {
  return rendered(args, io, json, { view, alerts, source, at, places, goodPlaces })
}

function rendered(args: Parsed, io: Io, json: boolean, facts: LiveFacts): string {
  return json ? `${JSON.stringify(toJsonSample(facts))}\n` : renderLive(facts, coloursFor(args, io))
}

/** A terminal shows one table at a time; elsewhere they stand apart. */
function showTable(io: Io, json: boolean, text: string): void {
  io.out(`${!json && io.outIsTerminal ? clearScreen : ''}${text}${!json && !io.outIsTerminal ? '\n' : ''}`)
}
