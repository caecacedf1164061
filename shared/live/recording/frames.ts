import type { ByteWriter } from './byte-writer.ts'

/**
 * What a record holds. head: who recorded what. config · miss · event: as their names say. texts: descriptions of rows
 * that polls refer to by number. facts: what the next poll says that most polls do not. key: a poll in full. delta: a poll as
 * what changed since the one before. index: where the polls since the last key stand. end: the recording was closed.
 */
export const recordKinds = { head: 'h', config: 'c', miss: 'm', event: 'e', texts: 't', facts: 'f', key: 'k', delta: 'd', index: 'i', end: 'z' } as const
export type RecordKind = keyof typeof recordKinds

const kinds = new Map(Object.entries(recordKinds).map(([kind, letter]) => [letter.charCodeAt(0), kind as RecordKind]))
const [first, second, third] = [...'LBR'].map((letter) => letter.charCodeAt(0)) as [number, number, number]

/** Mark of three bytes, kind, length and check of the content: what stands before the content of every record. */
export const frameBytes = 12
/** No record is longer; what claims to be is damage. */
export const longestRecord = 64 * 1024 * 1024

/** Puts one record behind what was written. */
export function writeFrame(out: ByteWriter, kind: RecordKind, content: Uint8Array): void {
  const letter = recordKinds[kind].charCodeAt(0)
  out.reserve(frameBytes + content.length)
  out.byte(first)
  out.byte(second)
  out.byte(third)
  out.byte(letter)
  out.uint32(content.length)
  out.uint32(checkOf(letter, content, 0, content.length))
  out.append(content)
}

export interface Frame {
  readonly kind: RecordKind
  readonly content: Uint8Array
  /** Where the next record begins. */
  readonly next: number
}

/** `short`: these bytes may be the beginning of a record. `damaged`: they are not a record, or not a whole one. */
export type FrameReading = Frame | 'short' | 'damaged'

/** The record that begins at `at`. */
export function readFrame(bytes: Uint8Array, at: number): FrameReading {
  const mark = [first, second, third]
  for (let index = 0; index < mark.length; index += 1) if (at + index < bytes.length && bytes[at + index] !== mark[index]) return 'damaged'
  if (bytes.length - at < frameBytes) return 'short'
  const letter = bytes[at + 3] as number
  const kind = kinds.get(letter)
  const length = uint32(bytes, at + 4)
  if (kind === undefined || length > longestRecord) return 'damaged'
  const next = at + frameBytes + length
  if (next > bytes.length) return 'short'
  if (checkOf(letter, bytes, at + frameBytes, length) !== uint32(bytes, at + 8)) return 'damaged'
  return { kind, content: bytes.subarray(at + frameBytes, next), next }
}

/** Where the mark of a record stands next, from `at` on; the end of the bytes, less what may be the start of one, if nowhere. */
export function findFrame(bytes: Uint8Array, at: number): number {
  for (let index = bytes.indexOf(first, at); index !== -1; index = bytes.indexOf(first, index + 1)) {
    if ((bytes[index + 1] ?? second) === second && (bytes[index + 2] ?? third) === third) return index
  }
  return bytes.length
}

function uint32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)) >>> 0
}

/**
 * Check of a content: tells a record that was written in part, or over, from a whole one. No protection against intent.
 * Method: words of four bytes are multiplied and folded in one after the other, like MurmurHash3 does.
 */
function checkOf(letter: number, bytes: Uint8Array, from: number, length: number): number {
  let hash = Math.imul(letter, 0x9e3779b1) ^ length
  const view = new DataView(bytes.buffer, bytes.byteOffset + from, length)
  const words = length & ~3
  for (let at = 0; at < words; at += 4) {
    const mixed = Math.imul(view.getInt32(at, true), 0xcc9e2d51)
    hash ^= Math.imul((mixed << 15) | (mixed >>> 17), 0x1b873593)
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0
  }
  for (let at = words; at < length; at += 1) hash = Math.imul(hash ^ view.getUint8(at), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}
