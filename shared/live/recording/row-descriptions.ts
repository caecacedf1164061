import type { LiveRow } from '#shared/live/snapshot.ts'
import { ByteWriter } from './byte-writer.ts'
import { describeRow, sameDescription } from './row-values.ts'

const keysPerDictionary = 10
const dictionaryLimit = 50_000

/** Descriptions of rows, which stand once in a recording and are referred to by number. Every tenth key begins with a new list of them. */
export class RowDescriptions {
  #known = new Map<string, number>()
  #fresh: (readonly unknown[])[] = []
  #numbers: number[] = []
  #places: number[] = []
  #keys = 0

  /** Which description each row of the poll has. */
  get numbers(): readonly number[] {
    return this.#numbers
  }

  /** Where the records of the list stand, from its beginning on. */
  get places(): readonly number[] {
    return this.#places
  }

  /** Descriptions of a poll in full. `last`: rows of the poll before, if they are the same ones. */
  key(last: readonly LiveRow[] | null, rows: readonly LiveRow[]): void {
    const isNew = this.#keys % keysPerDictionary === 0 || this.#known.size > dictionaryLimit
    if (isNew) {
      this.#keys = 0
      this.#known = new Map()
      this.#places = []
    }
    this.#keys += 1
    const numbers = this.#numbers
    this.#numbers = rows.map((row, index) => (!isNew && last !== null && sameDescription(last[index] as LiveRow, row) ? numbers[index] as number : this.#numberOf(row)))
  }

  /** A row has another description than in the poll before. */
  change(index: number, row: LiveRow): void {
    this.#numbers[index] = this.#numberOf(row)
  }

  /** The record of descriptions that were not written yet, which will stand at `at`; null: there are none. */
  take(at: number): Uint8Array | null {
    if (this.#fresh.length === 0) return null
    const record = new ByteWriter()
    record.whole(this.#known.size - this.#fresh.length)
    record.whole(this.#fresh.length)
    for (const description of this.#fresh) record.json(description)
    this.#fresh = []
    this.#places.push(at)
    return record.written()
  }

  /** Begins a new list with the next key: of this one, records may be lost. */
  forget(): void {
    this.#keys = 0
  }

  #numberOf(row: LiveRow): number {
    const description = describeRow(row)
    const text = JSON.stringify(description)
    const known = this.#known.get(text)
    if (known !== undefined) return known
    this.#known.set(text, this.#known.size)
    this.#fresh.push(description)
    return this.#known.size - 1
  }
}
