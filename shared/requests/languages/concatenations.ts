import { representatives } from './byte-classes.ts'
import { dead, walk, type Language } from './language.ts'
import { packed } from './machines.ts'
import { nothing } from './set-operations.ts'

/** { w : text·w is a member }. Errors: LanguageTooLarge. */
export function afterPrefix(language: Language, text: string): Language {
  const start = walk(language, language.start, text)
  return start === dead ? nothing : startingAt(language, start)
}

/** { w : w·text is a member }. Errors: LanguageTooLarge from `accepts`. */
export function beforeSuffix(language: Language, text: string): Language {
  const known = new Map<number, boolean>()
  return acceptingWhere(language, state => {
    let holds = known.get(state)
    if (holds === undefined) {
      const end = walk(language, state, text)
      holds = end !== dead && language.accepts(end)
      known.set(state, holds)
    }
    return holds
  })
}

/** { w : |w| ≥ n and w without its first n bytes is a member } */
export function suffixFrom(language: Language, count: number): Language {
  return packed({
    classOf: language.classOf, classCount: language.classCount, start: count === 0 ? language.start : -count - 1,
    step(code, byte) {
      if (code >= 0) return language.step(code, byte)
      return code === -2 ? language.start : code + 1
    },
    accepts: code => code >= 0 && language.accepts(code),
  })
}

export interface Split {
  readonly head: Language
  readonly tail: Language
}

const splitLimit = 64

/**
 * Every way to cut members in two: a member is u·v exactly when, for one of the pairs, u is in `head` and v in `tail`.
 *
 * Shape: the heads are disjoint; no tail is empty. Null: more than 64 states are in reach. Errors: LanguageTooLarge.
 */
export function splitAt(language: Language): readonly Split[] | null {
  const bytes = representatives(language)
  const states: number[] = [language.start]
  const index = new Map([[language.start, 0]])
  const before: number[][] = [[]]
  for (let at = 0; at < states.length; at += 1) {
    for (const byte of bytes) {
      const next = language.step(states[at] as number, byte)
      if (next === dead) continue
      let known = index.get(next)
      if (known === undefined) {
        known = states.length
        if (known >= splitLimit) return null
        states.push(next)
        index.set(next, known)
        before.push([])
      }
      before[known]?.push(at)
    }
  }
  const live = new Set(states.flatMap((state, at) => (language.accepts(state) ? [at] : [])))
  for (const at of live) for (const previous of before[at] ?? []) live.add(previous)
  return states.flatMap((state, at) => (live.has(at) ? [{ head: acceptingWhere(language, one => one === state), tail: startingAt(language, state) }] : []))
}

function startingAt({ classOf, classCount, step, accepts }: Language, start: number): Language {
  return { classOf, classCount, start, step, accepts }
}

function acceptingWhere({ classOf, classCount, start, step }: Language, accepts: (state: number) => boolean): Language {
  return { classOf, classCount, start, step, accepts }
}
