import type { Count } from '#shared/live/snapshot.ts'
import { valueCodes } from './byte-writer.ts'

/** Bytes of a record that say something impossible. Caught where records are read. */
export class DamagedRecord extends Error {
  override readonly name = 'DamagedRecord'
}

/** Reads what `ByteWriter` wrote. Never reads beyond the end. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #view: DataView | null = null
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.at
  }

  byte(): number {
    const value = this.#bytes[this.at]
    if (value === undefined) throw new DamagedRecord('A record ends within a number.')
    this.at += 1
    return value
  }

  float(): number {
    if (this.left < 8) throw new DamagedRecord('A record ends within a number.')
    this.#view ??= new DataView(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength)
    this.at += 8
    return this.#view.getFloat64(this.at - 8, true)
  }

  whole(): number {
    const first = this.#bytes[this.at]
    if (first !== undefined && first < 0x80) {
      this.at += 1
      return first
    }
    return this.#long(this.byte())
  }

  #long(first: number): number {
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let factor = 128; ; factor *= 128) {
      const next = this.byte()
      value += (next & 0x7f) * factor
      if (next < 0x80) break
      if (factor > Number.MAX_SAFE_INTEGER) throw new DamagedRecord('A number is too large.')
    }
    if (value > Number.MAX_SAFE_INTEGER) throw new DamagedRecord('A number is too large.')
    return value
  }

  value(): Count {
    const code = this.whole()
    if (code >= valueCodes.whole) return code - valueCodes.whole
    switch (code) {
      case valueCodes.none: return null
      case valueCodes.float: return this.float()
      default: {
        const digits = this.ascii()
        if (!/^[0-9a-f]{1,64}$/.test(digits)) throw new DamagedRecord('A count is no number.')
        return code === valueCodes.large ? BigInt(`0x${digits}`) : -BigInt(`0x${digits}`)
      }
    }
  }

  /** A value that is no large count. */
  number(): number | null {
    const value = this.value()
    if (typeof value === 'bigint') throw new DamagedRecord('A measure is a large count.')
    return value
  }

  ascii(): string {
    const length = this.whole()
    if (length > this.left) throw new DamagedRecord('A record ends within a text.')
    let text = ''
    for (let done = 0; done < length; done += 8192) text += String.fromCharCode.apply(null, this.#bytes.subarray(this.at + done, this.at + Math.min(length, done + 8192)) as unknown as number[])
    this.at += length
    return text
  }

  json(): unknown {
    const text = this.ascii()
    try {
      return JSON.parse(text)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      throw new DamagedRecord('A description is not readable.')
    }
  }

  /** The next `length` bytes as a reader of their own. */
  part(length: number): ByteReader {
    if (length > this.left) throw new DamagedRecord('A record ends within a block.')
    this.at += length
    return new ByteReader(this.#bytes.subarray(this.at - length, this.at))
  }
}
