import { classesBy, joinClasses, type ByteClasses } from './byte-classes.ts'
import { dead, languageLimits, type Language } from './language.ts'
import { determinised } from './machines.ts'
import { hexValue } from './preimage-texts.ts'

/**
 * Where an element stands in the text. `half`: at the start of the part before or behind `::`. `group`: behind a colon
 * that a group follows. `hex`: in a group of as many digits as was guessed. `colon`: behind the first colon of `::`.
 * `decimal`: in a dotted part.
 */
type Place = 'half' | 'group' | 'hex' | 'colon' | 'decimal'

interface Element {
  readonly state: number
  readonly place: Place
  /** Bytes read before `::` (0–16), 32 plus bytes still to come behind it, or `version4`. */
  readonly context: number
  /** In `hex`: digits to come * 17 + first digit of a byte + 1, or 0; in `decimal`: octet * 4096 + digits read. */
  readonly detail: number
}

const places: readonly Place[] = ['half', 'group', 'hex', 'colon', 'decimal']
const behind = 32
const version4 = 63
const colon = 58
const dot = 46

function pack({ state, place, context, detail }: Element): number {
  return ((state * 5 + places.indexOf(place)) * 64 + context) * 16384 + detail
}

function unpack(code: number): Element {
  const detail = code % 16384
  const context = Math.floor(code / 16384) % 64
  const rest = Math.floor(code / 1048576)
  return { state: Math.floor(rest / 5), place: places[rest % 5] as Place, context, detail }
}

/** Context once `count` more bytes are read; null: there is no room. */
function reading(context: number, count: number): number | null {
  if (context === version4) return null
  if (context >= behind) return context - behind >= count ? context - count : null
  return context + count <= 16 ? context + count : null
}

const isComplete = (context: number): boolean => context === 16 || context === behind || context === version4

/**
 * Texts that `parseIp` reads as an address whose word is a member of `language`.
 *
 * Method: the elements guess how many digits a group has and how many bytes stand behind `::`, so that bytes can be
 * handed to the language as they are read. Errors: LanguageTooLarge from `step`.
 */
