import { failed, ok } from '#shared/diagnostics/failure.ts'
import type { FileSource } from '#shared/live/live-source.ts'
import { LogTally } from '#shared/live/log/log-tally.ts'
import type { LogFormat } from '#shared/live/log/logged-request.ts'
import type { LivePort, TailRead } from '#shared/backend/ports.ts'
import type { SnapshotReader } from './poller.ts'

const clearlyUntold = 0.02

/** Reads on in an access log and counts what it says about servers. A log that says nothing about them is refused, with what to log instead. */
export function logReader(port: LivePort, source: FileSource, format: LogFormat): SnapshotReader {
  const tail = port.tail(source)
  const tally = new LogTally(format)
  // Workers write their lines independently: what is so old is complete.
  const { lateMs } = format
  const seen = { told: 0, untold: 0, silent: 0, dropped: 0, emptied: 0 }
  /** Nothing older was read: counts begin here. */
  let startMs: number | null = null

  const read: SnapshotReader = async (limitMs, limitBytes) => {
    let oldestMs = Infinity
    const before = { ...seen }
    const held: Parameters<LogTally['add']>[0][] = []
    const part = await tail.read((line, earlier) => {
      const request = format.parse(line)
      if (request === 'other') return
      if (request?.silent === true) seen.silent += 1
      if (request === null) seen.untold += 1
      else {
        if (request.silent !== true) seen.told += 1
        if (!earlier) held.push(request)
        else if (request.atMs !== null) {
          oldestMs = Math.min(oldestMs, request.atMs)
          held.push(request)
        }
      }
    }, limitMs, limitBytes)
    if (!part.ok) return part
    const { taken, readMs, bytes } = part.value
    if (startMs === null) {
      // Of what was written before, only what still counts as late is taken.
      const begin = Math.max(taken.wallMs - lateMs, Math.min(oldestMs, taken.wallMs))
      startMs = begin
      for (const request of held) if (request.atMs === null || request.atMs > begin) tally.add(request, taken.wallMs)
    } else for (const request of held) tally.add(request, taken.wallMs)
    if (seen.told + seen.silent === 0 && seen.untold > 0) return failed('bad-answer', `${source.title} does not say which server answered. ${format.advice}`)
    seen.dropped += part.value.dropped
    seen.emptied += part.value.emptied ? 1 : 0
    const untilMs = untilOf(part.value, tally.newestMs, startMs, lateMs)
    const shift = taken.wallMs - untilMs
    const snapshot = tally.snapshot(format.product, { taken: { wallMs: untilMs, monotonicMs: taken.monotonicMs - shift }, readMs, bytes }, untilMs)
    const notes = notesOf(part.value, seen, { told: seen.told - before.told, untold: seen.untold - before.untold }, shift, tally.tooMany)
    if (seen.told === 0 && seen.silent > 0) notes.push(`No line names a server so far. ${format.advice}`)
    return ok(notes.length === 0 ? snapshot : { ...snapshot, notes })
  }
  return Object.assign(read, { close: () => tail.close() })
}

/** Up to which moment everything was read. */
function untilOf({ taken, behindBytes }: TailRead, newestMs: number | null, startMs: number, lateMs: number): number {
  const complete = taken.wallMs - lateMs
  return Math.max(startMs, behindBytes > 0 && newestMs !== null ? Math.min(complete, newestMs - lateMs) : complete)
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
