import type { Failure } from '#shared/diagnostics/failure.ts'
import type { Fleet, LiveRow, LiveSnapshot } from '#shared/live/snapshot.ts'
import { ByteWriter } from './byte-writer.ts'
import { recordingVersion, type RecordedConfig, type RecordedEvent, type RecordingHead } from './entries.ts'
import type { PollFacts, ProcessWords } from './entry-schemas.ts'
import { writeFrame } from './frames.ts'
import { writeIndex, type IndexedPoll } from './poll-index.ts'
import { agesBy, RowBlockWriter } from './row-blocks.ts'
import { RowDescriptions } from './row-descriptions.ts'

const pollsPerKey = 60

/**
 * Writes a recording, entry by entry; nothing that was written is ever changed.
 *
 * Form: one record per entry. A poll is a key (in full) or what changed since the one before, row by row in blocks, so
 * that the history of one row can be read without that of the others. Keys come every 60 polls, and where the process or
 * the rows change; every tenth has all descriptions before it, so that reading can begin there.
 * Why so: docs/decisions/0010-recordings.md.
 */
export class RecordingEncoder {
  #out = new ByteWriter()
  /** What was taken last; written again after the next time. */
  #given = new ByteWriter()
  readonly #content = new ByteWriter()
  readonly #descriptions = new RowDescriptions()
  readonly #blocks = new RowBlockWriter(this.#descriptions)
  /** Bytes of the file before those in `#out`. */
  #taken = 0
  #last: LiveSnapshot | null = null
  #layout = 0
  #polls: IndexedPoll[] = []
  #indexAt: number | null = null

  /** Bytes that were written and not taken yet. */
  get waiting(): number {
    return this.#out.length
  }

  /** Hands over what was written since the last time. It stands until the next time. */
  take(): Uint8Array {
    const given = this.#out
    this.#out = this.#given
    this.#out.reset()
    this.#given = given
    this.#taken += given.length
    return given.written()
  }

  /** The file holds only `bytes` bytes; the rest was lost. The next poll stands for itself. */
  resumeAt(bytes: number): void {
    this.#out.reset()
    this.#taken = bytes
    this.#polls = this.#polls.filter((poll) => poll.end <= bytes)
    this.#last = null
    this.#descriptions.forget()
    if (this.#indexAt !== null && this.#indexAt >= bytes) this.#indexAt = null
  }

  head(head: RecordingHead): void {
    this.#json('head', { format: recordingVersion, ...head })
  }

  config(config: RecordedConfig, wallMs: number): void {
    this.#json('config', { wallMs, config })
  }

  miss(failure: Failure, wallMs: number): void {
    this.#json('miss', { wallMs, failure })
  }

  event(event: RecordedEvent, wallMs: number): void {
    this.#json('event', { wallMs, event })
  }

  poll(snapshot: LiveSnapshot): void {
    const last = this.#last
    const isKey = last === null || this.#polls.length >= pollsPerKey || !continues(last, snapshot)
    if (isKey) this.#beginKey(last, snapshot)
    const content = this.#content
    content.reset()
    content.float(snapshot.taken.monotonicMs)
    content.float(snapshot.taken.wallMs)
    content.value(snapshot.readMs)
    content.value(snapshot.bytes)
    content.value(snapshot.uptimeSeconds)
    if (isKey) this.#writeKeyWords(snapshot)
    const blocks = isKey ? this.#blocks.full(snapshot.rows) : this.#blocks.changes(last.rows, snapshot.rows, agesBy(last.uptimeSeconds, snapshot.uptimeSeconds))
    for (const length of blocks) content.whole(length)
    const blocksAt = content.length
    content.append(this.#blocks.written())
    const texts = this.#descriptions.take(this.#position)
    if (texts !== null) writeFrame(this.#out, 'texts', texts)
    this.#writeFacts(snapshot)
    const at = this.#position
    writeFrame(this.#out, isKey ? 'key' : 'delta', content.written())
    this.#polls.push({ at, end: this.#position, monotonicMs: snapshot.taken.monotonicMs, wallMs: snapshot.taken.wallMs, blocksAt, blocks })
    this.#last = snapshot
  }

  /** Ends the recording. Nothing may follow. */
  close(): void {
    this.#writeIndex()
    this.#content.reset()
    this.#content.value(this.#indexAt)
    writeFrame(this.#out, 'end', this.#content.written())
  }

  get #position(): number {
    return this.#taken + this.#out.length
  }

  #json(kind: 'head' | 'config' | 'miss' | 'event', value: unknown): void {
    this.#content.reset()
    this.#content.json(value)
    writeFrame(this.#out, kind, this.#content.written())
  }

  #beginKey(last: LiveSnapshot | null, snapshot: LiveSnapshot): void {
    this.#writeIndex()
    const isSame = last !== null && sameRows(last.rows, snapshot.rows)
    if (!isSame) this.#layout += 1
    this.#descriptions.key(isSame ? last.rows : null, snapshot.rows)
  }

  /** Counts of processes and lines change with each poll, which must not make each one a key. */
  #writeFacts({ older, logged }: LiveSnapshot): void {
    if (older === undefined && logged === undefined) return
    const record = new ByteWriter()
    record.json({ older, logged } satisfies Record<keyof PollFacts, unknown>)
    writeFrame(this.#out, 'facts', record.written())
  }

  #writeKeyWords(snapshot: LiveSnapshot): void {
    const content = this.#content
    content.whole(this.#layout)
    content.json(describeProcess(snapshot))
    content.whole(snapshot.rows.length)
    for (const number of this.#descriptions.numbers) content.whole(number)
  }

  #writeIndex(): void {
    if (this.#polls.length === 0) return
    const index = writeIndex(this.#polls, this.#indexAt, this.#layout, this.#descriptions.places)
    this.#indexAt = this.#position
    writeFrame(this.#out, 'index', index)
    this.#polls = []
  }
}

function continues(last: LiveSnapshot, next: LiveSnapshot): boolean {
  return last.epoch === next.epoch && last.version === next.version && last.stopping === next.stopping && last.product === next.product && last.generation === next.generation && last.fromTraffic === next.fromTraffic
    && sameTexts(last.notes, next.notes) && sameFleet(last.fleet, next.fleet) && sameRows(last.rows, next.rows)
}

function sameTexts(before: readonly string[] | undefined, now: readonly string[] | undefined): boolean {
  return before === now || (before !== undefined && now !== undefined && before.length === now.length && before.every((text, index) => text === now[index]))
}

function sameFleet(before: Fleet | undefined, now: Fleet | undefined): boolean {
  return before === now || (before !== undefined && now !== undefined && sameTexts(before.lost, now.lost) && sameTexts(Object.entries(before.processes).flat(), Object.entries(now.processes).flat()))
}

/** What a snapshot says of the whole balancer, without times. */
function describeProcess({ product, version, epoch, stopping, generation, fromTraffic, notes, fleet }: LiveSnapshot): object {
  return { product, version, epoch, stopping, generation, fromTraffic, notes, fleet } satisfies Record<keyof ProcessWords, unknown>
}

/** The same rows in the same order, whatever is in them. */
function sameRows(before: readonly LiveRow[], now: readonly LiveRow[]): boolean {
  if (before === now) return true
  if (before.length !== now.length) return false
  for (let index = 0; index < now.length; index += 1) {
    const a = before[index] as LiveRow
    const b = now[index] as LiveRow
    if (a !== b && (a.kind !== b.kind || a.owner !== b.owner || (a.kind === 'server' && b.kind === 'server' && a.name !== b.name))) return false
  }
  return true
}