export function beforeParseIp(language: Language): Language {
  const digits = alikeDigits(language)
  const numbers = alikeNumbers(language)
  const steps = (from: number, bytes: readonly number[]): number => {
    let state = from
    for (const byte of bytes) if (state !== dead) state = language.step(state, byte)
    return state
  }
  const compress = (state: number, read: number, add: (element: number) => void): void => {
    for (let tail = 0; read + tail <= 14; tail += 2) {
      const next = steps(state, Array<number>(16 - read - tail).fill(0))
      if (next !== dead) add(pack({ state: next, place: 'half', context: behind + tail, detail: 0 }))
    }
  }
  const startGroup = ({ state, context }: Element, byte: number, add: (element: number) => void): void => {
    const digit = hexValue(byte)
    if (digit === -1) return
    const after = reading(context, 2)
    const hex = (from: number, left: number, first: number): void => {
      if (after !== null && from !== dead) add(pack({ state: from, place: 'hex', context: after, detail: left * 17 + first }))
    }
    hex(steps(state, [0, digit]), 0, 0)
    hex(steps(state, [0]), 1, (digits[digit] as number) + 1)
    hex(steps(state, [digit]), 2, 0)
    hex(state, 3, (digits[digit] as number) + 1)
    const dotted = reading(context, 4)
    if (dotted !== null && digit <= 9) add(pack({ state, place: 'decimal', context: dotted, detail: numbers.append(0, digit) }))
  }
  const starts: number[] = []
  const [four, six] = [language.step(language.start, 4), language.step(language.start, 6)]
  if (four !== dead) starts.push(pack({ state: four, place: 'decimal', context: version4, detail: 0 }))
  if (six !== dead) starts.push(pack({ state: six, place: 'half', context: 0, detail: 0 }))
  return determinised({
    ...textClasses, start: starts,
    next(code, byte, add) {
      const element = unpack(code)
      const { state, place, context, detail } = element
      switch (place) {
        case 'half':
          if (byte === colon) {
            if (context === 0) add(pack({ ...element, place: 'colon' }))
          } else startGroup(element, byte, add)
          return
        case 'colon':
          if (byte === colon) compress(state, context, add)
          return
        case 'group':
          if (byte !== colon) startGroup(element, byte, add)
          else if (context <= 16) compress(state, context, add)
          return
        case 'hex': {
          const left = Math.floor(detail / 17)
          const first = detail % 17
          if (left === 0) {
            if (byte === colon) add(pack({ state, place: 'group', context, detail: 0 }))
            return
          }
          const digit = hexValue(byte)
          if (digit === -1) return
          const next = first === 0 ? state : language.step(state, (first - 1) * 16 + digit)
          if (next !== dead) add(pack({ state: next, place, context, detail: (left - 1) * 17 + (first === 0 ? (digits[digit] as number) + 1 : 0) }))
          return
        }
        case 'decimal': {
          const octet = Math.floor(detail / 4096)
          const value = detail % 4096
          if (byte >= 48 && byte <= 57) {
            const next = numbers.append(value, byte - 48)
            if (next !== dead) add(pack({ ...element, detail: octet * 4096 + next }))
            return
          }
          if (value === 0 || (byte !== dot && byte !== colon) || (byte === dot) !== octet < 3) return
          const next = language.step(state, numbers.valueOf(value))
          if (next === dead) return
          if (byte === dot) add(pack({ state: next, place, context, detail: (octet + 1) * 4096 }))
          // Only `::` can follow a dotted part.
          else if (context <= 14) add(pack({ state: next, place: 'colon', context, detail: 0 }))
        }
      }
    },
    accepts(code) {
      const { state, place, context, detail } = unpack(code)
      if (!isComplete(context)) return false
      if (place === 'half') return context === behind && language.accepts(state)
      if (place === 'hex') return detail < 17 && language.accepts(state)
      if (place !== 'decimal' || detail < 3 * 4096 || detail % 4096 === 0) return false
      const next = language.step(state, numbers.valueOf(detail % 4096))
      return next !== dead && language.accepts(next)
    },
  }, languageLimits.addressTextStates)
}

const textClasses: ByteClasses = joinClasses([classesBy(byte => (byte === colon ? 20 : byte === dot ? 21 : hexValue(byte)))])

/** For each hexadecimal digit the first that makes the same bytes as far as the language can tell. */
function alikeDigits({ classOf }: Language): Uint8Array {
  const first = new Map<string, number>()
  return Uint8Array.from({ length: 16 }, (_, digit) => {
    const key = classOf.slice(digit * 16, digit * 16 + 16).join()
    const known = first.get(key)
    if (known === undefined) first.set(key, digit)
    return known ?? digit
  })
}

interface Numbers {
  /** Number behind one more digit; 0 is "no digit yet", `dead`: more than 255 or four digits. */
  append(number: number, digit: number): number
  valueOf(number: number): number
}

/** Decimal numbers up to 255 of up to three digits, those that lead to the same bytes as far as the language can tell as one. */
function alikeNumbers({ classOf }: Language): Numbers {
  const first = new Map<string, number>()
  const alike = new Map<number, { readonly number: number; readonly key: string }>()
  const look = (count: number, value: number): { readonly number: number; readonly key: string } => {
    const code = 1 + (count - 1) * 1000 + value
    const known = alike.get(code)
    if (known !== undefined) return known
    let key = 'x'
    if (value <= 255) {
      key = `${classOf[value] as number}`
      if (count < 3) for (let digit = 0; digit < 10; digit += 1) key += `(${look(count + 1, value * 10 + digit).number})`
    }
    const number = value > 255 ? dead : first.get(key) ?? code
    if (number === code) first.set(key, code)
    const found = { number, key }
    alike.set(code, found)
    return found
  }
  return {
    append(number, digit) {
      const count = number === 0 ? 0 : Math.floor((number - 1) / 1000) + 1
      if (count === 3) return dead
      return look(count + 1, (number === 0 ? 0 : (number - 1) % 1000) * 10 + digit).number
    },
    valueOf: number => (number - 1) % 1000,
  }
}
