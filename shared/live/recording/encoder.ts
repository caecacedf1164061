import type { Failure } from '#shared/diagnostics/failure.ts'
import type { LiveRow, LiveSnapshot } from '#shared/live/snapshot.ts'
import { ByteWriter } from './byte-writer.ts'
import { recordingVersion, type RecordedConfig, type RecordedEvent, type RecordingHead } from './entries.ts'
import type { PollFacts, ProcessWords } from './entry-schemas.ts'
import { writeFrame } from './frames.ts'
import { ageSlot, describeRow, isLoose, sameDescription, spreadRow, valueCount, valuesOf } from './row-values.ts'

/** Rows that are read together when one of them is asked for. */
export const blockRows = 16
/** Marks in front of a changed row, beside those of its numbers: another description, all numbers in full. */
export const changedText = 1 << valueCount
export const inFull = 2 << valueCount

const looseSlots = isLoose.reduce((mask, loose, slot) => (loose ? mask | (1 << slot) : mask), 0)

const pollsPerKey = 60
const keysPerDictionary = 10
const dictionaryLimit = 50_000
/** Differences beyond this are written as values. */
const largestStep = 2 ** 50

/** A poll of the current key, for the index. */
interface IndexedPoll {
  readonly at: number
  readonly end: number
  readonly monotonicMs: number
  readonly wallMs: number
  /** Place and lengths of the blocks. */
  readonly blocksAt: number
  readonly blocks: readonly number[]
}

/**
 * Writes a recording, entry by entry; nothing that was written is ever changed.
 *
 * Form: one record per entry. A poll is a key (in full) or what changed since the one before, row by row in blocks, so
 * that the history of one row can be read without that of the others. Keys come every 60 polls, and where the process or
 * the rows change; every tenth has all descriptions before it, so that reading can begin there.
 * Why so: docs/decisions/0010-recordings.md.
 */
export class RecordingEncoder {
  readonly #out = new ByteWriter()
  readonly #content = new ByteWriter()
  readonly #body = new ByteWriter()
  /** Bytes of the file before those in `#out`. */
  #taken = 0
  #last: LiveSnapshot | null = null
  #before = new Float64Array(0)
  #now = new Float64Array(0)
  #plain = new Uint8Array(0)
  #texts: number[] = []
  #dictionary = new Map<string, number>()
  #fresh: (readonly unknown[])[] = []
  #textsAt: number[] = []
  #keys = 0
  #layout = 0
  #polls: IndexedPoll[] = []
  #indexAt: number | null = null

  /** Bytes that were written and not taken yet. */
  get waiting(): number {
    return this.#out.length
  }

  /** Hands over what was written since the last time. */
  take(): Uint8Array {
    const bytes = this.#out.written().slice()
    this.#taken += bytes.length
    this.#out.reset()
    return bytes
  }

