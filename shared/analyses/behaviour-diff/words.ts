import type { Outcome } from '#shared/model/outcome.ts'
import { contains, LanguageTooLarge, type Language } from '#shared/requests/languages/language.ts'
import { isSubset } from '#shared/requests/languages/search-word.ts'
import { complement, intersection } from '#shared/requests/languages/set-operations.ts'
import type { Variable } from '#shared/requests/space/variable.ts'
import { always, never, type Atom, type Formula, type Literals, type World } from '#shared/requests/space/world.ts'

type VariableAtom = Extract<Atom, { readonly kind: 'variable' }>

/** Conditions inside conditions that are written out. */
const deepest = 5

/** A formula in words; `inside`: the joint that surrounds it; `detailed`: with what goes without saying otherwise. */
export function formulaWords(world: World, formula: Formula, inside: 'and' | 'or' | null = null, detailed = false, depth = 0): string {
  if (formula === always) return 'any request'
  if (formula === never) return 'no request'
  const atom = world.atomOf(formula)
  if (atom !== null) return atom.words((formula & 1) === 1, detailed)
  if (depth >= deepest) return 'a combination of conditions holds'
  const negated = (formula & 1) === 1
  const joint = negated ? 'or' : 'and'
  const parts = world.partsOf(formula).map((part) => (negated ? part ^ 1 : part))
  const shown = negated ? parts : withoutImplied(world, parts)
  if (shown.length === 1) return formulaWords(world, shown[0] as Formula, inside, detailed, depth + 1)
  const listed = shown.length > 6 ? [...shown.slice(0, 5).map((part) => formulaWords(world, part, joint, detailed, depth + 1)), `${shown.length - 5} more conditions`] : shown.map((part) => formulaWords(world, part, joint, detailed, depth + 1))
  const text = [...new Set(listed)].join(` ${joint} `)
  return inside !== null && inside !== joint ? `(${text})` : text
}

function literalsOf(atom: Atom | null): { readonly atom: VariableAtom; readonly literals: Literals } | null {
  return atom?.kind === 'variable' && atom.literals !== null ? { atom, literals: atom.literals } : null
}

/** Steps that a proof for words may take; without one a part is simply said. */
const proofSteps = 4_000

/** Values of one variable for which `part` holds; null: more than one variable takes part, or a list of values. */
function languageOf(world: World, part: Formula, variable: Variable): Language | null {
  const atom = world.atomOf(part)
  if (atom !== null) {
    if (atom.kind !== 'variable' || atom.variable !== variable || variable.shape !== 'single') return null
    return (part & 1) === 0 ? atom.language() : complement(atom.language())
  }
  const inner = world.partsOf(part)
  if (inner.length > 8) return null
  const languages = inner.map((one) => languageOf(world, one, variable))
  if (languages.some((one) => one === null)) return null
  const all = intersection(languages as Language[])
  return (part & 1) === 0 ? all : complement(all)
}

/** Truth of `part` where the variable is `value`; null: something else takes part. */
function holdsOn(world: World, part: Formula, variable: Variable, value: string): boolean | null {
  const atom = world.atomOf(part)
  if (atom !== null) {
    if (atom.kind !== 'variable' || atom.variable !== variable || variable.shape !== 'single') return null
    return contains(atom.language(), value) === ((part & 1) === 0)
  }
  let all = true
  for (const one of world.partsOf(part)) {
    const holds = holdsOn(world, one, variable, value)
    if (holds === null) return null
    all &&= holds
  }
  return all === ((part & 1) === 0)
}

function isImplied(world: World, part: Formula, atom: VariableAtom): boolean {
  const { variable } = atom
  try {
    // Mostly one of the texts that the test names shows at once that nothing is implied.
    for (const sample of atom.samples()) {
      const holds = holdsOn(world, part, variable, sample)
      if (holds === null) return false
      if (!holds && contains(variable.domain, sample) && contains(atom.language(), sample)) return false
    }
    const wide = languageOf(world, part, variable)
    return wide !== null && isSubset(intersection([variable.domain, atom.language()]), wide, proofSteps) === true
  } catch (error) {
    if (error instanceof LanguageTooLarge) return false
    throw error
  }
}

const implications = new WeakMap<World, Map<Formula, Map<Formula, boolean>>>()

