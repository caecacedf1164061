import { classesBy, joinClasses, type ByteClasses } from './byte-classes.ts'
import { dead, type Language } from './language.ts'
import { determinised, packed } from './machines.ts'
import { always, nothing } from './set-operations.ts'

/** Which field or word: from 1, negative from the end; `count` of them joined, 0 for all that remain. */
export interface Pick {
  readonly index: number
  readonly delimiters: string
  readonly count: number
}

const mostCounted = 1_000

function isUsable({ index, count }: Pick): boolean {
  return Number.isInteger(index) && Number.isInteger(count) && count >= 0 && count <= mostCounted && Math.abs(index) <= mostCounted
}

function bordersOf(language: Language, delimiters: string): { readonly classes: ByteClasses; readonly isBorder: (byte: number) => boolean } {
  const borders = new Uint8Array(256)
  for (let at = 0; at < delimiters.length; at += 1) if (delimiters.charCodeAt(at) < 256) borders[delimiters.charCodeAt(at)] = 1
  return { classes: joinClasses([language, classesBy(byte => borders[byte] as number)]), isBorder: byte => borders[byte] === 1 }
}

/** Texts that have the field, and whose field is a member. Same as `fieldOf`. Null: the counts are out of bounds. */
export function beforeField(language: Language, pick: Pick): Language | null {
  if (!isUsable(pick)) return null
  if (pick.index === 0) return nothing
  return pick.index > 0 ? beforeFieldFromStart(language, pick) : beforeFieldFromEnd(language, pick)
}

function beforeFieldFromStart(language: Language, { index, delimiters, count }: Pick): Language {
  const { classes, isBorder } = bordersOf(language, delimiters)
  // Codes below `first` count borders before the field, `first` is a member whatever follows.
  const first = index - 1
  const width = Math.max(count, 1)
  const inside = (state: number, borders: number): number => (state === dead ? dead : first + 1 + state * width + borders)
  return packed({
    ...classes, start: first === 0 ? inside(language.start, 0) : 0,
    step(code, byte) {
      if (code === first) return code
      if (code < first) {
        if (!isBorder(byte)) return code
        return code + 1 === first ? inside(language.start, 0) : code + 1
      }
      const borders = (code - first - 1) % width
      const state = (code - first - 1 - borders) / width
      if (!isBorder(byte)) return inside(language.step(state, byte), borders)
      if (count !== 0 && borders + 1 === count) return language.accepts(state) ? first : dead
      return inside(language.step(state, byte), count === 0 ? 0 : borders + 1)
    },
    accepts: code => code === first || (code > first && language.accepts(Math.floor((code - first - 1) / width))),
  })
}

/** Elements guess where the field starts and ends; `count - 1` borders stand in it, `-index - 1` behind it. */
function beforeFieldFromEnd(language: Language, { index, delimiters, count }: Pick): Language {
  const { classes, isBorder } = bordersOf(language, delimiters)
  const behind = -index - 1
  const width = Math.max(count, 1) * 2
  const ahead = 0
  const after = (borders: number): number => borders * 2 + 1
  const inside = (state: number, borders: number, fromStart: boolean): number => ((state * width + borders * 2 + (fromStart ? 1 : 0)) + 1) * 2
  const canEnd = (borders: number, fromStart: boolean): boolean => count === 0 || fromStart || borders + 1 === count
  return determinised({
    ...classes, start: [inside(language.start, 0, true), ...(count === 0 ? [] : [ahead])],
    next(element, byte, add) {
      const border = isBorder(byte)
      if (element === ahead) {
        add(ahead)
        if (border) add(inside(language.start, 0, false))
        return
      }
      if (element % 2 === 1) {
        const borders = (element - 1) / 2 + (border ? 1 : 0)
        if (borders <= behind) add(after(borders))
        return
      }
      const packedInside = element / 2 - 1
      const fromStart = packedInside % 2 === 1
      const borders = Math.floor(packedInside % width / 2)
      const state = Math.floor(packedInside / width)
      if (border && behind > 0 && canEnd(borders, fromStart) && language.accepts(state)) add(after(1))
      if (border && count !== 0 && borders + 1 === count) return
      const next = language.step(state, byte)
      if (next !== dead) add(inside(next, border && count !== 0 ? borders + 1 : borders, fromStart))
    },
    accepts(element) {
      if (element === ahead) return false
      if (element % 2 === 1) return (element - 1) / 2 === behind
      const packedInside = element / 2 - 1
      return behind === 0 && canEnd(Math.floor(packedInside % width / 2), packedInside % 2 === 1) && language.accepts(Math.floor(packedInside / width))
    },
  })
}

