import { contains, type Language, type Literals } from './language.ts'
import { literalLanguage } from './literals.ts'

interface Sides {
  readonly positive: readonly Language[]
  readonly negative: readonly Language[]
}

/** Lists shorter than this are searched as they are. */
const worthLooking = 48

/**
 * The same question without those values of long positive lists that a negative language takes whole: a value with
 * everything that starts, or ends, with it. Null: nothing is left. Errors: LanguageTooLarge.
 */
export function withoutCovered<T extends Sides>(query: T): T | null {
  let positive: Language[] | null = null
  for (const [index, language] of query.positive.entries()) {
    const { literals } = language
    if (literals === undefined || literals.values.length < worthLooking) continue
    const takers = query.negative.filter(other => takesWhole(other, literals))
    if (takers.length === 0) continue
    const left = literals.values.filter(value => !takers.some(other => contains(other, value)))
    if (left.length === 0) return null
    if (left.length === literals.values.length) continue
    positive ??= [...query.positive]
    positive[index] = literalLanguage(literals.kind, left, literals.ignoreCase)
  }
  return positive === null ? query : { ...query, positive }
}

/** Whatever a value of `literals` stands for is in `other` as soon as the value itself is. */
function takesWhole(other: Language, { kind, ignoreCase }: Literals): boolean {
  if (ignoreCase && !isCaseBlind(other)) return false
  switch (kind) {
    case 'exact': return true
    case 'prefix': case 'suffix': return other.literals?.kind === kind || other.literals?.kind === 'substring'
    case 'substring': return other.literals?.kind === kind
    default: return false
  }
}

const caseBlind = new WeakMap<Uint8Array, boolean>()

/** True when the two cases of a letter are never told apart. */
export function isCaseBlind({ classOf }: Language): boolean {
  let blind = caseBlind.get(classOf)
  if (blind === undefined) {
    blind = true
    for (let upper = 65; upper <= 90; upper += 1) blind &&= classOf[upper] === classOf[upper + 32]
    caseBlind.set(classOf, blind)
  }
  return blind
}
