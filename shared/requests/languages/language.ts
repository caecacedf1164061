/**
 * A regular set of byte strings: a deterministic automaton, determinised as it is walked.
 *
 * Shape: states are numbers from 0, not always dense. Bytes of one class lead to the same state from every state.
 * Errors: `step` throws LanguageTooLarge once more states were met than the limits allow.
 */
export interface Language {
  readonly start: number
  /** Next state after one byte (0–255). `dead`: no continuation is accepted. */
  readonly step: (state: number, byte: number) => number
  /** The bytes read so far are a member. */
  readonly accepts: (state: number) => boolean
  /** Class of each of the 256 bytes. */
  readonly classOf: Uint8Array
  readonly classCount: number
  /** Set when the language is all texts that compare so with one of the values, which lets searches treat many at once. */
  readonly literals?: Literals
}

export type LiteralKind = 'exact' | 'prefix' | 'suffix' | 'substring' | 'path-part' | 'domain-part'

export interface Literals {
  readonly kind: LiteralKind
  readonly values: readonly string[]
  readonly ignoreCase: boolean
}

export const dead = -1

/** Sizes beyond which an automaton is given up instead of filling the memory. */
export const languageLimits = { nfaStates: 8_000, dfaStates: 4_000, dfaEntries: 1_000_000, addressTextStates: 60_000, repetition: 1_000 } as const

/** The automaton has more states than the limits allow. Callers answer "unknown" for what they wanted to decide. */
export class LanguageTooLarge extends Error {
  constructor(message = 'the automaton has too many states') {
    super(message)
    this.name = 'LanguageTooLarge'
  }
}

/** Errors: LanguageTooLarge. */
export function contains(language: Language, word: string): boolean {
  let state = language.start
  for (let at = 0; at < word.length && state !== dead; at += 1) state = language.step(state, word.charCodeAt(at))
  return state !== dead && language.accepts(state)
}

/** State after `word`, from `from`. Errors: LanguageTooLarge. */
export function walk(language: Language, from: number, word: string): number {
  let state = from
  for (let at = 0; at < word.length && state !== dead; at += 1) state = language.step(state, word.charCodeAt(at))
  return state
}