/** Texts whose word is a member; a word that does not exist is empty. Same as `wordOf`. Null: the counts are out of bounds. */
export function beforeWord(language: Language, pick: Pick): Language | null {
  if (!isUsable(pick)) return null
  if (pick.index === 0) return language.accepts(language.start) ? always : nothing
  return pick.index > 0 ? beforeWordFromStart(language, pick) : beforeWordFromEnd(language, pick)
}

function beforeWordFromStart(language: Language, { index, delimiters, count }: Pick): Language {
  const { classes, isBorder } = bordersOf(language, delimiters)
  // Codes below `first` are words before the one meant, times 2, plus 1 inside a word; `first` is a member whatever follows.
  const first = (index - 1) * 2 + 1
  const width = Math.max(count, 1) * 2
  const inside = (state: number, words: number, inWord: boolean): number => (state === dead ? dead : first + 1 + state * width + (words - 1) * 2 + (inWord ? 1 : 0))
  return packed({
    ...classes, start: 0,
    step(code, byte) {
      const border = isBorder(byte)
      if (code === first) return code
      if (code < first) {
        const inWord = code % 2 === 1
        if (border) return inWord ? code + 1 : code
        if (inWord) return code
        return code + 1 === first ? inside(language.step(language.start, byte), 1, true) : code + 1
      }
      const rest = (code - first - 1) % width
      const state = (code - first - 1 - rest) / width
      const words = (rest >> 1) + 1
      const inWord = rest % 2 === 1
      if (border && inWord && count !== 0 && words === count) return language.accepts(state) ? first : dead
      const next = language.step(state, byte)
      return inside(next, count !== 0 && !border && !inWord ? words + 1 : words, !border)
    },
    accepts(code) {
      if (code === first) return true
      return language.accepts(code < first ? language.start : Math.floor((code - first - 1) / width))
    },
  })
}

/**
 * Elements guess where the value starts and ends. It starts with the text when fewer words stand there than asked for
 * (or all are), else with a word; `-index - 1` words stand behind it.
 */
function beforeWordFromEnd(language: Language, { index, delimiters, count }: Pick): Language {
  const { classes, isBorder } = bordersOf(language, delimiters)
  const behind = -index - 1
  const width = count + 2
  const pack = (kind: 'few' | 'ahead' | 'whole' | 'value' | 'after', state: number, words: number, inWord: boolean): number =>
    (state * width + words) * 10 + ['few', 'ahead', 'whole', 'value', 'after'].indexOf(kind) * 2 + (inWord ? 1 : 0)
  const isEmptyMember = language.accepts(language.start)
  const canEnd = (kind: number, words: number): boolean => words > 0 && (kind === 2 ? count === 0 || words < count : words === count)
  return determinised({
    ...classes,
    start: [
      ...(isEmptyMember ? [pack('few', 0, 0, false)] : []), pack('whole', language.start, 0, false), ...(count === 0 ? [] : [pack('ahead', 0, 0, false)]),
    ],
    next(element, byte, add) {
      const border = isBorder(byte)
      const inWord = element % 2 === 1
      const kind = (element % 10 - (inWord ? 1 : 0)) / 2
      const rest = Math.floor(element / 10)
      const words = rest % width
      const state = (rest - words) / width
      const begins = !border && !inWord
      switch (kind) {
        case 0: {
          const seen = state + (begins ? 1 : 0)
          if (seen <= behind) add(pack('few', seen, 0, !border))
          return
        }
        case 1: {
          add(pack('ahead', 0, 0, !border))
          const next = begins ? language.step(language.start, byte) : dead
          if (next !== dead) add(pack('value', next, 1, true))
          return
        }
        case 4: {
          const seen = state + (begins ? 1 : 0)
          if (seen <= behind) add(pack('after', seen, 0, !border))
          return
        }
        default: {
          if (border && inWord && canEnd(kind, words) && language.accepts(state)) add(pack('after', 0, 0, false))
          const following = count === 0 ? Math.max(words, begins ? 1 : 0) : words + (begins ? 1 : 0)
          if (count !== 0 && following > count) return
          const next = language.step(state, byte)
          if (next !== dead) add(pack(kind === 2 ? 'whole' : 'value', next, following, !border))
        }
      }
    },
    accepts(element) {
      const inWord = element % 2 === 1
      const kind = (element % 10 - (inWord ? 1 : 0)) / 2
      const rest = Math.floor(element / 10)
      const words = rest % width
      const state = (rest - words) / width
      if (kind === 0) return true
      if (kind === 4) return state === behind
      return kind !== 1 && inWord && behind === 0 && canEnd(kind, words) && language.accepts(state)
    },
  })
}
