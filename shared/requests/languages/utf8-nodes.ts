import { alternationOf, bytesFrom, byteSet, concatOf, refuse, type RegexNode } from './regex-tree.ts'

/** Inclusive ranges of code points. */
export type CodeRanges = readonly (readonly [from: number, to: number])[]

export const lastCode = 0x10ffff

/** Ascending and without overlap. */
export function sortedRanges(ranges: CodeRanges): CodeRanges {
  const sorted = [...ranges].sort((a, b) => a[0] - b[0])
  const merged: [number, number][] = []
  for (const [from, to] of sorted) {
    const last = merged[merged.length - 1]
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to)
    else merged.push([from, to])
  }
  return merged
}

export function otherCodes(ranges: CodeRanges): CodeRanges {
  const others: (readonly [number, number])[] = []
  let next = 0
  for (const [from, to] of sortedRanges(ranges)) {
    if (from > next) others.push([next, from - 1])
    next = to + 1
  }
  if (next <= lastCode) others.push([next, lastCode])
  return others
}

/**
 * Adds the other cases of ASCII letters. Folding is by Unicode: `k` is also the Kelvin sign, `s` the long s.
 *
 * Errors: Refused for codes beyond ASCII that may have another case.
 */
export function foldCodes(ranges: CodeRanges): CodeRanges {
  const folded: (readonly [number, number])[] = [...ranges]
  for (const [from, to] of ranges) {
    if (to > 0x7f && !(from === 0 && to === lastCode)) refuse('characters beyond ASCII with case ignored')
    for (let code = from; code <= Math.min(to, 0x7f); code += 1) {
      const lower = code | 32
      if (lower < 97 || lower > 122) continue
      folded.push([lower, lower], [lower - 32, lower - 32])
      if (lower === 107) folded.push([0x212a, 0x212a])
      if (lower === 115) folded.push([0x17f, 0x17f])
    }
  }
  return folded
}

const known = new WeakMap<CodeRanges, RegexNode>()

/** One character of the ranges as UTF-8 bytes. Invalid UTF-8 is no character. */
export function utf8Node(ranges: CodeRanges): RegexNode {
  const [only] = ranges
  if (only !== undefined && ranges.length === 1 && only[0] === only[1] && only[0] < 0x80) return { kind: 'bytes', set: byteSet(only[0], false) }
  let node = known.get(ranges)
  if (node === undefined) {
    node = makeNode(ranges)
    known.set(ranges, node)
  }
  return node
}

function makeNode(ranges: CodeRanges): RegexNode {
  const sorted = sortedRanges(ranges)
  const ascii = new Uint8Array(256)
  const nodes: RegexNode[] = []
  for (const [from, to] of sorted) {
    if (from < 0x80) ascii.fill(1, from, Math.min(to, 0x7f) + 1)
    for (const [low, high] of [[0x80, 0x7ff], [0x800, 0xffff], [0x10000, lastCode]] as const) {
      const start = Math.max(from, low)
      const end = Math.min(to, high)
      if (start <= end) addSequences(utf8(start), utf8(end), nodes)
    }
  }
  if (ascii.includes(1)) nodes.unshift({ kind: 'bytes', set: ascii })
  return alternationOf(nodes)
}

function utf8(code: number): readonly number[] {
  if (code < 0x80) return [code]
  if (code < 0x800) return [0xc0 | code >> 6, 0x80 | code & 63]
  if (code < 0x10000) return [0xe0 | code >> 12, 0x80 | code >> 6 & 63, 0x80 | code & 63]
  return [0xf0 | code >> 18, 0x80 | code >> 12 & 63, 0x80 | code >> 6 & 63, 0x80 | code & 63]
}

/** Byte sequences from `from` to `to`, both of one length, as sequences of byte ranges. */
function addSequences(from: readonly number[], to: readonly number[], nodes: RegexNode[]): void {
  const sequences: (readonly [number, number])[][] = []
  const split = (at: number, head: readonly (readonly [number, number])[], low: readonly number[], high: readonly number[]): void => {
    const [a = 0, b = 0] = [low[at], high[at]]
    const rest = low.length - at - 1
    if (rest === 0) {
      sequences.push([...head, [a, b]])
      return
    }
    const isLowest = low.slice(at + 1).every(byte => byte === 0x80)
    const isHighest = high.slice(at + 1).every(byte => byte === 0xbf)
    const fill = (byte: number): readonly number[] => low.map((value, index) => (index <= at ? value : byte))
    if (a === b) return split(at + 1, [...head, [a, b]], low, high)
    const first = isLowest ? a : a + 1
    const last = isHighest ? b : b - 1
    if (!isLowest) split(at + 1, [...head, [a, a]], low, fill(0xbf))
    if (first <= last) sequences.push([...head, [first, last], ...Array.from({ length: rest }, () => [0x80, 0xbf] as const)])
    if (!isHighest) split(at + 1, [...head, [b, b]], fill(0x80), high)
  }
  split(0, [], from, to)
  for (const sequence of sequences) nodes.push(concatOf(sequence.map(range => ({ kind: 'bytes', set: bytesFrom(range) }))))
}