  /** The file holds only `bytes` bytes; the rest was lost. The next poll stands for itself. */
  resumeAt(bytes: number): void {
    this.#out.reset()
    this.#taken = bytes
    this.#polls = this.#polls.filter((poll) => poll.end <= bytes)
    this.#last = null
    this.#keys = 0
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
    this.#body.reset()
    const blocks = isKey ? this.#writeKey(snapshot) : this.#writeDelta(last as LiveSnapshot, snapshot)
    for (const length of blocks) content.whole(length)
    const blocksAt = content.length
    content.append(this.#body.written())
    this.#flushTexts()
    this.#writeFacts(snapshot)
    const at = this.#position
    writeFrame(this.#out, isKey ? 'key' : 'delta', content.written())
    this.#polls.push({ at, end: this.#position, monotonicMs: snapshot.taken.monotonicMs, wallMs: snapshot.taken.wallMs, blocksAt, blocks })
    this.#last = snapshot
    const before = this.#before
    this.#before = this.#now
    this.#now = before
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
    const rows = snapshot.rows.length
    if (last === null || !sameRows(last.rows, snapshot.rows)) {
      this.#layout += 1
      this.#before = new Float64Array(rows * valueCount)
      this.#now = new Float64Array(rows * valueCount)
      this.#plain = new Uint8Array(rows)
    }
    if (this.#keys % keysPerDictionary === 0 || this.#dictionary.size > dictionaryLimit) {
      this.#keys = 0
      this.#dictionary = new Map()
      this.#textsAt = []
    }
    this.#keys += 1
    this.#texts = snapshot.rows.map((row) => this.#textOf(row))
  }

  /** Number of the description of a row; a new one is written before the poll that uses it. */
  #textOf(row: LiveRow): number {
    const description = describeRow(row)
    const text = JSON.stringify(description)
    const known = this.#dictionary.get(text)
    if (known !== undefined) return known
    this.#dictionary.set(text, this.#dictionary.size)
    this.#fresh.push(description)
    return this.#dictionary.size - 1
  }

  #flushTexts(): void {
    if (this.#fresh.length === 0) return
    const record = new ByteWriter()
    record.whole(this.#dictionary.size - this.#fresh.length)
    record.whole(this.#fresh.length)
    for (const description of this.#fresh) record.json(description)
    this.#textsAt.push(this.#position)
    writeFrame(this.#out, 'texts', record.written())
    this.#fresh = []
  }

  /** Counts of processes and lines change with each poll, which must not make each one a key. */
  #writeFacts({ older, logged }: LiveSnapshot): void {
    if (older === undefined && logged === undefined) return
    const record = new ByteWriter()
    record.json({ older, logged } satisfies Record<keyof PollFacts, unknown>)
    writeFrame(this.#out, 'facts', record.written())
  }

  #writeKey(snapshot: LiveSnapshot): readonly number[] {
    const content = this.#content
    content.whole(this.#layout)
    content.json(describeProcess(snapshot))
    content.whole(snapshot.rows.length)
    for (const text of this.#texts) content.whole(text)
    return this.#inBlocks(snapshot.rows.length, (from, to) => {
      for (let index = from; index < to; index += 1) {
        const row = snapshot.rows[index] as LiveRow
        this.#plain[index] = spreadRow(row, this.#now, index * valueCount) ? 1 : 0
        for (const value of valuesOf(row)) this.#body.value(value)
      }
    })
  }

  #writeDelta(last: LiveSnapshot, snapshot: LiveSnapshot): readonly number[] {
    const ageStep = agesBy(last.uptimeSeconds, snapshot.uptimeSeconds)
    return this.#inBlocks(snapshot.rows.length, (from, to) => { this.#writeChanges(last.rows, snapshot.rows, from, to, ageStep) })
  }

  #writeChanges(last: readonly LiveRow[], rows: readonly LiveRow[], from: number, to: number, ageStep: number): void {
    const now = this.#now
    const before = this.#before
    const plain = this.#plain
    let same = 0
    for (let index = from; index < to; index += 1) {
      const row = rows[index] as LiveRow
      const at = index * valueCount
      const wasPlain = plain[index] === 1
      const isPlain = spreadRow(row, now, at)
      plain[index] = isPlain ? 1 : 0
      // What is expected of an age is that it went on.
      before[at + ageSlot] = (before[at + ageSlot] as number) + ageStep
      let mask = isPlain && wasPlain ? changesIn(now, before, at) : inFull
      if (!sameDescription(last[index] as LiveRow, row)) {
        this.#texts[index] = this.#textOf(row)
        mask |= changedText
      }
      if (mask === 0) {
        same += 1
        continue
      }
      this.#writeSame(same)
      same = 0
      this.#writeRow(row, index, mask)
    }
    this.#writeSame(same)
  }

  /** A run of rows in which nothing changed. */
  #writeSame(rows: number): void {
    if (rows === 0) return
    this.#body.byte(0)
    this.#body.byte(rows)
  }

  #writeRow(row: LiveRow, index: number, mask: number): void {
    const body = this.#body
    body.whole(mask)
    if ((mask & changedText) !== 0) body.whole(this.#texts[index] as number)
    if ((mask & inFull) !== 0) {
      for (const value of valuesOf(row)) body.value(value)
      return
    }
    const at = index * valueCount
    const now = this.#now
    const before = this.#before
    body.reserve(10 * valueCount)
    for (let left = mask & (changedText - 1); left !== 0; left &= left - 1) {
      const slot = 31 - Math.clz32(left & -left)
      const value = now[at + slot] as number
      const was = before[at + slot] as number
      if ((looseSlots & (1 << slot)) !== 0) writeGauge(body, value, was)
      else body.wholeInReserve(value - was)
    }
  }

  #inBlocks(rows: number, write: (from: number, to: number) => void): readonly number[] {
    const lengths: number[] = []
    for (let from = 0; from < rows; from += blockRows) {
      const start = this.#body.length
      write(from, Math.min(rows, from + blockRows))
      lengths.push(this.#body.length - start)
    }
    return lengths
  }

  /** Where the polls since the last key stand, so that a row or a time is found without reading everything. */
  #writeIndex(): void {
    const [first] = this.#polls
    if (first === undefined) return
    const content = new ByteWriter()
    content.value(this.#indexAt)
    content.whole(this.#layout)
    content.whole(this.#textsAt.length)
    for (const at of this.#textsAt) content.whole(at)
    content.whole(this.#polls.length)
    content.whole(first.blocks.length)
    let from = 0
    for (const poll of this.#polls) {
      content.whole(poll.at - from)
      from = poll.at
      content.float(poll.monotonicMs)
      content.float(poll.wallMs)
      content.whole(poll.blocksAt)
      for (const length of poll.blocks) content.whole(length)
    }
    this.#indexAt = this.#position
    writeFrame(this.#out, 'index', content.written())
    this.#polls = []
  }
}

/** Marks of the numbers of a row that changed; `inFull` where a counter shrank, came or went. */
function changesIn(now: Float64Array, before: Float64Array, at: number): number {
  let mask = 0
  for (let slot = 0; slot < valueCount; slot += 1) {
    const value = now[at + slot] as number
    const was = before[at + slot] as number
    if (value === was || (value !== value && was !== was)) continue
    if ((looseSlots & (1 << slot)) === 0 && !(value > was)) return inFull
    mask |= 1 << slot
  }
  return mask
}

/** Seconds that every state has aged by, as far as the uptime tells. */
export function agesBy(before: number | null, now: number | null): number {
  return before === null || now === null ? 0 : now - before
}

/** A difference as an even number, or 1 and the value. */
function writeGauge(body: ByteWriter, value: number, was: number): void {
  const step = value - was
  if (Number.isSafeInteger(value) && Number.isSafeInteger(was) && Math.abs(step) < largestStep) body.wholeInReserve(2 * (step < 0 ? -2 * step - 1 : 2 * step))
  else {
    body.byte(1)
    body.value(value !== value ? null : value)
  }
}

function continues(last: LiveSnapshot, next: LiveSnapshot): boolean {
  return last.epoch === next.epoch && last.version === next.version && last.stopping === next.stopping && last.product === next.product && last.generation === next.generation && last.fromTraffic === next.fromTraffic
    && sameTexts(last.notes, next.notes) && sameRows(last.rows, next.rows)
}

function sameTexts(before: readonly string[] | undefined, now: readonly string[] | undefined): boolean {
  return before === now || (before !== undefined && now !== undefined && before.length === now.length && before.every((text, index) => text === now[index]))
}

/** What a snapshot says of the whole balancer, without times. */
function describeProcess({ product, version, epoch, stopping, generation, fromTraffic, notes }: LiveSnapshot): object {
  return { product, version, epoch, stopping, generation, fromTraffic, notes } satisfies Record<keyof ProcessWords, unknown>
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
