import { setTimeout as sleep } from 'node:timers/promises'
import { failed, ok, type Failure, type Result } from '#shared/diagnostics/failure.ts'
import type { LoadedConfig } from '#shared/backend/load-config.ts'
import type { AlertWebhook } from '#shared/backend/live/alert-webhook.ts'
import { BalancerWatch } from '#shared/backend/live/balancer-watch.ts'
import { AlertCauses } from '#shared/backend/live/causes.ts'
import type { Past } from '#shared/backend/live/past.ts'
import { createPoller, type Poller } from '#shared/backend/live/poller.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import { parseLiveSource, type LiveSource } from '#shared/live/live-source.ts'
import { whyNotShown } from '#shared/live/same-product.ts'
import type { LiveSnapshot } from '#shared/live/snapshot.ts'
import { readLiveAlertSettings, tellUnknownPools, webhookOf } from './alert-settings.ts'
import { numberOf, type Parsed } from './args.ts'
import { InputError, UsageError, type ExitCode, type Io } from './io.ts'
import { pastOf, withToken } from './live-past.ts'
import { schemaVersion } from './output/json-shapes.ts'
import { toJsonAlert } from './output/live-json.ts'
import { cliPorts, deliver, readConfig } from './reading.ts'
import { recordingChoice, ToldRecording } from './record-live.ts'
import { expectSameProduct } from './same-product.ts'
import { codeOf, FailedPolls, KnownPlaces, renderLook, showChoice, showTable, type Look, type ShowChoice } from './show-live.ts'

/** A single look may take its time. */
const onceLimitMs = 4000

/** A running balancer on the command line. */
interface Session extends ShowChoice {
  readonly args: Parsed
  readonly io: Io
  readonly source: LiveSource
  readonly now: () => string
  readonly intervalMs: number
  readonly poller: Poller
  readonly watch: BalancerWatch
  readonly places: KnownPlaces
  /** Null: nobody asked for one. */
  readonly recording: ToldRecording | null
  /** Null: nobody asked for alerts. */
  readonly causes: AlertCauses | null
  readonly failed: FailedPolls
  /** Null: nobody asked for one, or not yet. */
  webhook: AlertWebhook | null
}

/** Asks a running balancer, once or until the end is asked for. `written`: the source as it is on the command line. */
export async function watchSource(args: Parsed, io: Io, written: string, configArgument: string | null): Promise<ExitCode> {
  if (args.has('speed')) throw new UsageError('--speed is for recordings: FILE.lbrec.')
  const source = withToken(sourceOf(written), args.value('token-from'), io)
  const choice = showChoice(args)
  const intervalMs = numberOf(args, 'interval', 1, 300, choice.once ? 1 : 5) * 1000
  const ports = cliPorts(io, args.has('quiet'))
  const goodArgument = args.value('known-good')
  const running = await readFor(configArgument)
  const knownGood = await readFor(goodArgument)
  const alerts = await readLiveAlertSettings(ports, args)
  tellUnknownPools(alerts, running, args, io)
  const webhook = webhookOf(ports, args, io)
  const record = recordingChoice(args)
  const poller = createPoller(ports.live, source, choice.once ? Math.max(intervalMs, onceLimitMs) : intervalMs)
  let recording: ToldRecording | null = null
  try {
    const past = await pastOf(poller, source, args, intervalMs)
    for (const [config, name] of [[running, configArgument], [knownGood, goodArgument]] as const) {
      const refused = past === null || config === null ? null : whyNotShown(source, past.newest.product, config.model, name ?? '')
      if (refused !== null) throw new InputError(refused)
    }
    const nominalMs = Math.max(intervalMs, poller.sourceIntervalMs ?? 0)
    recording = record === null ? null : new ToldRecording(ports, io, record, { source: source.title, intervalMs: nominalMs })
    const causes = args.has('alerts') ? new AlertCauses(ports.clock) : null
    const watch = new BalancerWatch(ports.clock, {
      nominalMs, running, knownGood, alerts, recording: recording?.file ?? null,
      readAgain: configArgument === null || configArgument === '-' ? null : () => readAgain(configArgument),
      onConfigs: (now, good) => { void causes?.use(good, now) },
    })
    void causes?.use(knownGood, running)
    const session: Session = { ...choice, args, io, source, now: ports.clock.now, intervalMs, poller, watch, places: new KnownPlaces(), recording, causes, failed: new FailedPolls(), webhook: null }
    const look = past === null ? null : await lookBack(session, past)
    // What is over is not posted.
    session.webhook = webhook
    return await (choice.once ? lookOnce(session, look) : keepLooking(session, look))
  } finally {
    await poller.close()
    await recording?.close()
    await webhook?.flush()
  }

  async function readFor(argument: string | null): Promise<LoadedConfig | null> {
    if (argument === null) return null
    const config = await readConfig(ports, argument, args, io)
    expectSameProduct(source, config.model, argument)
    return config
  }

  async function readAgain(argument: string): Promise<Result<LoadedConfig>> {
    try {
      return ok(await readConfig(ports, argument, args, io))
    } catch (error) {
      if (error instanceof InputError) return failed('io', error.message)
      throw error
    }
  }
}

