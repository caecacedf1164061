import { setTimeout as sleep } from 'node:timers/promises'
import type { Failure } from '#shared/diagnostics/failure.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import { AlertCauses } from '#shared/backend/live/causes.ts'
import { createPoller, type Poller } from '#shared/backend/live/poller.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { dialectOf, parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { choiceOf, expectPositionals, numberOf, readingOptions, type Parsed } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes, InputError, UsageError, type ExitCode, type Io } from '#cli/io.ts'
import { coloursFor } from '#cli/output/colour.ts'
import { toPlaces, type Places } from '#cli/output/json-shapes.ts'
import { renderLive } from '#cli/output/live.ts'
import { toJsonFailure, toJsonSample } from '#cli/output/live-json.ts'
import { readPast, withToken, type Past } from '#cli/live-past.ts'
import { cliPorts, deliver, readConfig } from '#cli/reading.ts'

const clearScreen = '\u001b[H\u001b[2J'

export const command: Command = {
  usage: 'live SOURCE [--config CONFIG] [--once] [--alerts] [--interval SECONDS] [--format text|json]\n       steelyard live CONFIG --source SOURCE',
  summary: 'Shows where the traffic of a running balancer goes, against what the config says. Reads only.',
  options: [
    ...readingOptions,
    { name: 'config', value: 'CONFIG', help: 'config to compare with; its shares are expected, and what runs otherwise is listed' },
    { name: 'source', value: 'SOURCE', help: 'where to ask; then CONFIG is the argument' },
    { name: 'known-good', value: 'CONFIG', help: 'last known good config: shares are judged against it, too' },
    { name: 'alerts', value: null, help: 'say what is wrong; exit code 1 when something is at the end' },
    { name: 'once', value: null, help: 'two polls (five with --alerts), one table, and the end' },
    { name: 'interval', value: 'SECONDS', help: 'time between polls, 1 to 300 (default 5; 1 with --once)' },
    { name: 'since', value: 'TIME', help: 'begin with what a Prometheus server knows of the last TIME, as 90s, 30m or 6h' },
    { name: 'token-from', value: 'VARIABLE', help: 'send the token that this environment variable holds' },
    { name: 'count', value: 'N', help: 'end after N tables or lines' },
    { name: 'json', value: null, help: 'the same as --format json' },
  ],
  remarks: [
    'SOURCE is the path of a stats socket of HAProxy, HOST:PORT of one, or the http or https address of its statistics page. A word before an address names another source: haproxy-metrics:URL (metrics of HAProxy), nginx-log:FILE (access log of nginx with $upstream_addr), nginx-plus:URL (API of nginx Plus), nginx-status:URL (stub_status of nginx, totals only), nginx-vts:URL (vhost_traffic_status), envoy:URL, traefik:URL, prometheus:URL?LABEL=VALUE (balancers that a Prometheus server scrapes, chosen by labels).',
    'Only these commands are sent to a socket: user, show info, show stat, show servers state. The first gives up every right to change anything.',
    'Shares are judged against the state and weights of the servers; how long it takes depends on the traffic. A failed poll is said and tried again; with --once it ends with exit code 3.',
    'With --format json each poll is one line. Alerts that only inform do not make the exit code 1.',
  ],
  async run(args, io) {
    const [argument] = expectPositionals(args, 1, 1, args.has('source') ? 'one CONFIG, with the source in --source' : 'one SOURCE') as [string]
    if (args.has('source') && args.has('config')) throw new UsageError('With --source the config is the argument; leave --config out.')
    const source = withToken(sourceOf(args.value('source') ?? argument), args.value('token-from'), io)
    const configArgument = args.has('source') ? argument : args.value('config')
    const once = args.has('once')
    const intervalMs = numberOf(args, 'interval', 1, 300, once ? 1 : 5) * 1000
    const count = args.has('count') ? numberOf(args, 'count', 1, 1_000_000_000, 1) : Infinity
    const json = choiceOf(args, 'format', ['text', 'json'], args.has('json') ? 'json' : 'text') === 'json'
    if (args.has('output') && !once) throw new UsageError('--output holds one table: it needs --once.')
    const ports = cliPorts(io, args.has('quiet'))
    const config = configArgument === null ? null : await readConfig(ports, configArgument, args, io)
    if (config !== null) expectSameProduct(source, config.model, configArgument ?? '')
    const good = args.value('known-good')
    const knownGood = good === null ? null : await readConfig(ports, good, args, io)
    if (knownGood !== null) expectSameProduct(source, knownGood.model, good ?? '')
    // A single look may take its time.
    const poller = createPoller(ports.live, source, once ? Math.max(intervalMs, 4000) : intervalMs)
    try {
      const past = await readPast(poller, source, args, intervalMs)
      for (const compared of [config, knownGood]) {
        if (past !== null && compared !== null && compared.model.product !== past.newest.product) throw new InputError(`${source.title} shows ${past.newest.product}, and the config is one of ${compared.model.product}.`)
      }
      const nominalMs = Math.max(intervalMs, poller.sourceIntervalMs ?? 0)
      const session: Session = {
        args, io, json, source, now: ports.clock.now, intervalMs, places: config === null ? null : placesOf(config), goodPlaces: knownGood === null ? null : placesOf(knownGood),
        readAgain: configArgument === null || configArgument === '-' ? null : () => readConfig(ports, configArgument, args, io), knownGood: knownGood ?? config,
        poller, watch: new LiveSession(config?.model ?? null, nominalMs, knownGood?.model ?? null),
        causes: args.has('alerts') ? new AlertCauses(ports.clock) : null, compared: Promise.resolve(),
      }
      if (knownGood !== null) compareWith(session, config)
      const look = past === null ? null : await lookBack(session, past)
      return await (once ? lookOnce(session, look) : keepLooking(session, count, look))
    } finally {
      await poller.close()
    }
  },
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
  readonly now: () => string
  readonly intervalMs: number
  readonly poller: Poller
  readonly watch: LiveSession
  /** Null: nobody asked for alerts. */
  readonly causes: AlertCauses | null
  /** Ends when the running config was compared with the known good one; polls do not wait for it. */
  compared: Promise<void>
}

