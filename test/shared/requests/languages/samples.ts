import { representatives } from '#shared/requests/languages/byte-classes.ts'
import { dead, type Language } from '#shared/requests/languages/language.ts'

/** A small seeded generator, so that every run can be repeated from its seed. */
export interface Random {
  /** Integer from 0 to `below` - 1. */
  int(below: number): number
  chance(probability: number): boolean
  pick<T>(items: readonly T[]): T
  /** Text of up to `longest` characters of `alphabet`. */
  text(alphabet: string, longest: number): string
}

export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const int = (below: number): number => Math.floor(next() * below)
  const pick = <T>(items: readonly T[]): T => {
    const item = items[int(items.length)]
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
  return {
    int, pick, chance: probability => next() < probability,
    text: (alphabet, longest) => Array.from({ length: int(longest + 1) }, () => pick([...alphabet])).join(''),
  }
}

/** Every word over `alphabet` of up to `longest` characters. */
export function allWords(alphabet: string, longest: number): string[] {
  const words = ['']
  for (let from = 0, length = 0; length < longest; length += 1) {
    const to = words.length
    for (; from < to; from += 1) for (const character of alphabet) words.push((words[from] as string) + character)
  }
  return words
}

/** First place where the language breaks its promises about classes, null when it keeps them. Looks at up to `most` states. */
export function brokenPromise(language: Language, most: number): string | null {
  if (representatives(language).length !== language.classCount) return 'a class without bytes'
  const states = [language.start]
  const met = new Set(states)
  for (let at = 0; at < states.length && at < most; at += 1) {
    const state = states[at] as number
    const targets = new Map<number, number>()
    for (let byte = 0; byte < 256; byte += 1) {
      const next = language.step(state, byte)
      const index = language.classOf[byte] as number
      if (targets.has(index) && targets.get(index) !== next) return `byte ${byte} in state ${state}`
      targets.set(index, next)
      if (next !== dead && !met.has(next)) {
        met.add(next)
        states.push(next)
      }
    }
  }
  return null
}
