import { contains, type Language } from '#shared/requests/languages/language.ts'
import type { Facet, Value, Variable, VariableId } from './variable.ts'

export type AtomId = number

/**
 * A condition over requests: a reference to a shared node, its last bit set when negated. Equal formulas of one world
 * are equal numbers, so equality of meaning as far as it shows in the structure costs nothing.
 */
export type Formula = number

export const always: Formula = 0
export const never: Formula = 1

export interface Model {
  /** Undefined: not known. */
  readonly valueOf: (variable: Variable) => Value | undefined
}

interface AtomBase {
  readonly id: AtomId
  readonly key: string
  /** In words, for people; `detailed` says how case counts where that goes without saying. */
  readonly words: (negated: boolean, detailed?: boolean) => string
}

/** Every value of the atom is one of `values` (`exact`) or starts with one (`prefix`); narrows down which rules can meet. */
export interface Literals {
  readonly kind: 'exact' | 'prefix'
  readonly values: readonly string[]
  readonly ignoreCase: boolean
}

/** `variable` tests one variable, `joint` several at once, `flag` nothing that a request shows. */
export type Atom =
  | (AtomBase & { readonly kind: 'variable'; readonly variable: Variable; readonly facet: Facet; readonly language: () => Language; readonly samples: () => readonly string[]; readonly literals: Literals | null })
  | (AtomBase & { readonly kind: 'joint'; readonly variables: readonly Variable[]; readonly holds: (model: Model) => boolean | null })
  | (AtomBase & { readonly kind: 'flag' })

type Draft<T> = T extends AtomBase ? Omit<T, 'id'> : never
export type AtomDraft = Draft<Atom>

/** Parts of a node; an atom has none. */
interface Node {
  readonly atom: Atom | null
  readonly of: readonly Formula[]
}

/**
 * Variables, atoms and formulas that two configs share. Owns the tables; everything in it lives as long as the
 * comparison.
 */
export class World {
  private readonly variables = new Map<string, Variable>()
  private readonly byId: Variable[] = []
  private readonly atoms = new Map<string, Formula>()
  private readonly nodes: Node[] = [{ atom: null, of: [] }]
  private readonly conjunctions = new Map<string, Formula>()

  variable(key: string, make: () => Omit<Variable, 'id' | 'key'>): Variable {
    let known = this.variables.get(key)
    if (known === undefined) {
      known = { id: this.byId.length, key, ...make() }
      this.variables.set(key, known)
      this.byId.push(known)
    }
    return known
  }

  variableOf(id: VariableId): Variable {
    return this.byId[id] as Variable
  }

  knownAtom(key: string): Formula | undefined {
    return this.atoms.get(key)
  }

  atom(draft: AtomDraft): Formula {
    const known = this.atoms.get(draft.key)
    if (known !== undefined) return known
    const id = this.nodes.length
    this.nodes.push({ atom: { ...draft, id }, of: [] })
    const formula = id * 2
    this.atoms.set(draft.key, formula)
    return formula
  }

  atomOf(formula: Formula): Atom | null {
    return (this.nodes[formula >> 1] as Node).atom
  }

  /** Parts of the conjunction under `formula`, whatever its sign; empty for atoms and constants. */
  partsOf(formula: Formula): readonly Formula[] {
    return (this.nodes[formula >> 1] as Node).of
  }

  not(formula: Formula): Formula {
    return formula ^ 1
  }

  and(...parts: readonly Formula[]): Formula {
    return this.all(parts)
  }

  or(...parts: readonly Formula[]): Formula {
    return this.any(parts)
  }

  any(parts: readonly Formula[]): Formula {
    return this.all(parts.map((part) => part ^ 1)) ^ 1
  }

  all(parts: readonly Formula[]): Formula {
    const flat: Formula[] = []
    for (const part of parts) {
      if (part === always) continue
      if (part === never) return never
      const inner = (part & 1) === 0 ? (this.nodes[part >> 1] as Node).of : []
      if (inner.length > 0) flat.push(...inner)
      else flat.push(part)
    }
    if (flat.length === 0) return always
    if (flat.length === 1) return flat[0] as Formula
    flat.sort((a, b) => a - b)
    const unique: Formula[] = []
    for (const part of flat) {
      const last = unique[unique.length - 1]
      if (part === last) continue
      // Both signs of one node stand side by side.
      if (last !== undefined && part === last + 1 && (last & 1) === 0) return never
      unique.push(part)
    }
    if (unique.length === 1) return unique[0] as Formula
    const key = unique.join(',')
    const known = this.conjunctions.get(key)
    if (known !== undefined) return known
    const formula = this.nodes.length * 2
    this.nodes.push({ atom: null, of: unique })
    this.conjunctions.set(key, formula)
    return formula
  }
}

/** Truth of a test on the value of its variable. */
export function testsValue(atom: Extract<Atom, { readonly kind: 'variable' }>, value: Value): boolean {
  if (value === null) return false
  if (typeof value === 'string') return contains(atom.language(), value)
  switch (atom.facet.kind) {
    case 'any': return value.some((one) => contains(atom.language(), one))
    case 'nth': {
      const one = atom.facet.index > 0 ? value[atom.facet.index - 1] : value[value.length + atom.facet.index]
      return one !== undefined && contains(atom.language(), one)
    }
    case 'count': return atom.facet.ranges.some(([from, to]) => (from === null || value.length >= from) && (to === null || value.length <= to))
  }
}

/**
 * Truth of `formula` on one request; null: an opaque part decides. Flags are what `flagOf` says. `known`: truth of nodes
 * that were looked at already, on the same request.
 */
export function evaluateFormula(world: World, formula: Formula, model: Model, flagOf: (atom: Atom) => boolean | null, known = new Map<Formula, boolean | null>()): boolean | null {
  const negated = (formula & 1) === 1
  const truth = evaluateNode(world, formula & ~1, model, flagOf, known)
  return truth === null ? null : truth !== negated
}

function evaluateNode(world: World, formula: Formula, model: Model, flagOf: (atom: Atom) => boolean | null, known: Map<Formula, boolean | null>): boolean | null {
  if (formula === always) return true
  let truth = known.get(formula)
  if (truth === undefined) {
    const atom = world.atomOf(formula)
    if (atom === null) truth = evaluateParts(world, formula, model, flagOf, known)
    else if (atom.kind === 'variable') truth = truthOnModel(atom, model)
    else truth = atom.kind === 'joint' ? atom.holds(model) : flagOf(atom)
    known.set(formula, truth)
  }
  return truth
}

function truthOnModel(atom: Extract<Atom, { readonly kind: 'variable' }>, model: Model): boolean | null {
  const value = model.valueOf(atom.variable)
  return value === undefined ? null : testsValue(atom, value)
}

function evaluateParts(world: World, formula: Formula, model: Model, flagOf: (atom: Atom) => boolean | null, known: Map<Formula, boolean | null>): boolean | null {
  let open = false
  const parts = world.partsOf(formula)
  // What the request does not have decides without walking an automaton.
  for (const part of parts) if (failsForAbsence(world, part, model)) return false
  for (const part of parts) {
    const truth = evaluateFormula(world, part, model, flagOf, known)
    if (truth === false) return false
    open ||= truth === null
  }
  return open ? null : true
}

function failsForAbsence(world: World, part: Formula, model: Model): boolean {
  const atom = (part & 1) === 0 ? world.atomOf(part) : null
  if (atom?.kind !== 'variable') return false
  const value = model.valueOf(atom.variable)
  return value === null || (value !== undefined && value.length === 0 && typeof value !== 'string' && atom.facet.kind !== 'count')
}