function sourceOf(written: string): LiveSource {
  const source = parseLiveSource(written)
  if (typeof source === 'string') throw new UsageError(source)
  return source
}

/** Goes through the past, which is shown only where it was asked for, up to the newest moment. */
async function lookBack(session: Session, { newest, parts, problem }: Past): Promise<Look> {
  const { args, io, json, once, recording } = session
  const shown = json && args.has('since') && !once
  for await (const part of parts()) {
    for (const snapshot of part) {
      const look = await lookAt(session, snapshot)
      if (shown) io.out(show(session, look, new Date(snapshot.taken.wallMs).toISOString()))
      await io.drained()
    }
    await recording?.file.drained()
  }
  const missing = problem()
  if (missing !== null) io.err(`${missing}\n`)
  await session.causes?.settled
  return lookAt(session, newest)
}

/** A rate needs two polls, and an alert is told after two or three of those. */
async function lookOnce(session: Session, known: Look | null): Promise<ExitCode> {
  let look = known ?? await lookOrEnd(session)
  for (let more = known !== null ? 0 : session.causes === null ? 1 : 4; more > 0; more -= 1) {
    await sleep(session.intervalMs)
    if (more === 1) await session.causes?.settled
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

async function lookAt(session: Session, snapshot: LiveSnapshot): Promise<Look> {
  const { watch, causes, recording, failed } = session
  await recording?.begin(snapshot, watch.running, watch.knownGood)
  const moment = watch.add(snapshot)
  recording?.tell()
  const alerts = causes === null ? null : causes.explain(moment.alerts, moment.view)
  if (alerts !== null) tellWebhook(session, alerts)
  failed.reset(alerts)
  return { view: moment.view, alerts }
}

function tellWebhook({ webhook, source, now, watch, places }: Session, alerts: readonly Alert[]): void {
  webhook?.tell(alerts, (event, alert) => ({ schemaVersion, event, at: now(), source: source.title, alert: toJsonAlert(alert, places.of(watch.running), places.of(watch.knownGood)) }))
}

/**
 * Until it is interrupted, or `count` polls were shown or failed. The first poll has to succeed: a source that is written
 * wrong is not waited for.
 */
async function keepLooking(session: Session, known: Look | null): Promise<ExitCode> {
  const { io, json, count, poller, watch, recording } = session
  let last = known ?? await lookOrEnd(session)
  showTable(io, json, show(session, last))
  for (let done = 1; ;) {
    await io.drained()
    if (done >= count) return codeOf(last)
    const pauseMs = poller.pauseMs(Math.random(), session.causes !== null && watch.pending)
    if (recording === null) await sleep(pauseMs)
    else if (!await recording.pause(pauseMs)) return codeOf(last)
    const polled = await poller.poll()
    if (!polled.ok) {
      last = miss(session, polled.failure, last)
      done += 1
      continue
    }
    // A server that keeps what it scrapes has nothing new with each poll.
    if (polled.value.taken.monotonicMs === last.view.snapshot.taken.monotonicMs) continue
    last = await lookAt(session, polled.value)
    showTable(io, json, show(session, last))
    done += 1
    if (!last.view.restarted) continue
    await watch.followReload()
    if (watch.configProblem !== null) io.err(`${watch.configProblem}\n`)
  }
}

/** What is known stays, with what fires after this. */
function miss(session: Session, failure: Failure, { view }: Look): Look {
  const { args, io, json, source, now, watch, recording, causes, places, failed } = session
  const missed = watch.miss(failure)
  recording?.tell()
  const alerts = causes === null ? null : causes.explain(missed.alerts, view)
  if (alerts !== null) tellWebhook(session, alerts)
  failed.show(args, io, json, failure, { alerts, source, at: now(), places: places.of(watch.running), goodPlaces: places.of(watch.knownGood) }, ' It is asked again.')
  return { view, alerts }
}

function show({ args, io, json, source, watch, places, now }: Session, look: Look, at = now()): string {
  return renderLook(args, io, json, { ...look, source, at, places: places.of(watch.running), goodPlaces: places.of(watch.knownGood) })
}
