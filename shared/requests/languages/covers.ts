import { joinClasses, representatives } from './byte-classes.ts'
import { dead, type Language } from './language.ts'

const mostPairs = 256

/** Is every member of `domain` a member of `language`? False also where that takes more than 256 pairs of states to tell. */
export function covers(language: Language, domain: Language): boolean {
  const bytes = representatives(joinClasses([language, domain]))
  const seen = new Set<string>()
  const open: (readonly [domain: number, language: number])[] = [[domain.start, language.start]]
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [one, other] = pair
    const key = `${one} ${other}`
    if (seen.has(key)) continue
    seen.add(key)
    if (seen.size > mostPairs || (domain.accepts(one) && (other === dead || !language.accepts(other)))) return false
    for (const byte of bytes) {
      const next = domain.step(one, byte)
      if (next !== dead) open.push([next, other === dead ? dead : language.step(other, byte)])
    }
  }
  return true
}