function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  if (typeof source === 'string') throw new UsageError(source)
  return source
}

function expectSameProduct(source: LiveSource, model: RoutingModel, written: string): void {
  const dialect = dialectOf(source)
  if (dialect !== 'any' && dialect !== model.dialect) throw new InputError(`${written} is a config of ${model.product}; what ${source.title} shows ${dialect === null ? 'cannot be compared with a config' : `is compared with one of ${dialect === 'nginx' ? 'nginx' : 'HAProxy'}`}.`)
}

/** What one poll showed. */
interface Look {
  readonly view: LiveView
  readonly alerts: readonly Alert[] | null
}

/** Goes through the past, which is shown only where it was asked for, up to the newest moment. */
async function lookBack(session: Session, { before, newest }: Past): Promise<Look> {
  const { args, io, json } = session
  const shown = json && args.has('since') && !args.has('once')
  for (const snapshot of before) {
    const look = lookAt(session, snapshot)
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
    compareWith(session, config)
  } catch (error) {
    if (!(error instanceof InputError)) throw error
    session.io.err(`${error.message} What was read before the reload still counts.\n`)
  }
}

function compareWith(session: Session, running: LoadedConfig | null): void {
  session.compared = session.causes?.use(session.knownGood, running) ?? Promise.resolve()
}

function lookAt({ watch, causes }: Session, snapshot: LiveSnapshot): Look {
  const { view, alerts } = watch.add(snapshot)
  return { view, alerts: causes === null ? null : causes.explain(alerts, view) }
}

function codeOf({ alerts }: Pick<Look, 'alerts'>): ExitCode {
  return alerts?.some((alert) => alert.severity !== 'info') === true ? exitCodes.found : exitCodes.clean
}

/** Until it is interrupted, or `count` polls were shown. The first poll has to succeed: a source that is written wrong is not waited for. */
async function keepLooking(session: Session, count: number, known: Look | null): Promise<ExitCode> {
  const { io, poller } = session
  let look: Look | null = known ?? await lookOrEnd(session)
  let takenMs = look.view.snapshot.taken.monotonicMs
  for (let shown = 0; ;) {
    if (look !== null) {
      io.out(`${!session.json && io.outIsTerminal ? clearScreen : ''}${show(session, look)}${!session.json && !io.outIsTerminal ? '\n' : ''}`)
      shown += 1
    }
    await io.drained()
    if (look?.view.restarted === true) await followReload(session)
    if (look !== null && shown >= count) return codeOf(look)
    await sleep(poller.pauseMs(Math.random()))
    const polled = await poller.poll()
    if (polled.ok) {
      // A server that keeps what it scrapes has nothing new with each poll.
      const { monotonicMs } = polled.value.taken
      look = monotonicMs === takenMs ? null : lookAt(session, polled.value)
      takenMs = monotonicMs
    } else {
      look = null
      tellFailure(session, polled.failure)
    }
  }
}

function tellFailure({ io, json, source, now, watch }: Session, failure: Failure): void {
  watch.miss(failure, Date.now())
  if (json) io.out(`${JSON.stringify(toJsonFailure(failure, source, now()))}\n`)
  else io.err(`${now()}  ${failure.message} It is asked again.\n`)
}

function show({ args, io, json, source, places, goodPlaces, now }: Session, { view, alerts }: Look, at = now()): string {
  const facts = { view, alerts, source, at, places, goodPlaces }
  return json ? `${JSON.stringify(toJsonSample(facts))}\n` : renderLive(facts, coloursFor(args, io))
}
