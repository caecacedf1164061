import type { LiveRow } from '#shared/live/snapshot.ts'
import { ByteWriter } from './byte-writer.ts'
import type { RowDescriptions } from './row-descriptions.ts'
import { ageSlot, isLoose, isPlain, sameDescription, spreadRow, valueCount, valuesOf } from './row-values.ts'

/** Rows that are read together when one of them is asked for. */
export const blockRows = 16
/** Marks in front of a changed row, beside those of its numbers: another description, all numbers in full. */
export const changedText = 1 << valueCount
export const inFull = 2 << valueCount

const looseSlots = isLoose.reduce((mask, loose, slot) => (loose ? mask | (1 << slot) : mask), 0)

/** Differences beyond this are written as values. */
const largestStep = 2 ** 50

/** Stands for a step where 1 and the value are written. */
const valueInstead = -1

/** Writes the rows of a poll in blocks: in full, or what changed since the poll before. */
export class RowBlockWriter {
  readonly #descriptions: RowDescriptions
  readonly #body = new ByteWriter()
  /** Numbers of all rows in the poll before, and whether those of a row were whole numbers where they should be. */
  #before = new Float64Array(0)
  #plain = new Uint8Array(0)
  /** Numbers of the row that is written, and what is written of those that changed. */
  readonly #now = new Float64Array(valueCount)
  readonly #steps = new Float64Array(valueCount)

  constructor(descriptions: RowDescriptions) {
    this.#descriptions = descriptions
  }

  /** The blocks of the poll that was written last, until the next one. */
  written(): Uint8Array {
    return this.#body.written()
  }

  /** Writes every number. Result: how long each block is. */
  full(rows: readonly LiveRow[]): readonly number[] {
    if (this.#plain.length !== rows.length) {
      this.#before = new Float64Array(rows.length * valueCount)
      this.#plain = new Uint8Array(rows.length)
    }
    return this.#inBlocks(rows.length, (from, to) => {
      for (let index = from; index < to; index += 1) {
        const row = rows[index] as LiveRow
        const at = index * valueCount
        this.#plain[index] = spreadRow(row, this.#before, at) && isPlain(this.#before, at) ? 1 : 0
        for (const value of valuesOf(row)) this.#body.value(value)
      }
    })
  }

  /** Writes what changed from `last`, the rows that were written before. `ageStep`: what is expected of ages, which go on by themselves. */
  changes(last: readonly LiveRow[], rows: readonly LiveRow[], ageStep: number): readonly number[] {
    return this.#inBlocks(rows.length, (from, to) => { this.#writeChanges(last, rows, from, to, ageStep) })
  }

  #inBlocks(rows: number, write: (from: number, to: number) => void): readonly number[] {
    this.#body.reset()
    const lengths: number[] = []
    for (let from = 0; from < rows; from += blockRows) {
      const start = this.#body.length
      write(from, Math.min(rows, from + blockRows))
      lengths.push(this.#body.length - start)
    }
    return lengths
  }

  #writeChanges(last: readonly LiveRow[], rows: readonly LiveRow[], from: number, to: number, ageStep: number): void {
    const before = this.#before
    let same = 0
    for (let index = from; index < to; index += 1) {
      const row = rows[index] as LiveRow
      const at = index * valueCount
      before[at + ageSlot] = (before[at + ageSlot] as number) + ageStep
      const isTold = spreadRow(row, this.#now, 0)
      let mask = isTold && this.#plain[index] === 1 ? this.#changesIn(at) : inFull
      if (mask === inFull) {
        before.set(this.#now, at)
        this.#plain[index] = isTold && isPlain(before, at) ? 1 : 0
      }
      if (!sameDescription(last[index] as LiveRow, row)) {
        this.#descriptions.change(index, row)
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

  /** Marks of the numbers that changed, whose steps are put aside; `inFull` where a counter shrank, came or went, or is no whole number. */
  #changesIn(at: number): number {
    const now = this.#now
    const before = this.#before
    const steps = this.#steps
    let mask = 0
    let count = 0
    for (let slot = 0; slot < valueCount; slot += 1) {
      const value = now[slot] as number
      const was = before[at + slot] as number
      // The same, or no value as before. Only a division tells 0 from -0.
      if (value === was ? value !== 0 || 1 / value > 0 : value !== value && was !== was) continue
      if ((looseSlots & (1 << slot)) !== 0) {
        if (Object.is(value, -0)) return inFull
        steps[count] = gaugeStep(value, was)
      } else {
        if (!(value > was && Number.isSafeInteger(value))) return inFull
        steps[count] = value - was
      }
      before[at + slot] = value
      mask |= 1 << slot
      count += 1
    }
    return mask
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
    if ((mask & changedText) !== 0) body.whole(this.#descriptions.numbers[index] as number)
    if ((mask & inFull) !== 0) {
      for (const value of valuesOf(row)) body.value(value)
      return
    }
    body.reserve(10 * valueCount)
    let count = 0
    for (let left = mask & (changedText - 1); left !== 0; left &= left - 1) {
      const step = this.#steps[count] as number
      count += 1
      if (step === valueInstead) {
        const value = this.#now[31 - Math.clz32(left & -left)] as number
        body.byte(1)
        body.value(value !== value ? null : value)
      } else body.wholeInReserve(step)
    }
  }
}

/** A difference as an even number; `valueInstead` where it cannot be told exactly. */
function gaugeStep(value: number, was: number): number {
  const step = value - was
  if (!Number.isSafeInteger(value) || !Number.isSafeInteger(was) || Math.abs(step) >= largestStep) return valueInstead
  return 2 * (step < 0 ? -2 * step - 1 : 2 * step)
}

/** Seconds that every state has aged by, as far as the uptime tells. */
export function agesBy(before: number | null, now: number | null): number {
  return before === null || now === null ? 0 : now - before
}
