/** A pattern as a tree, the same for every syntax. What it matches is a set of byte strings. */
export type RegexNode =
  | { readonly kind: 'empty' }
  /** One byte of the set. */
  | { readonly kind: 'bytes'; readonly set: ByteSet }
  | { readonly kind: 'concat'; readonly of: readonly RegexNode[] }
  | { readonly kind: 'alternation'; readonly of: readonly RegexNode[] }
  /** `max` null: without end. */
  | { readonly kind: 'repeat'; readonly of: RegexNode; readonly min: number; readonly max: number | null; readonly greedy: boolean }
  /** `index` from 1; null: it does not capture. */
  | { readonly kind: 'group'; readonly of: RegexNode; readonly index: number | null }
  | { readonly kind: 'assertion'; readonly what: Assertion }

/**
 * `start`, `end`: of the subject; `end-or-last-line-end`: also before a final newline. `line-start-inside`: at the start
 * or behind a newline that does not end the subject; `line-start`: behind any; `line-end`: at the end or before a newline.
 */
export type Assertion = 'start' | 'end' | 'end-or-last-line-end' | 'line-start' | 'line-start-inside' | 'line-end' | 'word-boundary' | 'no-word-boundary'

/** 256 numbers, 1 for a member. */
export type ByteSet = Uint8Array

export type ParsedRegex =
  | { readonly ok: true; readonly tree: RegexNode; readonly groupCount: number }
  /** `reason` completes "the pattern cannot be modelled: …". */
  | { readonly ok: false; readonly reason: string }

export class Refused extends Error {}

export function refuse(reason: string): never {
  throw new Refused(reason)
}

export const emptyNode: RegexNode = { kind: 'empty' }

export function concatOf(parts: readonly RegexNode[]): RegexNode {
  const [first] = parts
  return first === undefined ? emptyNode : parts.length === 1 ? first : { kind: 'concat', of: parts }
}

export function alternationOf(parts: readonly RegexNode[]): RegexNode {
  const [first] = parts
  return first !== undefined && parts.length === 1 ? first : { kind: 'alternation', of: parts }
}

/** From inclusive ranges. */
export function bytesFrom(...ranges: readonly (readonly [from: number, to: number])[]): ByteSet {
  const set = new Uint8Array(256)
  for (const [from, to] of ranges) set.fill(1, from, to + 1)
  return set
}

export function otherBytes(set: ByteSet): ByteSet {
  return set.map(member => 1 - member)
}

/** Adds the other case of every ASCII letter. */
export function foldBytes(set: ByteSet): ByteSet {
  const folded = set.slice()
  for (let upper = 65; upper <= 90; upper += 1) if (set[upper] === 1 || set[upper + 32] === 1) folded[upper] = folded[upper + 32] = 1
  return folded
}

const single = new Map<number, ByteSet>()

/** One byte, or an ASCII letter in either case. The same byte gives the same set, so that automata see it once. */
export function byteSet(code: number, ignoreCase: boolean): ByteSet {
  const key = ignoreCase ? code + 256 : code
  let set = single.get(key)
  if (set === undefined) {
    set = bytesFrom([code, code])
    if (ignoreCase) set = foldBytes(set)
    single.set(key, set)
  }
  return set
}

export const digits = bytesFrom([48, 57])
export const wordBytes = bytesFrom([48, 57], [65, 90], [95, 95], [97, 122])

/** POSIX classes in the C locale; `[:word:]` is an extension of both syntaxes. */
export const posixClasses: ReadonlyMap<string, ByteSet> = new Map([
  ['alpha', bytesFrom([65, 90], [97, 122])],
  ['lower', bytesFrom([97, 122])],
  ['upper', bytesFrom([65, 90])],
  ['alnum', bytesFrom([48, 57], [65, 90], [97, 122])],
  ['ascii', bytesFrom([0, 127])],
  ['blank', bytesFrom([9, 9], [32, 32])],
  ['cntrl', bytesFrom([0, 31], [127, 127])],
  ['digit', digits],
  ['graph', bytesFrom([33, 126])],
  ['print', bytesFrom([32, 126])],
  ['punct', bytesFrom([33, 47], [58, 64], [91, 96], [123, 126])],
  ['space', bytesFrom([9, 13], [32, 32])],
  ['word', wordBytes],
  ['xdigit', bytesFrom([48, 57], [65, 70], [97, 102])],
])
