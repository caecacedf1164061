import { joinClasses, oneClass } from './byte-classes.ts'
import { dead, type Language } from './language.ts'
import { numbered } from './machines.ts'

/** Every byte string. */
export const always: Language = { ...oneClass, start: 0, step: () => 0, accepts: () => true }

/** No byte string. */
export const nothing: Language = { ...oneClass, start: 0, step: () => dead, accepts: () => false }

/** Every byte string that is not a member. */
export function complement(language: Language): Language {
  if (language === always) return nothing
  if (language === nothing) return always
  const { classOf, classCount } = language
  // State 0 stands for the dead state, from which everything is a member.
  return {
    classOf, classCount, start: language.start + 1,
    step: (state, byte) => (state === 0 ? 0 : language.step(state - 1, byte) + 1),
    accepts: state => state === 0 || !language.accepts(state - 1),
  }
}

/** Byte strings in at least one language. Errors: LanguageTooLarge from `step`. */
export function union(languages: readonly Language[]): Language {
  const parts = [...new Set(languages)].filter(language => language !== nothing)
  if (parts.includes(always)) return always
  const [only] = parts
  if (only === undefined) return nothing
  return parts.length === 1 ? only : product(parts, false)
}

/** Byte strings in every language. Errors: LanguageTooLarge from `step`. */
export function intersection(languages: readonly Language[]): Language {
  const parts = [...new Set(languages)].filter(language => language !== always)
  if (parts.includes(nothing)) return nothing
  const [only] = parts
  if (only === undefined) return always
  return parts.length === 1 ? only : product(parts, true)
}

/** Members that a value of `domain` can have. Errors: LanguageTooLarge from `step`. */
export function withinDomain(language: Language, domain: Language): Language {
  return intersection([language, domain])
}

function product(parts: readonly Language[], all: boolean): Language {
  return numbered<readonly number[]>({
    ...joinClasses(parts), start: parts.map(part => part.start),
    next(state, byte) {
      let dying = 0
      const next = state.map((one, index) => {
        const following = one === dead ? dead : (parts[index] as Language).step(one, byte)
        if (following === dead) dying += 1
        return following
      })
      return (all ? dying > 0 : dying === parts.length) ? null : next
    },
    accepts(state) {
      const holds = (one: number, index: number): boolean => one !== dead && (parts[index] as Language).accepts(one)
      return all ? state.every(holds) : state.some(holds)
    },
    key: state => state.join(),
    size: state => state.length,
  })
}
