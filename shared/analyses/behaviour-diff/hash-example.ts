import type { Space } from '#shared/model/decision-space/space.ts'
import type { Term } from '#shared/model/decision-space/term.ts'
import { variableWords } from '#shared/model/decision-space/term-kinds.ts'
import { parseIp } from '#shared/requests/ip.ts'
import { addressWord } from '#shared/requests/languages/addresses.ts'
import type { Witness } from '#shared/requests/space/solver.ts'
import type { Value, Variable, VariableId } from '#shared/requests/space/variable.ts'

/** Keys that are tried until one hashes to where it makes a difference. */
const mostKeys = 20_000
const networks = ['203.0', '198.51', '10.1', '192.0']

/** Values that make `term` come out another way for each `number`; null: nothing in it can be chosen. */
function chosen(term: Term, number: number, prefix: string, given: ReadonlyMap<VariableId, Value>): readonly [Variable, Value] | null {
  switch (term.kind) {
    case 'read': {
      const { variable } = term
      if (variable.derived !== undefined) return null
      if (variable.encoding === 'address') {
        const ip = parseIp(`${networks[number % networks.length] ?? ''}.${(number >> 10) % 256}.${(number >> 2) % 256}`)
        return ip === null ? null : [variable, addressWord(ip)]
      }
      if (variable.encoding === 'integer') return [variable, String(1024 + number)]
      const before = given.get(variable.id)
      const text = prefix === '' ? `${typeof before === 'string' ? before : ''}${number.toString(36)}` : `${prefix}${number.toString(36)}`
      return [variable, variable.shape === 'list' ? [text] : text]
    }
    case 'apply': return chosen(term.of, number, term.transform.kind === 'argument' ? `${term.transform.name}=` : prefix, given)
    case 'concat': {
      for (const part of term.parts) {
        const found = chosen(part, number, prefix, given)
        if (found !== null) return found
      }
      return null
    }
    case 'choose': return chosen(term.then, number, prefix, given) ?? chosen(term.otherwise, number, prefix, given)
    default: return null
  }
}

/** Requests like `witness` with one key after the other for a hash; nothing where no key can be chosen. */
export function* keysFor({ hashed }: Space, hashes: readonly Variable[], witness: Witness): Generator<Witness> {
  const values = new Map([...witness.values].filter(([id]) => ![...hashed.keys()].some((hash) => hash.id === id)))
  yield { ...witness, values }
  for (let number = 1; number <= mostKeys; number += 1) {
    const next = new Map(values)
    for (const hash of hashes) {
      const made = chosen(hashed.get(hash) as Term, number, '', values)
      if (made === null) return
      next.set(made[0].id, made[1])
    }
    yield { ...witness, values: next }
  }
}

/** What a hash depends on, as people call it: `source ip`, `header cookie`. */
export function keyWords(term: Term): string {
  const words = new Set<string>()
  const visit = (one: Term): void => {
    switch (one.kind) {
      case 'read': words.add(variableWords(one.variable.key)); break
      case 'apply': visit(one.of); break
      case 'concat': one.parts.forEach(visit); break
      case 'choose': visit(one.then); visit(one.otherwise); break
      case 'unknown': words.add(textOfUnknown(one.text)); break
      default: break
    }
  }
  visit(term)
  return [...words].join(' and ')
}

/** An unmodelled value as it is written. */
export function textOfUnknown(text: string): string {
  return text.replace(/ of \d+$/, '').replace(/^state /, '')
}

/** Parts of the value that no request shows. */
export function unknownParts(term: Term): readonly Extract<Term, { readonly kind: 'unknown' }>[] {
  switch (term.kind) {
    case 'unknown': return [term]
    case 'apply': return unknownParts(term.of)
    case 'concat': return term.parts.flatMap(unknownParts)
    case 'choose': return [...unknownParts(term.then), ...unknownParts(term.otherwise)]
    default: return []
  }
}

/** Can the value be worked out for a request? */
export function isChosen(term: Term): boolean {
  return unknownParts(term).length === 0
}
