import { setTimeout as sleep } from 'node:timers/promises'
import { openRecording, Replay, type OpenRecording } from '#shared/backend/live/replay.ts'
import { AlertCauses } from '#shared/backend/live/causes.ts'
import type { Ports } from '#shared/backend/ports.ts'
import type { Alert } from '#shared/live/alerts/alert-book.ts'
import type { RecordedEntry } from '#shared/live/recording/entries.ts'
import { recordedTime } from '#shared/live/recording/recorded-time.ts'
import { readLiveAlertSettings, tellUnknownPools } from './alert-settings.ts'
import { numberOf, type Parsed } from './args.ts'
import { InputError, UsageError, type ExitCode, type Io } from './io.ts'
import { cliPorts, deliver, readConfig } from './reading.ts'
import { codeOf, FailedPolls, KnownPlaces, renderLook, showChoice, showTable, type Look, type ShowChoice } from './show-live.ts'

/** Whether an argument names a recording and not a source that is asked. */
export function isRecordingName(argument: string): boolean {
  return argument.endsWith('.lbrec')
}

/** Recordings show no pause longer than this, whatever the speed. */
const longestPauseMs = 5000
const liveOnly = ['interval', 'record', 'since', 'token-from'] as const

/** What to do with a recording. */
interface ReplayChoice extends ShowChoice {
  /** Times the pace of the recording; null: as fast as it goes. */
  readonly speed: number | null
}

/** What was shown last. */
interface Shown {
  readonly text: () => string
  readonly look: Look
  /** When it was polled. */
  readonly wallMs: number
}

/** Shows a recording as if it were live, at its pace times `--speed`, with the configs of the command line in place of its own. */
export async function showRecording(args: Parsed, io: Io, path: string, configArgument: string | null): Promise<ExitCode> {
  for (const name of liveOnly) if (args.has(name)) throw new UsageError(`--${name} has no meaning for a recording.`)
  if (args.has('webhook')) throw new UsageError('--webhook posts alerts when they begin and end; those of a recording are over.')
  const choice = showChoice(args)
  const speed = args.has('speed') ? numberOf(args, 'speed', 1, 60, 1) : choice.once || choice.json ? null : 1
  const ports = cliPorts(io, args.has('quiet'))
  const goodArgument = args.value('known-good')
  const config = configArgument === null ? null : await readConfig(ports, configArgument, args, io)
  const knownGood = goodArgument === null ? null : await readConfig(ports, goodArgument, args, io)
  const alerts = await readLiveAlertSettings(ports, args)
  const opened = await openRecording(ports, path)
  if (!opened.ok) throw new InputError(opened.failure.message)
  const recording = opened.value
  const replay = new Replay(ports, recording.head, { config, knownGood, alerts })
  let last: Shown | null
  try {
    last = await showEntries(ports, args, io, recording, replay, { ...choice, speed })
  } finally {
    recording.close()
  }
  tellUnknownPools(alerts, replay.running, args, io)
  for (const problem of recording.problems) io.err(`${path}: ${problem.message} (byte ${problem.byte})\n`)
  if (last === null) throw new InputError(`${path} holds no poll.`)
  if (choice.once) await deliver(last.text(), args, io)
  return codeOf(last.look)
}

/** The last poll that was shown, or would be; null: there is none. */
async function showEntries(ports: Ports, args: Parsed, io: Io, { head, entries }: OpenRecording, replay: Replay, { once, json, count, speed }: ReplayChoice): Promise<Shown | null> {
  const source = { title: `${head.source} (recorded)` }
  const causes = args.has('alerts') ? new AlertCauses(ports.clock) : null
  const places = new KnownPlaces()
  const failed = new FailedPolls()
  let last: Shown | null = null
  let lastMs: number | null = null
  let shown = 0
  let told = 0
  await causes?.use(replay.knownGood, replay.running)
  for (const entry of entries()) {
    const { moment, alerts: firing } = replay.take(entry)
    for (; told < replay.problems.length; told += 1) io.err(`${replay.problems[told]?.message ?? ''} Shares are judged without it.\n`)
    if (entry.kind === 'config') await causes?.use(replay.knownGood, replay.running)
    else if (entry.kind === 'miss') missed(entry, firing ?? [])
    else if (entry.kind === 'event' && (entry.event.type === 'note' || entry.event.type === 'gap')) io.err(`${recordedTime(head, entry.wallMs)}  ${entry.event.text}\n`)
    if (moment === null) continue
    const { view } = moment
    const { monotonicMs, wallMs } = view.snapshot.taken
    if (speed !== null && lastMs !== null) await sleep(Math.min(longestPauseMs, Math.max(0, monotonicMs - lastMs) / speed))
    lastMs = monotonicMs
    last = shownAt({ view, alerts: causes === null ? null : causes.explain(moment.alerts, view) }, wallMs)
    failed.reset(last.look.alerts)
    if (once) continue
    showTable(io, json, last.text())
    await io.drained()
    shown += 1
    if (shown >= count) break
  }
  return last

  function shownAt(look: Look, wallMs: number): Shown {
    const facts = { ...look, source, at: recordedTime(head, wallMs), places: places.of(replay.running), goodPlaces: places.of(replay.knownGood) }
    return { look, wallMs, text: () => renderLook(args, io, json, facts) }
  }

  /** What was known stays, with what fires after this. */
  function missed({ failure, wallMs }: Extract<RecordedEntry, { kind: 'miss' }>, firing: readonly Alert[]): void {
    const alerts = causes === null ? null : last === null ? firing : causes.explain(firing, last.look.view)
    if (last !== null) last = shownAt({ view: last.look.view, alerts }, last.wallMs)
    if (!once) failed.show(args, io, json, failure, { alerts, source, at: recordedTime(head, wallMs), places: places.of(replay.running), goodPlaces: places.of(replay.knownGood) })
  }
}
