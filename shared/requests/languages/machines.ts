import type { ByteClasses } from './byte-classes.ts'
import { dead, languageLimits, LanguageTooLarge, type Language } from './language.ts'

/** A deterministic machine whose states are any value that has a key. */
export interface Machine<State> extends ByteClasses {
  readonly start: State
  /** Null: no continuation is accepted. */
  next(state: State, byte: number): State | null
  accepts(state: State): boolean
  /** Equal keys, equal states. */
  key(state: State): string | number
  /** Memory a state takes, in numbers. */
  size(state: State): number
}

/**
 * The language of a machine; its states are numbered when they are first met, its transitions kept in a table.
 *
 * Errors: LanguageTooLarge from `step`.
 */
export function numbered<State>(machine: Machine<State>, stateLimit: number = languageLimits.dfaStates): Language {
  const { classOf, classCount } = machine
  const states: State[] = []
  const accepting: boolean[] = []
  const numbers = new Map<string | number, number>()
  let entries = 0
  const unknown = -2
  let table = new Int32Array(classCount * 4).fill(unknown)
  const numberOf = (state: State): number => {
    const key = machine.key(state)
    const known = numbers.get(key)
    if (known !== undefined) return known
    const number = states.length
    entries += machine.size(state)
    if (number >= stateLimit || entries > languageLimits.dfaEntries) throw new LanguageTooLarge()
    if ((number + 1) * classCount > table.length) {
      const larger = new Int32Array(table.length * 2)
      larger.set(table)
      larger.fill(unknown, table.length)
      table = larger
    }
    states.push(state)
    accepting.push(machine.accepts(state))
    numbers.set(key, number)
    return number
  }
  numberOf(machine.start)
  return {
    start: 0, classOf, classCount,
    step(state, byte) {
      const slot = state * classCount + (classOf[byte] as number)
      const known = table[slot] as number
      if (known !== unknown) return known
      const next = machine.next(states[state] as State, byte)
      const number = next === null ? dead : numberOf(next)
      table[slot] = number
      return number
    },
    accepts: state => accepting[state] === true,
  }
}

/** A nondeterministic machine whose elements are whole numbers. */
export interface Elements extends ByteClasses {
  readonly start: readonly number[]
  /** Calls `add` for each element that follows. */
  next(element: number, byte: number, add: (element: number) => void): void
  accepts(element: number): boolean
}

/** The language of a nondeterministic machine. Errors: LanguageTooLarge from `step`. */
export function determinised(elements: Elements, stateLimit?: number): Language {
  const { classOf, classCount } = elements
  const sorted = (of: Iterable<number>): readonly number[] => [...new Set(of)].sort((a, b) => a - b)
  return numbered<readonly number[]>({
    classOf, classCount, start: sorted(elements.start),
    next(state, byte) {
      const found: number[] = []
      for (const element of state) elements.next(element, byte, next => { found.push(next) })
      return found.length === 0 ? null : sorted(found)
    },
    accepts: state => state.some(element => elements.accepts(element)),
    key: state => state.join(),
    size: state => state.length,
  }, stateLimit)
}

/** A deterministic machine whose states are whole numbers that would lie too far apart to be states of a language. */
export interface Packed extends ByteClasses {
  readonly start: number
  /** `dead`: no continuation is accepted. */
  step(code: number, byte: number): number
  accepts(code: number): boolean
}

const packedLimit = 2_000_000

/** The language of a machine over another language, without the limits that were checked there already. */
export function packed(machine: Packed): Language {
  const codes: number[] = [machine.start]
  const numbers = new Map<number, number>([[machine.start, 0]])
  return {
    classOf: machine.classOf, classCount: machine.classCount, start: 0,
    step(state, byte) {
      const next = machine.step(codes[state] as number, byte)
      if (next === dead) return dead
      let number = numbers.get(next)
      if (number === undefined) {
        number = codes.length
        if (number >= packedLimit) throw new LanguageTooLarge()
        codes.push(next)
        numbers.set(next, number)
      }
      return number
    },
    accepts: state => machine.accepts(codes[state] as number),
  }
}

/** The same language with its transitions kept in a table. `stateCount`: all states are below it. */
export function tabulated(language: Language, stateCount: number): Language {
  const { classOf, classCount } = language
  const unknown = -2
  const table = new Int32Array(stateCount * classCount).fill(unknown)
  return {
    ...language,
    step(state, byte) {
      const slot = state * classCount + (classOf[byte] as number)
      const known = table[slot] as number
      if (known !== unknown) return known
      const next = language.step(state, byte)
      table[slot] = next
      return next
    },
  }
}
