import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { FileSource } from '#shared/live/live-source.ts'
import { LogTally } from '#shared/live/log/log-tally.ts'
import type { LogFormat, LoggedRequest } from '#shared/live/log/logged-request.ts'
import type { LivePort, TailRead } from '#shared/backend/live-ports.ts'
import type { OwnCount } from './own-count.ts'
import type { SnapshotReader } from './poller.ts'

const clearlyUntold = 0.02
/** Lines that are older are not late but of another time. */
const longestLateMs = 30_000

/** A log without times is as late as what writes it: syslog collects lines before it writes them. */
const untimedLateMs = 15_000

/**
 * Reads on in an access log and counts what it says about servers. A log that says nothing about them is refused, with what to
 * log instead. `own`: what the balancer itself counts; null: it is not asked.
 */
export function logReader(port: LivePort, source: FileSource, format: LogFormat, own: OwnCount | null = null): SnapshotReader {
  const tail = port.tail(source)
  const tally = new LogTally(format)
  const seen = { told: 0, untold: 0, silent: 0, dropped: 0, emptied: 0 }
  const coverage = { lines: 0, unreadable: 0 }
  const progress = new Progress(format.lateMs)

  let first = true

  const read: SnapshotReader = async (limitMs, limitBytes) => {
    const before = { ...seen }
    const held: LoggedRequest[] = []
    let oldestMs = Infinity
    const part = await tail.read((line, earlier) => {
      const request = format.parse(line)
      if (request === 'other') return
      if (request === null) {
        seen.untold += 1
        if (!earlier) coverage.unreadable += 1
        return
      }
      if (!earlier) coverage.lines += 1
      if (request.silent === true) seen.silent += 1
      else seen.told += 1
      if (earlier && request.atMs === null) return
      if (earlier) oldestMs = Math.min(oldestMs, request.atMs as number)
      held.push(request)
    }, limitMs, limitBytes)
    if (!part.ok) return part
    const { taken, readMs, bytes } = part.value
    // Of what was written before the first poll, only what still counts as late is taken.
    const beginMs = progress.begin(taken.wallMs, oldestMs)
    for (const request of held) if (beginMs === null || request.atMs === null || request.atMs > beginMs) tally.add(request, taken.wallMs)
    if (seen.told + seen.silent === 0 && seen.untold > 0) return failed('bad-answer', `${source.title} does not say which server answered. ${format.advice}`)
    seen.dropped += part.value.dropped
    coverage.unreadable += part.value.dropped
    seen.emptied += part.value.emptied ? 1 : 0
    const untilMs = progress.advance(part.value, held, tally.newestMs)
    const shiftMs = taken.wallMs - untilMs
    const uncounted = await own?.ask(limitMs, limitBytes) ?? null
    if (uncounted !== null && first) return failed(uncounted.code, `The requests of ${source.title} cannot be counted. ${uncounted.message}`)
    first = false
    const snapshot = tally.snapshot(format.product, { taken: { wallMs: untilMs, monotonicMs: taken.monotonicMs - shiftMs }, readMs, bytes }, untilMs)
    const notes = notesOf(part.value, seen, { told: seen.told - before.told, untold: seen.untold - before.untold }, shiftMs, tally.tooMany)
    if (progress.isDelayed && part.value.behindBytes === 0) notes.push(`Lines come up to ${Math.ceil(shiftMs / 1000)} s late, as with a buffer for the log: the numbers are that old.`)
    if (seen.told === 0 && seen.silent > 0) notes.push(`No line names a server so far. ${format.advice}`)
    if (uncounted !== null) notes.push(`Whether the log is complete is not known. ${uncounted.message}`)
    const counted = own?.at(taken.monotonicMs - shiftMs, format.lateMs === 0 ? untimedLateMs : 0) ?? null
    const { clients } = tally
    return ok({ ...snapshot, logged: { ...coverage, ...(counted === null ? {} : { counted }), ...(clients === null ? {} : { clients }) }, ...(notes.length === 0 ? {} : { notes }) })
  }
  return Object.assign(read, { close: () => tail.close() })
}

/**
 * Up to which moment a log is complete. Workers write when they like, some through a buffer: a line that was not there at the poll
 * before although its time had come was late by at least so much, and what follows is expected to be as late.
 */
class Progress {
  readonly #leastLateMs: number
  #lateMs: number
  #untilMs: number | null = null
  #polledMs: number | null = null
  #behind = false

  constructor(leastLateMs: number) {
    this.#leastLateMs = leastLateMs
    this.#lateMs = leastLateMs
  }

  get isDelayed(): boolean {
    return this.#lateMs > this.#leastLateMs * 1.25
  }

  /** Where counting begins, at the first poll; later null. `oldestMs`: of what was read of the time before; Infinity: nothing was. */
  begin(nowMs: number, oldestMs: number): number | null {
    if (this.#untilMs !== null) return null
    const complete = nowMs - this.#lateMs
    return this.#untilMs = oldestMs === Infinity ? complete : Math.max(complete, Math.min(oldestMs, nowMs))
  }

  advance({ taken, behindBytes }: TailRead, read: readonly LoggedRequest[], newestMs: number | null): number {
    const before = this.#polledMs
    if (this.#leastLateMs > 0 && before !== null && !this.#behind) {
      const late = read.reduce((most, { atMs }) => (atMs === null || before - atMs > longestLateMs ? most : Math.max(most, before - atMs)), 0)
      this.#lateMs = Math.max(this.#leastLateMs, late > this.#leastLateMs ? 1.25 * late : 0, this.#lateMs * 0.995)
    }
    this.#polledMs = taken.wallMs
    this.#behind = behindBytes > 0
    const complete = taken.wallMs - this.#lateMs
    const until = behindBytes > 0 && newestMs !== null ? Math.min(complete, newestMs - this.#lateMs) : complete
    // Time does not go back, unless the clock was set back.
    const reached = this.#untilMs ?? until
    return this.#untilMs = reached > taken.wallMs ? until : Math.max(reached, until)
  }
}

function notesOf(part: TailRead, all: { readonly dropped: number; readonly emptied: number }, now: { readonly told: number; readonly untold: number }, lateByMs: number, tooMany: boolean): string[] {
  const notes: string[] = []
  if (part.behindBytes > 0) notes.push(`${megabytes(part.behindBytes)} of the log are still to be read: the numbers are those of ${Math.max(1, Math.round(lateByMs / 1000))} s ago.`)
  if (part.missing) notes.push('The log is not at its place any more; what is still written to the old file is read.')
  if (now.untold > 0 && now.untold >= clearlyUntold * (now.told + now.untold)) notes.push(`${now.untold} of ${now.told + now.untold} new lines do not say which server answered and are left out.`)
  if (all.dropped > 0) notes.push(`${all.dropped} ${all.dropped === 1 ? 'line was' : 'lines were'} too long and left out.`)
  if (all.emptied > 0) notes.push('The log was emptied while it was written: lines may be missing, so the numbers may be too low there.')
  if (tooMany) notes.push('The log names more pools and servers than are kept apart; the rest is counted as (others).')
  return notes
}

function megabytes(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} kB` : `${(bytes / 1024 / 1024).toFixed(0)} MB`
}
