import { ByteReader, DamagedRecord } from './byte-reader.ts'
import { blockRows, changedText, inFull } from './row-blocks.ts'
import { applyChanges, readValues } from './poll-reader.ts'
import { isLoose, valueCount } from './row-values.ts'
import { frameBytes } from './frames.ts'
import type { Count } from '#shared/live/snapshot.ts'

/** One poll as an index knows it. */
export interface PollPlace {
  readonly at: number
  readonly monotonicMs: number
  readonly wallMs: number
  /** Place of the first block in the file. */
  readonly blocksAt: number
}

/** Polls from one key to the next. */
export interface PollGroup {
  /** Index before this one; null: there is none. */
  readonly before: number | null
  /** Groups with the same number have the same rows in the same order. */
  readonly layout: number
  readonly textsAt: readonly number[]
  /** The first one is the key. */
  readonly polls: readonly PollPlace[]
  readonly blocks: number
  /** Where each block begins behind the first one, poll by poll; one more than there are blocks. */
  readonly starts: Uint32Array
}

/** Place and length of one block of one poll. */
export function blockPlace({ polls, blocks, starts }: PollGroup, poll: number, block: number): readonly [at: number, length: number] {
  const index = poll * (blocks + 1) + block
  const start = starts[index] as number
  return [(polls[poll] as PollPlace).blocksAt + start, (starts[index + 1] as number) - start]
}

export function readIndex(content: Uint8Array): PollGroup {
  const reader = new ByteReader(content)
  const before = reader.number()
  const layout = reader.whole()
  const textsAt = Array.from({ length: bounded(reader) }, () => reader.whole())
  const count = bounded(reader)
  const blocks = bounded(reader)
  if (count * blocks > reader.left) throw new DamagedRecord('An index has more entries than it can hold.')
  const polls: PollPlace[] = []
  const starts = new Uint32Array(count * (blocks + 1))
  let at = 0
  for (let index = 0; index < count; index += 1) {
    at += reader.whole()
    const monotonicMs = reader.float()
    const wallMs = reader.float()
    const blocksAt = at + frameBytes + reader.whole()
    const first = index * (blocks + 1)
    for (let block = 0; block < blocks; block += 1) starts[first + block + 1] = (starts[first + block] as number) + reader.whole()
    polls.push({ at, monotonicMs, wallMs, blocksAt })
  }
  return { before, layout, textsAt, polls, blocks, starts }
}

/** A count of things that take a byte at least. */
function bounded(reader: ByteReader): number {
  const count = reader.whole()
  if (count > reader.left) throw new DamagedRecord('An index has more entries than it can hold.')
  return count
}

/** Numbers of the descriptions of the rows of a key, in their order. */
export function readRowTexts(content: Uint8Array): readonly number[] {
  const reader = new ByteReader(content)
  reader.float()
  reader.float()
  for (let value = 0; value < 3; value += 1) reader.value()
  reader.whole()
  reader.json()
  return Array.from({ length: bounded(reader) }, () => reader.whole())
}

/** Numbers of some rows of one block, from a key on. */
export class BlockReader {
  readonly #rows: number
  readonly #values = new Map<number, Count[]>()

  /** `rows`: how many the block has. `wanted`: positions of those that are asked for. */
  constructor(rows: number, wanted: readonly number[]) {
    // What stands behind the last of them is not looked at.
    this.#rows = Math.min(rows, blockRows, Math.max(...wanted) + 1)
    for (const row of wanted) this.#values.set(row, [])
  }

  valuesOf(row: number): readonly Count[] {
    return this.#values.get(row) ?? []
  }

  key(bytes: Uint8Array): void {
    const block = new ByteReader(bytes)
    for (let row = 0; row < this.#rows; row += 1) {
      const values = readValues(block)
      if (this.#values.has(row)) this.#values.set(row, values)
    }
  }

  delta(bytes: Uint8Array): void {
    const block = new ByteReader(bytes)
    for (let row = 0; row < this.#rows;) {
      const mask = block.whole()
      if (mask === 0) {
        row += Math.max(1, block.byte())
        continue
      }
      if ((mask & changedText) !== 0) block.whole()
      const wanted = this.#values.get(row)
      if ((mask & inFull) !== 0) {
        const values = readValues(block)
        if (wanted !== undefined) this.#values.set(row, values)
      } else if (wanted === undefined) skip(block, mask)
      // Ages are left as they are: they follow from the uptime, which no block has.
      else applyChanges(block, wanted, mask, 0)
      row += 1
    }
  }
}

function skip(block: ByteReader, mask: number): void {
  for (let slot = 0; slot < valueCount; slot += 1) {
    if ((mask & (1 << slot)) === 0) continue
    const code = block.whole()
    if (code === 1 && isLoose[slot] === true) block.value()
  }
}
