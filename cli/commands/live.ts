import { setTimeout as sleep } from 'node:timers/promises'
import type { Failure, Result } from '#shared/diagnostics/failure.ts'
import { loadConfig, type LoadedConfig } from '#shared/backend/load-config.ts'
import { followReload } from '#shared/backend/live/follow-reload.ts'
import { createPoller, type Poller } from '#shared/backend/live/poller.ts'
import { LiveSession } from '#shared/live/live-session.ts'
import type { LiveView } from '#shared/live/live-watch.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { choiceOf, expectPositionals, numberOf, readingOptions, type Parsed } from '#cli/args.ts'
import type { Command } from '#cli/command.ts'
import { exitCodes, InputError, UsageError, type ExitCode, type Io } from '#cli/io.ts'
import { coloursFor } from '#cli/output/colour.ts'
import { toPlaces, type Places } from '#cli/output/json-shapes.ts'
import { renderLive } from '#cli/output/live.ts'
import { toJsonFailure, toJsonSample } from '#cli/output/live-json.ts'
import { cliPorts, deliver, loadOptionsOf, readConfig } from '#cli/reading.ts'
import { toConfigInput } from '#cli/reading-input.ts'

const clearScreen = '\u001b[H\u001b[2J'

export const command: Command = {
  usage: 'live SOURCE [--config CONFIG] [--once] [--alerts] [--interval SECONDS] [--format text|json]\n       steelyard live CONFIG --source SOURCE',
  summary: 'Shows where the traffic of a running HAProxy goes, against what the config says. Reads only.',
  options: [
    ...readingOptions,
    { name: 'config', value: 'CONFIG', help: 'config to compare with; its shares are expected, and what runs otherwise is listed' },
    { name: 'source', value: 'SOURCE', help: 'where to ask; then CONFIG is the argument' },
    { name: 'known-good', value: 'CONFIG', help: 'last known good config: shares are judged against it, too' },
    { name: 'alerts', value: null, help: 'say what is wrong; exit code 1 when something is at the end' },
    { name: 'once', value: null, help: 'two polls (five with --alerts), one table, and the end' },
    { name: 'interval', value: 'SECONDS', help: 'time between polls, 1 to 300 (default 5; 1 with --once)' },
    { name: 'count', value: 'N', help: 'end after N tables or lines' },
    { name: 'json', value: null, help: 'the same as --format json' },
  ],
  remarks: [
    'SOURCE is the path of a stats socket of HAProxy, HOST:PORT of one, or the http or https address of its statistics page; nginx-status:URL is the stub_status page of nginx (totals only).',
    'Only these commands are sent to a socket: user, show info, show stat, show servers state. The first gives up every right to change anything.',
    'Shares are judged against the state and weights of the servers; how long it takes depends on the traffic. A failed poll is said and tried again; with --once it ends with exit code 3.',
    'With --format json each poll is one line. Alerts that only inform do not make the exit code 1.',
  ],
  async run(args, io) {
    const [argument] = expectPositionals(args, 1, 1, args.has('source') ? 'one CONFIG, with the source in --source' : 'one SOURCE') as [string]
    if (args.has('source') && args.has('config')) throw new UsageError('With --source the config is the argument; leave --config out.')
    const source = sourceOf(args.value('source') ?? argument)
    const configArgument = args.has('source') ? argument : args.value('config')
    const once = args.has('once')
    const intervalMs = numberOf(args, 'interval', 1, 300, once ? 1 : 5) * 1000
    const count = args.has('count') ? numberOf(args, 'count', 1, 1_000_000_000, 1) : Infinity
    const json = choiceOf(args, 'format', ['text', 'json'], args.has('json') ? 'json' : 'text') === 'json'
    if (args.has('output') && !once) throw new UsageError('--output holds one table: it needs --once.')
    const ports = cliPorts(io, args.has('quiet'))
    const config = configArgument === null ? null : await readConfig(ports, configArgument, args, io)
    if (config !== null && config.model.dialect !== 'haproxy') throw new InputError(`${configArgument ?? ''} is a config of ${config.model.product}; only HAProxy can be watched so far.`)
    const good = args.value('known-good')
    const knownGood = good === null ? null : await readConfig(ports, good, args, io)
    if (knownGood !== null && knownGood.model.dialect !== 'haproxy') throw new InputError(`${good ?? ''} is a config of ${knownGood.model.product}; only HAProxy can be watched so far.`)
    const session: Session = {
      args, io, json, source, now: ports.clock.now, intervalMs, places: config === null ? null : placesOf(config),
      readAgain: configArgument === null || configArgument === '-' ? null : async () => loadConfig(ports, await toConfigInput(configArgument, io), loadOptionsOf(args), { cancelled: () => false }), knownGood: knownGood?.model ?? config?.model ?? null,
      // A single look may take its time.
      poller: createPoller(ports.live, source, once ? Math.max(intervalMs, 4000) : intervalMs), watch: new LiveSession(config?.model ?? null, intervalMs, knownGood?.model ?? null),
      wantsAlerts: args.has('alerts'),
    }
    return once ? lookOnce(session) : keepLooking(session, count)
  },
}

