import type { RecordingSource } from '#shared/backend/live-ports.ts'
import { failed, ok, type Result } from '#shared/diagnostics/failure.ts'
import { ByteReader, DamagedRecord } from '#shared/live/recording/byte-reader.ts'
import { frameBytes, readFrame, type Frame, type RecordKind } from '#shared/live/recording/frames.ts'
import { BlockReader, blockPlace, readIndex, readRowTexts, type PollGroup } from '#shared/live/recording/index-reader.ts'
import { blockRows } from '#shared/live/recording/row-blocks.ts'
import { describedKey, valueCount } from '#shared/live/recording/row-values.ts'
import type { Count } from '#shared/live/snapshot.ts'

/** The history of some rows, one column per number. NaN: no value in that poll, or no such row. */
export interface RecordedSeries {
  readonly wallMs: Float64Array
  readonly monotonicMs: Float64Array
  /** By `rowKey`, then by the order of `valuesOf`; large counts are near, and ages are left out. */
  readonly rows: ReadonlyMap<string, readonly Float64Array[]>
}

const guessBytes = 16 * 1024

/**
 * The history of rows of a recording that was closed, without reading the others.
 *
 * Method: the indexes lead from the end to the beginning; of each poll only the blocks with those rows are read. They are not
 * checked for damage, which replaying does.
 * Errors: the recording was not closed, or its indexes are damaged; then it has to be replayed.
 */
export function readSeries(source: RecordingSource, keys: readonly string[], fromMs = -Infinity, toMs = Infinity): Result<RecordedSeries> {
  try {
    const groups = groupsOf(source).filter((group) => group.polls.some((poll) => poll.wallMs >= fromMs && poll.wallMs <= toMs))
    return ok(new SeriesReader(source, keys, groups).read(fromMs, toMs))
  } catch (error) {
    if (!(error instanceof DamagedRecord)) throw error
    return failed('bad-answer', error.message)
  }
}

function bytesAt(source: RecordingSource, at: number, length: number): Uint8Array {
  const read = source.pieces([[at, length]])
  if (!read.ok) throw new DamagedRecord(read.failure.message)
  return read.value[0] as Uint8Array
}

/** The record at a place, which has to be of that kind. */
function recordAt(source: RecordingSource, at: number, kind: RecordKind): Frame {
  const start = bytesAt(source, at, guessBytes)
  const first = readFrame(start, 0)
  const length = start.length < frameBytes ? 0 : new DataView(start.buffer, start.byteOffset).getUint32(4, true)
  const frame = first === 'short' ? readFrame(bytesAt(source, at, frameBytes + length), 0) : first
  if (typeof frame === 'string' || frame.kind !== kind) throw new DamagedRecord('The index of the recording is damaged.')
  return frame
}

/** Every group, first one first. */
function groupsOf(source: RecordingSource): readonly PollGroup[] {
  const tail = bytesAt(source, Math.max(0, source.size - 64), 64)
  let end: Frame | null = null
  for (let at = 0; at + frameBytes <= tail.length && end === null; at += 1) {
    const frame = readFrame(tail, at)
    if (typeof frame !== 'string' && frame.kind === 'end' && frame.next === tail.length) end = frame
  }
  if (end === null) throw new DamagedRecord('The recording was not closed.')
  const groups: PollGroup[] = []
  for (let at = new ByteReader(end.content).number(), last = Infinity; at !== null; at = (groups.at(-1) as PollGroup).before) {
    if (at >= last) throw new DamagedRecord('The index of the recording is damaged.')
    last = at
    groups.push(readIndex(recordAt(source, at, 'index').content))
  }
  return groups.reverse()
}

class SeriesReader {
  readonly #source: RecordingSource
  readonly #keys: readonly string[]
  readonly #groups: readonly PollGroup[]
  readonly #layouts = new Map<number, { readonly rows: number; readonly positions: ReadonlyMap<string, number> }>()

  constructor(source: RecordingSource, keys: readonly string[], groups: readonly PollGroup[]) {
    this.#source = source
    this.#keys = keys
    this.#groups = groups
  }

  read(fromMs: number, toMs: number): RecordedSeries {
    const polls = this.#groups.flatMap((group) => group.polls)
    const columns = new Map(this.#keys.map((key) => [key, Array.from({ length: valueCount }, () => new Float64Array(polls.length).fill(NaN))]))
    let done = 0
    for (const group of this.#groups) {
      this.#readGroup(group, columns, done)
      done += group.polls.length
    }
    const within = polls.flatMap((poll, index) => (poll.wallMs >= fromMs && poll.wallMs <= toMs ? [index] : []))
    const cut = (column: Float64Array): Float64Array => (within.length === polls.length ? column : Float64Array.from(within, (index) => column[index] as number))
    return {
      wallMs: cut(Float64Array.from(polls, (poll) => poll.wallMs)), monotonicMs: cut(Float64Array.from(polls, (poll) => poll.monotonicMs)),
      rows: new Map([...columns].map(([key, values]) => [key, values.map(cut)])),
    }
  }

  #readGroup(group: PollGroup, columns: ReadonlyMap<string, readonly Float64Array[]>, from: number): void {
    const { rows, positions } = this.#layoutOf(group)
    const byBlock = new Map<number, { readonly key: string; readonly row: number }[]>()
    for (const [key, position] of positions) {
      const block = Math.floor(position / blockRows)
      byBlock.set(block, [...byBlock.get(block) ?? [], { key, row: position % blockRows }])
    }
    const readers = [...byBlock].sort(([one], [other]) => one - other)
      .map(([block, wanted]) => ({ block, wanted, reader: new BlockReader(rows - block * blockRows, wanted.map(({ row }) => row)) }))
    if (readers.length === 0) return
    const read = this.#source.pieces(group.polls.flatMap((_, poll) => readers.map(({ block }) => blockPlace(group, poll, block))))
    if (!read.ok) throw new DamagedRecord(read.failure.message)
    read.value.forEach((bytes, index) => {
      const poll = Math.floor(index / readers.length)
      const { reader, wanted } = readers[index % readers.length] as (typeof readers)[number]
      if (poll === 0) reader.key(bytes)
      else reader.delta(bytes)
      for (const { key, row } of wanted) put(columns.get(key) as readonly Float64Array[], from + poll, reader.valuesOf(row))
    })
  }

  /** Where the wanted rows stand in the polls of a group. */
  #layoutOf(group: PollGroup): { readonly rows: number; readonly positions: ReadonlyMap<string, number> } {
    const known = this.#layouts.get(group.layout)
    if (known !== undefined) return known
    const texts: string[] = []
    for (const at of group.textsAt) {
      const content = new ByteReader(recordAt(this.#source, at, 'texts').content)
      content.whole()
      for (let left = content.whole(); left > 0; left -= 1) texts.push(describedKey(content.json()))
    }
    const found = readRowTexts(recordAt(this.#source, group.polls[0]?.at ?? 0, 'key').content).map((text) => texts[text])
    const positions = new Map(this.#keys.flatMap((key) => (found.includes(key) ? [[key, found.indexOf(key)] as const] : [])))
    const layout = { rows: found.length, positions }
    this.#layouts.set(group.layout, layout)
    return layout
  }
}

function put(columns: readonly Float64Array[], poll: number, values: readonly Count[]): void {
  for (let slot = 0; slot < valueCount; slot += 1) {
    const value = values[slot]
    if (value !== null && value !== undefined) (columns[slot] as Float64Array)[poll] = Number(value)
  }
}
