import type { Count, LiveRow, LiveSnapshot } from '#shared/live/snapshot.ts'
import { DamagedRecord, type ByteReader } from './byte-reader.ts'
import { readFacts, readProcess, type PollFacts, type ProcessWords } from './entry-schemas.ts'
import { agesBy, blockRows, changedText, inFull } from './row-blocks.ts'
import { ageSlot, isGauge, isLoose, readDescription, valueCount, type RowDescription } from './row-values.ts'

interface KeptRow {
  text: number
  readonly values: Count[]
  row: LiveRow
}

/** Puts polls together again: descriptions, keys, and what changed since. */
export class PollReader {
  #descriptions: RowDescription[] = []
  #rows: KeptRow[] | null = null
  #process: ProcessWords | null = null
  #uptimeSeconds: number | null = null
  #facts: PollFacts = {}

  /** A record is missing: nothing can be told of changes until the next key. */
  forget(): void {
    this.#rows = null
    this.#facts = {}
  }

  /** False where changes have nothing to build on. */
  get knowsRows(): boolean {
    return this.#rows !== null
  }

  texts(content: ByteReader): void {
    const first = content.whole()
    const count = content.whole()
    if (first === 0) this.#descriptions = []
    if (first !== this.#descriptions.length) throw new DamagedRecord('Descriptions of rows are missing.')
    for (let index = 0; index < count; index += 1) this.#descriptions.push(readDescription(content.json()))
  }

  /** Goes with the next poll. */
  facts(content: ByteReader): void {
    this.#facts = readFacts(content.json())
  }

  #takeFacts(): PollFacts {
    const facts = this.#facts
    this.#facts = {}
    return facts
  }

  key(content: ByteReader): LiveSnapshot {
    this.#rows = null
    const facts = this.#takeFacts()
    const times = readTimes(content)
    content.whole()
    const process = readProcess(content.json())
    const count = content.whole()
    if (count > content.left) throw new DamagedRecord('A poll has more rows than it can hold.')
    const texts = Array.from({ length: count }, () => content.whole())
    const blocks = readBlocks(content, count)
    const rows = texts.map((text, index): KeptRow => {
      const block = blocks[Math.floor(index / blockRows)] as ByteReader
      const values = readValues(block)
      return { text, values, row: this.#describe(text)(values) }
    })
    this.#rows = rows
    this.#process = process
    this.#uptimeSeconds = times.uptimeSeconds
    return { ...process, ...times, ...facts, rows: rows.map((kept) => kept.row) }
  }

  delta(content: ByteReader): LiveSnapshot {
    const rows = this.#rows
    const process = this.#process
    if (rows === null || process === null) throw new DamagedRecord('A poll that others build on is missing.')
    // Half a change is worse than none.
    this.#rows = null
    const facts = this.#takeFacts()
    const times = readTimes(content)
    const ageStep = agesBy(this.#uptimeSeconds, times.uptimeSeconds)
    readBlocks(content, rows.length).forEach((block, index) => { this.#readBlock(block, rows, index * blockRows, ageStep) })
    this.#rows = rows
    this.#uptimeSeconds = times.uptimeSeconds
    return { ...process, ...times, ...facts, rows: rows.map((kept) => kept.row) }
  }

  #readBlock(block: ByteReader, rows: readonly KeptRow[], from: number, ageStep: number): void {
    const to = Math.min(rows.length, from + blockRows)
    for (let index = from; index < to;) {
      const mask = block.whole()
      const same = mask === 0 ? block.byte() : 0
      if (mask === 0 && (same === 0 || index + same > to)) throw new DamagedRecord('A poll has more rows than the one before.')
      for (let next = 0; next < same; next += 1) if (ageStep !== 0) this.#age(rows[index + next] as KeptRow, ageStep)
      if (mask !== 0) this.#readRow(block, rows[index] as KeptRow, mask, ageStep)
      index += Math.max(same, 1)
    }
  }

  #age(kept: KeptRow, ageStep: number): void {
    const age = kept.values[ageSlot]
    if (typeof age !== 'number') return
    kept.values[ageSlot] = age + ageStep
    kept.row = this.#describe(kept.text)(kept.values)
  }

  #readRow(block: ByteReader, kept: KeptRow, mask: number, ageStep: number): void {
    if ((mask & changedText) !== 0) kept.text = block.whole()
    const { values } = kept
    if ((mask & inFull) !== 0) readValues(block).forEach((value, slot) => { values[slot] = value })
    else applyChanges(block, values, mask, ageStep)
    kept.row = this.#describe(kept.text)(values)
  }

  #describe(text: number): RowDescription {
    const found = this.#descriptions[text]
    if (found === undefined) throw new DamagedRecord('The description of a row is missing.')
    return found
  }
}

/** Numbers of a row with what changed since the poll before. */
export function applyChanges(block: ByteReader, values: Count[], mask: number, ageStep: number): void {
  for (let slot = 0; slot < valueCount; slot += 1) {
    const was = values[slot] as Count
    const aged = slot === ageSlot && typeof was === 'number' ? was + ageStep : was
    if ((mask & (1 << slot)) === 0) {
      values[slot] = aged
      continue
    }
    if (isLoose[slot] === true) {
      const code = block.whole()
      values[slot] = code === 1 ? block.number() : plain(aged) + signedOf(code / 2)
    } else values[slot] = plain(was) + block.whole()
  }
}

function plain(value: Count): number {
  if (typeof value !== 'number') throw new DamagedRecord('A number grew that was not there.')
  return value
}

function signedOf(code: number): number {
  return code % 2 === 0 ? code / 2 : -(code + 1) / 2
}

export function readValues(block: ByteReader): Count[] {
  return isGauge.map((gauge) => (gauge ? block.number() : block.value()))
}

type Times = Pick<LiveSnapshot, 'taken' | 'readMs' | 'bytes' | 'uptimeSeconds'>

function readTimes(content: ByteReader): Times {
  const taken = { monotonicMs: content.float(), wallMs: content.float() }
  return { taken, readMs: content.number() ?? 0, bytes: content.number() ?? 0, uptimeSeconds: content.number() }
}

function readBlocks(content: ByteReader, rows: number): readonly ByteReader[] {
  const lengths = Array.from({ length: Math.ceil(rows / blockRows) }, () => content.whole())
  return lengths.map((length) => content.part(length))
}
