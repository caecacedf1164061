import { classesBy, joinClasses, lowerByte, oneClass, upperByte, type ByteClasses } from './byte-classes.ts'
import { dead, walk, type Language } from './language.ts'
import { packed } from './machines.ts'
import { always, nothing } from './set-operations.ts'

/** Value of a hexadecimal digit; -1: it is none. */
export function hexValue(byte: number): number {
  if (byte >= 48 && byte <= 57) return byte - 48
  const lower = byte | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -1
}

/** Classes of a language read through `map`. */
function mappedClasses(language: Language, map: (byte: number) => number): ByteClasses {
  return classesBy(byte => language.classOf[map(byte)] as number)
}

/** Texts whose letters, changed to one case, give a member. */
export function beforeCase(language: Language, to: 'lower' | 'upper'): Language {
  const map = to === 'lower' ? lowerByte : upperByte
  return {
    ...mappedClasses(language, byte => map[byte] as number), start: language.start,
    step: (state, byte) => language.step(state, map[byte] as number), accepts: state => language.accepts(state),
  }
}

/** Texts whose percent decoding is a member; texts with a broken sequence have none. Same as `urlDecode`. */
export function beforeUrlDecode(language: Language, inForm: boolean): Language {
  const width = 36
  const pack = (state: number, plus: boolean, phase: number): number => (state === dead ? dead : state * width + (plus ? 18 : 0) + phase)
  // Phase 1: behind a percent sign; from 2: behind it and a digit.
  return packed({
    ...joinClasses([language, classesBy(byte => (byte === 37 ? 300 : byte === 43 ? 301 : byte === 63 ? 302 : hexValue(byte)))]),
    start: pack(language.start, inForm, 0),
    step(code, byte) {
      const rest = code % width
      const state = (code - rest) / width
      const plus = rest >= 18
      const phase = rest % 18
      if (phase === 0) {
        if (byte === 37) return pack(state, plus, 1)
        return pack(language.step(state, byte === 43 && plus ? 32 : byte), plus || byte === 63, 0)
      }
      const digit = hexValue(byte)
      if (digit === -1) return dead
      return phase === 1 ? pack(state, plus, 2 + digit) : pack(language.step(state, (phase - 2) * 16 + digit), plus, 0)
    },
    accepts: code => code % 18 === 0 && language.accepts(Math.floor(code / width)),
  })
}

/** Hosts whose part before the port, in lower case, is a member. Same as `hostOnly`. */
export function beforeHostOnly(language: Language): Language {
  // The last colon behind the last bracket decides; what it would cut off is settled when it is read.
  const width = 3
  const uncut = 0
  const member = 1
  const other = 2
  return packed({
    ...joinClasses([mappedClasses(language, byte => lowerByte[byte] as number), classesBy(byte => (byte === 58 ? 1 : byte === 93 ? 2 : 0))]),
    start: (language.start + 1) * width,
    step(code, byte) {
      const mode = code % width
      const state = (code - mode) / width - 1
      const next = state === dead ? dead : language.step(state, lowerByte[byte] as number)
      const following = byte === 58 ? (state !== dead && language.accepts(state) ? member : other) : byte === 93 ? uncut : mode
      return next === dead && following !== member ? dead : (next + 1) * width + following
    },
    accepts(code) {
      const mode = code % width
      const state = (code - mode) / width - 1
      return mode === member || (mode === uncut && state !== dead && language.accepts(state))
    },
  })
}

/** Texts whose part from `offset` on, of at most `length` bytes, is a member. Null: the numbers are out of bounds. */
export function beforeSubstring(language: Language, offset: number, length: number | null): Language | null {
  if (!Number.isInteger(offset) || offset < 0 || offset > 100_000) return null
  if (length !== null && (!Number.isInteger(length) || length < 0 || length > 100_000)) return null
  if (length === 0) return language.accepts(language.start) ? always : nothing
  const width = length ?? 1
  // Codes below `offset` count bytes before the part; `offset` is a member whatever follows.
  const inside = (state: number, read: number): number => {
    if (state === dead) return dead
    if (length !== null && read === length) return language.accepts(state) ? offset : dead
    return offset + 1 + state * width + (length === null ? 0 : read)
  }
  return packed({
    classOf: language.classOf, classCount: language.classCount, start: offset === 0 ? inside(language.start, 0) : 0,
    step(code, byte) {
      if (code === offset) return code
      if (code < offset) return code + 1 === offset ? inside(language.start, 0) : code + 1
      const read = (code - offset - 1) % width
      return inside(language.step((code - offset - 1 - read) / width, byte), read + 1)
    },
    accepts: code => code === offset || language.accepts(code < offset ? language.start : Math.floor((code - offset - 1) / width)),
  })
}

