/** A division of the 256 bytes into classes, numbered from 0. */
export interface ByteClasses {
  readonly classOf: Uint8Array
  readonly classCount: number
}

/** Bytes with equal keys share a class. */
export function classesBy(key: (byte: number) => number): ByteClasses {
  const classOf = new Uint8Array(256)
  const known = new Map<number, number>()
  for (let byte = 0; byte < 256; byte += 1) {
    const value = key(byte)
    let index = known.get(value)
    if (index === undefined) {
      index = known.size
      known.set(value, index)
    }
    classOf[byte] = index
  }
  return { classOf, classCount: known.size }
}

/** Class of each key that was met, by key; as long as the largest key that was asked for. */
let classOfKey = new Int16Array(512)

/** `classesBy` for keys that are whole numbers from 0 below `keys`; no map. */
export function classesByIndex(keys: number, key: (byte: number) => number): ByteClasses {
  if (classOfKey.length < keys) classOfKey = new Int16Array(keys)
  classOfKey.fill(-1, 0, keys)
  const classOf = new Uint8Array(256)
  let classCount = 0
  for (let byte = 0; byte < 256; byte += 1) {
    const value = key(byte)
    let index = classOfKey[value] as number
    if (index === -1) {
      index = classCount
      classOfKey[value] = index
      classCount += 1
    }
    classOf[byte] = index
  }
  return { classOf, classCount }
}

/** Bytes share a class when they do in all of `parts`. */
export function joinClasses(parts: readonly ByteClasses[]): ByteClasses {
  const [first, ...rest] = parts
  let joined: ByteClasses = first ?? oneClass
  for (const part of rest) {
    const left = joined
    if (left.classOf === part.classOf || part.classCount === 1) continue
    joined = left.classCount === 1 ? part : classesByIndex(left.classCount * part.classCount, byte => (left.classOf[byte] as number) * part.classCount + (part.classOf[byte] as number))
  }
  return { classOf: joined.classOf, classCount: joined.classCount }
}

/** Bytes share a class when every set has both or neither. A set is 256 numbers, 1 for a member. */
export function classesOfSets(sets: Iterable<Uint8Array>): ByteClasses {
  const classOf = new Uint8Array(256)
  const known = new Int16Array(512)
  let classCount = 1
  const alone: number[] = []
  for (const set of sets) {
    const first = set.indexOf(1)
    if (first === set.lastIndexOf(1)) {
      if (first !== -1) alone.push(first)
      continue
    }
    known.fill(-1)
    let count = 0
    for (let byte = 0; byte < 256; byte += 1) {
      const key = (classOf[byte] as number) * 2 + (set[byte] as number)
      if (known[key] === -1) {
        known[key] = count
        count += 1
      }
      classOf[byte] = known[key] as number
    }
    classCount = count
  }
  const sizes = new Int32Array(256)
  for (const index of classOf) sizes[index] = (sizes[index] as number) + 1
  for (const byte of alone) {
    const index = classOf[byte] as number
    if (sizes[index] === 1) continue
    sizes[index] = (sizes[index] as number) - 1
    sizes[classCount] = 1
    classOf[byte] = classCount
    classCount += 1
  }
  return { classOf, classCount }
}

export const oneClass: ByteClasses = { classOf: new Uint8Array(256), classCount: 1 }

/** Bytes in the order in which people like to read them. */
export const prettyBytes: Uint8Array = ((): Uint8Array => {
  const order: number[] = []
  const add = (text: string): void => {
    for (let at = 0; at < text.length; at += 1) order.push(text.charCodeAt(at))
  }
  add('abcdefghijklmnopqrstuvwxyz0123456789-/._ABCDEFGHIJKLMNOPQRSTUVWXYZ~=&?:,;+!*@$\'()%#"<>[]{}|\\^` ')
  for (let byte = 0; byte < 256; byte += 1) if (!order.includes(byte)) order.push(byte)
  return Uint8Array.from(order)
})()

/** The prettiest byte of each class, prettiest first. */
export function representatives({ classOf, classCount }: ByteClasses): Uint8Array {
  const found = new Uint8Array(classCount)
  const seen = new Uint8Array(classCount)
  let count = 0
  for (let at = 0; at < 256 && count < classCount; at += 1) {
    const byte = prettyBytes[at] as number
    const index = classOf[byte] as number
    if (seen[index] === 1) continue
    seen[index] = 1
    found[count] = byte
    count += 1
  }
  return found
}

/** ASCII letters in lower case, other bytes as they are. */
export const lowerByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 65 && byte <= 90 ? byte + 32 : byte))
/** ASCII letters in upper case, other bytes as they are. */
export const upperByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => (byte >= 97 && byte <= 122 ? byte - 32 : byte))
