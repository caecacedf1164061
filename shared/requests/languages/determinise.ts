import { type Language } from './language.ts'
import { numbered } from './machines.ts'
import type { Nfa } from './nfa.ts'
import { wordBytes, type Assertion, type ByteSet } from './regex-tree.ts'

/**
 * What the rest of the subject may look like, as a set of bits. An assertion that looks ahead takes bits away, and the
 * automaton holds the rest to what is left, so looking ahead needs no second byte.
 */
const rest = { atEnd: 1, lastNewline: 2, newline: 4, word: 8, other: 16, any: 31 } as const

/** Kind of the byte before the current place. */
type Before = 'start' | 'newline' | 'word' | 'other'

function beforeOf(byte: number): Before {
  return byte === 10 ? 'newline' : wordBytes[byte] === 1 ? 'word' : 'other'
}

/** What is left of `allowed` once an assertion holds; 0: it cannot. */
function constrain(what: Assertion, before: Before, allowed: number): number {
  switch (what) {
    case 'start': return before === 'start' ? allowed : 0
    case 'end': return allowed & rest.atEnd
    case 'end-or-last-line-end': return allowed & (rest.atEnd | rest.lastNewline)
    case 'line-start': return before === 'start' || before === 'newline' ? allowed : 0
    case 'line-start-inside': return before === 'start' ? allowed : before === 'newline' ? allowed & ~rest.atEnd : 0
    case 'line-end': return allowed & (rest.atEnd | rest.lastNewline | rest.newline)
    case 'word-boundary': return allowed & (before === 'word' ? ~rest.word : rest.word)
    case 'no-word-boundary': return allowed & (before === 'word' ? rest.word : ~rest.word)
  }
}

/** What is left of `allowed` after `byte` was read; 0: it was not allowed. */
function afterByte(allowed: number, byte: number): number {
  if (byte === 10) return ((allowed & rest.lastNewline) !== 0 ? rest.atEnd : 0) | ((allowed & rest.newline) !== 0 ? rest.any & ~rest.atEnd : 0)
  return (allowed & (wordBytes[byte] === 1 ? rest.word : rest.other)) === 0 ? 0 : rest.any
}

const kinds = new WeakMap<ByteSet, number>()

/** What the rest may look like when its first byte is in the set. */
function kindsOf(set: ByteSet): number {
  let bits = kinds.get(set)
  if (bits === undefined) {
    bits = 0
    for (let byte = 0; byte < 256; byte += 1) if (set[byte] === 1) bits |= byte === 10 ? rest.lastNewline | rest.newline : wordBytes[byte] === 1 ? rest.word : rest.other
    kinds.set(set, bits)
  }
  return bits
}

/** Pairs of NFA state and allowed rest, packed as state * 32 + rest, in ascending order. */
type Pairs = Int32Array

/**
 * Subjects in which the automaton finds a match (`search`), or which it matches from end to end (`full`).
 *
 * Errors: LanguageTooLarge from `step`.
 */
export function languageOf(nfa: Nfa, match: 'search' | 'full'): Language {
  const { moves, accept, classes } = nfa
  const found = moves.length
  const allowed = new Uint8Array(moves.length + 1)
  const looksAhead = moves.some(move => move.kind === 'assertion' && move.what !== 'start' && move.what !== 'line-start')
  const relevant = moves.map(move => {
    if (move.kind !== 'byte' || !looksAhead) return rest.any
    return kindsOf(move.set)
  })
  const universal = Int32Array.of(found * 32)
  const queue: number[] = []
  const met: number[] = []
  const enter = (state: number, bits: number): void => {
    const known = allowed[state] as number
    const all = known | bits
    if (all === known) return
    if (known === 0) met.push(state)
    allowed[state] = all
    queue.push(state)
  }
  const close = (before: Before): Pairs => {
    for (let state = queue.pop(); state !== undefined; state = queue.pop()) {
      const bits = allowed[state] as number
      const move = moves[state]
      if (move === undefined) continue
      if (move.kind === 'free') for (const to of move.to) enter(to, bits)
      else if (move.kind === 'assertion') enter(move.to, constrain(move.what, before, bits))
    }
    const kept: number[] = []
    let all = false
    for (const state of met) {
      const kind = moves[state]?.kind
      const bits = (allowed[state] as number) & (relevant[state] as number)
      if (state === accept && bits === rest.any && match === 'search') all = true
      if (bits !== 0 && (kind === 'byte' || kind === 'accept')) kept.push(state * 32 + bits)
      allowed[state] = 0
    }
    met.length = 0
    if (all) return universal
    return Int32Array.from(kept).sort()
  }
  const begin = (before: Before): Pairs => {
    enter(nfa.start, rest.any)
    return close(before)
  }
  const first = begin('start')
  const restarts = match === 'search' && (['newline', 'word', 'other'] as const).some(before => begin(before).length > 0)
  return numbered<Pairs>({
    ...classes, start: first,
    next(state, byte) {
      if (state === universal) return universal
      for (const pair of state) {
        const from = pair >> 5
        const move = moves[from]
        const left = afterByte(pair & 31, byte)
        if (left === 0 || move === undefined) continue
        if (move.kind === 'byte') {
          if (move.set[byte] === 1) enter(move.to, left)
        } else if (match === 'search') enter(from, left)
      }
      if (restarts) enter(nfa.start, rest.any)
      const next = close(beforeOf(byte))
      return next.length === 0 && !restarts ? null : next
    },
    accepts: state => state === universal || state.some(pair => pair >> 5 === accept && (pair & rest.atEnd) !== 0),
    key: state => String.fromCharCode(...keyOf(state)),
    size: state => state.length,
  })
}

function keyOf(state: Pairs): number[] {
  const codes: number[] = []
  for (const pair of state) codes.push(pair >> 15, pair & 0x7fff)
  return codes
}
