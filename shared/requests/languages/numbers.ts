import { classesBy, oneClass } from './byte-classes.ts'
import { LanguageTooLarge, type Language } from './language.ts'
import { numbered } from './machines.ts'

/** Inclusive; `null` is open. */
export type NumberRanges = readonly (readonly [from: number | null, to: number | null])[]

function inRanges(value: number, ranges: NumberRanges): boolean {
  return ranges.some(([from, to]) => (from === null || value >= from) && (to === null || value <= to))
}

/** Texts whose length in bytes lies in a range. */
export function lengthLanguage(ranges: NumberRanges): Language {
  const bounds = ranges.flat().filter((bound): bound is number => bound !== null && Number.isFinite(bound))
  // From here on every length is alike.
  const last = Math.max(0, ...bounds.map(bound => Math.floor(bound) + 1))
  if (last > 1 << 30) throw new LanguageTooLarge('a length is too large')
  return { ...oneClass, start: 0, step: state => Math.min(state + 1, last), accepts: state => inRanges(state, ranges) }
}

/** Digits read so far without leading zeros; a longer number than any bound is not kept. */
interface Reading {
  readonly phase: 'start' | 'sign' | 'digits' | 'member' | 'other'
  readonly negative: boolean
  /** Null: beyond every bound. */
  readonly value: number | null
}

/**
 * Texts whose leading integer (optional sign, digits, 0 when there are none) lies in a range; the empty text has none.
 *
 * Shape: the same set as `leadingInteger` gives for every text.
 * Errors: LanguageTooLarge for bounds that a double does not hold exactly.
 */
export function integerLanguage(ranges: NumberRanges): Language {
  const bounds = ranges.flat().filter((bound): bound is number => bound !== null && Number.isFinite(bound))
  if (bounds.some(bound => Math.abs(bound) > Number.MAX_SAFE_INTEGER)) throw new LanguageTooLarge('a number is too large')
  const digits = [...new Set(bounds.map(bound => String(Math.ceil(Math.abs(bound)))))]
  const longest = Math.max(0, ...digits.map(text => text.length))
  const verdict = ({ negative, value }: Reading): boolean => {
    const magnitude = value ?? Infinity
    return inRanges(negative ? -magnitude : magnitude, ranges)
  }
  const start: Reading = { phase: 'start', negative: false, value: 0 }
  const machine = numbered<Reading>({
    ...classesBy(byte => (byte >= 48 && byte <= 57 ? byte : byte === 43 || byte === 45 ? byte : 0)), start,
    next(state, byte) {
      if (state.phase === 'member') return state
      if (byte >= 48 && byte <= 57) {
        const value = state.value === null ? null : state.value * 10 + byte - 48
        return { ...state, phase: 'digits', value: value === null || String(value).length > longest ? null : value }
      }
      if (state.phase === 'start' && (byte === 43 || byte === 45)) return { phase: 'sign', negative: byte === 45, value: 0 }
      return verdict(state) ? { phase: 'member', negative: false, value: 0 } : null
    },
    accepts: state => state.phase === 'member' || (state.phase !== 'start' && verdict(state)),
    // Numbers of one length that compare alike with every bound lead to the same answers.
    key: ({ phase, negative, value }) => `${phase}${negative ? '-' : ''}${value === null ? 'x' : comparisons(value, digits)}`,
    size: () => 4,
  })
  return machine
}

/** Length of the number, and whether it is below, at or above the first digits of each bound. */
function comparisons(value: number, bounds: readonly string[]): string {
  if (value === 0) return '0'
  const text = String(value)
  return `${text.length}${bounds.map(bound => {
    const head = bound.slice(0, text.length)
    return head.length < text.length || text > head ? '>' : text === head ? '=' : '<'
  }).join('')}`
}