/** `part` says nothing that `other` does not. Kept, since each sentence about a class asks again. */
function impliedBy(world: World, part: Formula, other: Formula): boolean {
  const atom = world.atomOf(other)
  if (part === other || atom?.kind !== 'variable' || (other & 1) === 1 || atom.variable.shape !== 'single') return false
  const known = implications.get(world) ?? new Map<Formula, Map<Formula, boolean>>()
  implications.set(world, known)
  const ofPart = known.get(part) ?? new Map<Formula, boolean>()
  known.set(part, ofPart)
  let implied = ofPart.get(other)
  if (implied === undefined) {
    implied = isImplied(world, part, atom)
    ofPart.set(other, implied)
  }
  return implied
}

/** Parts of a conjunction without those that another part says already. */
export function withoutImplied(world: World, parts: readonly Formula[]): readonly Formula[] {
  const left = [...parts]
  for (let at = 0; at < left.length;) {
    const part = left[at] as Formula
    if (left.length > 1 && left.length <= 12 && left.some((other) => impliedBy(world, part, other))) left.splice(at, 1)
    else at += 1
  }
  return left
}

/** What a sentence can call the requests of a formula: `api.shop.example/v2/auth/…`. `whole`: nothing else restricts them. */
export function subjectOf(world: World, formula: Formula): { readonly text: string; readonly whole: boolean } | null {
  const parts = (formula & 1) === 0 && world.atomOf(formula) === null ? withoutImplied(world, world.partsOf(formula)) : [formula]
  let hosts: readonly string[] | null = null
  let paths: readonly string[] | null = null
  let whole = true
  for (const part of parts) {
    const found = (part & 1) === 1 ? null : literalsOf(world.atomOf(part))
    const { key } = found?.atom.variable ?? { key: '' }
    if (found === null || found.literals.values.length > 3) whole = false
    else if ((key === 'host' || key === 'host-name') && hosts === null) hosts = found.literals.values
    else if ((key === 'path' || key === 'normalised-path') && paths === null) paths = found.literals.values.map((value) => (found.literals.kind === 'prefix' ? `${value}…` : value))
    else whole = false
  }
  if (hosts === null && paths === null) return null
  const texts = hosts === null ? (paths as readonly string[]) : hosts.flatMap((host) => (paths ?? ['']).map((path) => `${host}${path}`))
  return texts.length > 4 ? null : { text: texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts[texts.length - 1] as string}`, whole }
}

/** How narrow the requests of a formula are, for sorting: broad classes first. */
export function narrownessOf(world: World, formula: Formula): number {
  if (formula === always) return 0
  const atom = world.atomOf(formula)
  if (atom !== null) return (formula & 1) === 1 ? 1 : atom.kind === 'variable' && atom.literals?.kind === 'exact' ? 3 : 2
  if ((formula & 1) === 1) return 2
  return withoutImplied(world, world.partsOf(formula)).reduce((sum, part) => sum + narrownessOf(world, part), 0)
}

const list = (names: readonly string[]): string => (names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names[names.length - 1] as string}`)

/** What happens to a request, to follow "requests …". */
export function outcomeWords(outcome: Outcome): string {
  switch (outcome.action) {
    case 'forward': return `go to pool ${outcome.pool}`
    case 'split': return `are split between ${list(outcome.pools.map((part) => `pool ${part.pool} (${Math.round(part.share * 100)} %)`))}`
    case 'redirect': return `are redirected (${outcome.status}) to ${outcome.location}`
    case 'respond': return `are answered with ${outcome.status}`
    case 'deny': return `are denied with ${outcome.status}`
    case 'serve': return `are served from ${outcome.root}`
    case 'close': return 'have their connection closed'
    case 'unmodelled': return `end in something that is not modelled (${outcome.reason})`
  }
}

/** Short form to follow "instead of". */
export function insteadWords(outcome: Outcome): string {
  switch (outcome.action) {
    case 'forward': return `going to pool ${outcome.pool}`
    case 'split': return 'being split'
    case 'redirect': return `a redirect (${outcome.status}) to ${outcome.location}`
    case 'respond': return `an answer ${outcome.status}`
    case 'deny': return `a denial (${outcome.status})`
    case 'serve': return `files from ${outcome.root}`
    case 'close': return 'a closed connection'
    case 'unmodelled': return 'something that is not modelled'
  }
}
