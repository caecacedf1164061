import type { Count } from '#shared/live/snapshot.ts'

const smallest = 4096
/** Largest whole number that is written as one: four codes stand before it. */
const largestWhole = Number.MAX_SAFE_INTEGER - 4

/** Codes that stand where a value would: no value, a number with a fraction or a sign, a large count, a large count below zero. */
export const valueCodes = { none: 0, float: 1, large: 2, largeNegative: 3, whole: 4 } as const

/** Bytes that grow. Numbers are little-endian; whole numbers take seven bits a byte, low ones first. */
export class ByteWriter {
  bytes = new Uint8Array(smallest)
  length = 0
  #view = new DataView(this.bytes.buffer)

  reset(): void {
    this.length = 0
  }

  /** A view of what was written, until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  /** Makes room, so that the next `count` bytes need no check. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return
    const larger = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count))
    larger.set(this.written())
    this.bytes = larger
    this.#view = new DataView(larger.buffer)
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.length)
    this.length += bytes.length
  }

  byte(value: number): void {
    this.reserve(1)
    this.bytes[this.length] = value
    this.length += 1
  }

  uint32(value: number): void {
    this.reserve(4)
    this.#view.setUint32(this.length, value, true)
    this.length += 4
  }

  float(value: number): void {
    this.reserve(8)
    this.#view.setFloat64(this.length, value, true)
    this.length += 8
  }

  /** A whole number from 0 to 2⁵³ − 1. */
  whole(value: number): void {
    this.reserve(8)
    this.wholeInReserve(value)
  }

  /** The same where there is room for eight bytes already. */
  wholeInReserve(value: number): void {
    const { bytes } = this
    let at = this.length
    let rest = value
    // Bit operations take 32 bits; what is above them is divided off first.
    while (rest >= 0x1000_0000) {
      bytes[at] = (rest % 128) | 0x80
      at += 1
      rest = Math.floor(rest / 128)
    }
    while (rest >= 0x80) {
      bytes[at] = (rest & 0x7f) | 0x80
      at += 1
      rest >>>= 7
    }
    bytes[at] = rest
    this.length = at + 1
  }

  /** Any value, exactly. */
  value(value: Count): void {
    if (value === null) this.byte(valueCodes.none)
    else if (typeof value === 'bigint') this.#large(value)
    else if (Number.isInteger(value) && value >= 0 && value <= largestWhole && !Object.is(value, -0)) this.whole(value + valueCodes.whole)
    else {
      this.byte(valueCodes.float)
      this.float(value)
    }
  }

  #large(value: bigint): void {
    this.byte(value < 0n ? valueCodes.largeNegative : valueCodes.large)
    this.ascii((value < 0n ? -value : value).toString(16))
  }

  /** Length and characters of a text that holds ASCII only. */
  ascii(text: string): void {
    this.whole(text.length)
    this.reserve(text.length)
    for (let index = 0; index < text.length; index += 1) this.bytes[this.length + index] = text.charCodeAt(index)
    this.length += text.length
  }

  /** Plain data. Everything beyond ASCII is escaped, so that every text comes back as it was. */
  json(value: unknown): void {
    this.ascii(JSON.stringify(value).replace(/[\u007f-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`))
  }
}