interface Session {
  readonly args: Parsed
  readonly io: Io
  readonly json: boolean
  readonly source: LiveSource
  places: Places | null
  /** Reads the config once more; null: there is none, or it cannot be read twice. */
  readonly readAgain: (() => Promise<Result<LoadedConfig>>) | null
  /** What shares are judged against after a reload, besides the config that runs then. */
  readonly knownGood: RoutingModel | null
  readonly now: () => string
  readonly intervalMs: number
  readonly poller: Poller
  readonly watch: LiveSession
  readonly wantsAlerts: boolean
}

function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  if (typeof source === 'string') throw new UsageError(source)
  return source
}

/** What one poll showed. */
interface Look {
  readonly view: LiveView
  readonly alerts: readonly Alert[] | null
}

/** A rate needs two polls, and an alert is told after two or three of those. */
async function lookOnce(session: Session): Promise<ExitCode> {
  let look = await lookOrEnd(session)
  for (let more = session.wantsAlerts ? 4 : 1; more > 0; more -= 1) {
    await sleep(session.intervalMs)
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
async function followConfig(session: Session): Promise<void> {
  if (session.readAgain === null) return
  const config = await followReload(session.watch, session.readAgain, session.knownGood)
  if (config.ok) session.places = placesOf(config.value)
  else session.io.err(`${config.failure.message} What was read before the reload still counts.\n`)
}

function lookAt({ watch, wantsAlerts }: Session, snapshot: LiveSnapshot): Look {
  const { view, alerts } = watch.add(snapshot)
  return { view, alerts: wantsAlerts ? alerts : null }
}

function codeOf({ alerts }: Pick<Look, 'alerts'>): ExitCode {
  return alerts?.some((alert) => alert.severity !== 'info') === true ? exitCodes.found : exitCodes.clean
}

/** Until it is interrupted, or `count` polls were shown. The first poll has to succeed: a source that is written wrong is not waited for. */
async function keepLooking(session: Session, count: number): Promise<ExitCode> {
  const { io, poller } = session
  let look: Look | null = await lookOrEnd(session)
  for (let shown = 0; ;) {
    if (look !== null) {
      io.out(`${!session.json && io.outIsTerminal ? clearScreen : ''}${show(session, look)}${!session.json && !io.outIsTerminal ? '\n' : ''}`)
      shown += 1
    }
    await io.drained()
    if (look?.view.restarted === true) await followConfig(session)
    if (look !== null && shown >= count) return codeOf(look)
    await sleep(poller.pauseMs(Math.random()))
    const polled = await poller.poll()
    if (polled.ok) look = lookAt(session, polled.value)
    else {
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

function show({ args, io, json, source, places, now }: Session, { view, alerts }: Look): string {
  const facts = { view, alerts, source, at: now(), places }
  return json ? `${JSON.stringify(toJsonSample(facts))}\n` : renderLive(facts, coloursFor(args, io))
}