/** Texts that give a member when `characters` at one end are taken off. */
export function beforeTrim(language: Language, side: 'left' | 'right', characters: string): Language {
  const trimmed = new Uint8Array(256)
  for (let at = 0; at < characters.length; at += 1) if (characters.charCodeAt(at) < 256) trimmed[characters.charCodeAt(at)] = 1
  const classes = joinClasses([language, classesBy(byte => trimmed[byte] as number)])
  if (side === 'left') {
    // State 0 is before the first byte that stays, other states lie one above those of the language.
    return {
      ...classes, start: 0,
      step(state, byte) {
        if (state === 0 && trimmed[byte] === 1) return 0
        const next = language.step(state === 0 ? language.start : state - 1, byte)
        return next === dead ? dead : next + 1
      },
      accepts: state => language.accepts(state === 0 ? language.start : state - 1),
    }
  }
  const pack = (state: number, member: boolean): number => (state === dead && !member ? dead : (state + 1) * 2 + (member ? 1 : 0))
  return packed({
    ...classes, start: pack(language.start, language.accepts(language.start)),
    step(code, byte) {
      const member = code % 2 === 1
      const state = (code - (member ? 1 : 0)) / 2 - 1
      const next = state === dead ? dead : language.step(state, byte)
      return pack(next, trimmed[byte] === 1 ? member : next !== dead && language.accepts(next))
    },
    accepts: code => code % 2 === 1,
  })
}

/** Address words that give a member when they are masked. Same as `maskBytes`. */
export function beforeIpMask(language: Language, bits4: number, bits6: number): Language {
  const width = 32
  const maskOf = (bits: number, index: number): number => 0xff00 >> Math.max(0, Math.min(8, bits - index * 8)) & 0xff
  const masks = [bits4, bits6].map(bits => 0xff00 >> Math.max(0, Math.min(8, bits & 7)) & 0xff)
  const classes = joinClasses([language, ...masks.map(mask => mappedClasses(language, byte => byte & mask)), classesBy(byte => (byte === 4 || byte === 6 ? byte : 0))])
  // Places 0: the family; 1–5: behind the bytes of an IPv4 address; 8–24: of an IPv6 address.
  const pack = (state: number, place: number): number => (state === dead ? dead : state * width + place)
  return packed({
    ...classes, start: pack(language.start, 0),
    step(code, byte) {
      const place = code % width
      const state = (code - place) / width
      if (place === 0) return byte === 4 ? pack(language.step(state, 4), 1) : byte === 6 ? pack(language.step(state, 6), 8) : dead
      if (place === 5 || place === 24) return dead
      const mask = place < 8 ? maskOf(bits4, place - 1) : maskOf(bits6, place - 8)
      return pack(language.step(state, byte & mask), place + 1)
    },
    accepts: code => (code % width === 5 || code % width === 24) && language.accepts(Math.floor(code / width)),
  })
}

const mostDigits = 4

/** Texts whose length, as a decimal number, is a member. Null: arbitrarily long numbers are told apart. Errors: LanguageTooLarge. */
export function beforeLength(language: Language): Language | null {
  let states: readonly number[] = [...new Set(Array.from({ length: 9 }, (_, digit) => walk(language, language.start, String(digit + 1))))]
  for (let count = 1; count <= mostDigits; count += 1) {
    const verdict = verdictAfterDigits(language, states)
    if (verdict !== null) {
      const last = 10 ** (count - 1)
      const members = Array.from({ length: last }, (_, length) => {
        const state = walk(language, language.start, String(length))
        return state !== dead && language.accepts(state)
      })
      return { ...oneClass, start: 0, step: state => Math.min(state + 1, last), accepts: state => (state === last ? verdict : members[state] === true) }
    }
    states = [...new Set(states.flatMap(state => Array.from({ length: 10 }, (_, digit) => (state === dead ? dead : language.step(state, 48 + digit)))))]
  }
  return null
}

/** Whether all numbers that go on from `states` are members, or none is; null: some are. */
function verdictAfterDigits(language: Language, states: readonly number[]): boolean | null {
  const met = new Set(states)
  let verdict: boolean | null = null
  for (const state of met) {
    const member = state !== dead && language.accepts(state)
    if (verdict !== null && verdict !== member) return null
    verdict = member
    if (state !== dead) for (let digit = 48; digit <= 57; digit += 1) met.add(language.step(state, digit))
  }
  return verdict
}

