import { findValue, type Found, type VariableAtom } from './theory.ts'
import { always, never, testsValue, type Atom, type AtomId, type Formula, type Model, type World } from './world.ts'
import type { Value, Variable, VariableId } from './variable.ts'

/** `spent` is asked now and then; true ends the search with `gave-up`. */
export interface Budget {
  readonly maxBranches: number
  readonly spent: () => boolean
}

/** A request that satisfies the formulas: values of the variables that matter, and what the opaque conditions are taken to be. */
export interface Witness extends Model {
  readonly values: ReadonlyMap<VariableId, Value>
  readonly flags: ReadonlyMap<AtomId, boolean>
}

export type Solution = { readonly kind: 'sat'; readonly witness: Witness } | { readonly kind: 'unsat' } | { readonly kind: 'gave-up'; readonly reason: string }

interface Held {
  readonly positive: readonly VariableAtom[]
  readonly negative: readonly VariableAtom[]
  readonly value: Value
}

/** Values found for sets of literals: neighbouring questions ask for the same ones. */
const cacheLimit = 200_000

/**
 * Decides whether one request can satisfy all of `required`.
 *
 * Method: conditions that must hold become literals; a value that fits the literals of each variable is kept, and
 * whatever it leaves unsatisfied is branched on. Each branch is exhaustive, and one is dropped only when a variable has
 * provably no value, so `unsat` is a proof. Everything else that fails is `gave-up`.
 * Cost: exponential in overlapping alternatives in the worst case, bounded by `budget`.
 */
export class Solver {
  readonly world: World
  calls = 0
  private readonly found = new Map<string, Found>()
  private readonly defaults = new Map<VariableId, Value>()
  private readonly literals = new Map<AtomId, boolean>()
  private readonly held = new Map<VariableId, Held>()
  private trail: (() => void)[] = []
  private branches = 0
  /** Truth of nodes on the values of the moment; `seen` says for which moment. */
  private stamp = 0
  private readonly seen: number[] = []
  private readonly truth: boolean[] = []
  private failure: string | null = null
  private budget: Budget = { maxBranches: 0, spent: () => false }
  private readonly model: Model = { valueOf: (variable) => this.held.get(variable.id)?.value ?? this.defaultOf(variable) }

  constructor(world: World) {
    this.world = world
  }

  solve(required: readonly Formula[], budget: Budget): Solution {
    this.calls += 1
    this.stamp += 1
    this.literals.clear()
    this.held.clear()
    this.trail = []
    this.branches = 0
    this.failure = null
    this.budget = budget
    const clauses: Formula[] = []
    for (const formula of required) {
      if (!this.assert(formula, clauses)) return this.failure === null ? { kind: 'unsat' } : { kind: 'gave-up', reason: this.failure }
    }
    if (this.search(clauses)) return { kind: 'sat', witness: this.witness() }
    return this.failure === null ? { kind: 'unsat' } : { kind: 'gave-up', reason: this.failure }
  }

  private witness(): Witness {
    const values = new Map<VariableId, Value>()
    for (const [id, held] of this.held) values.set(id, held.value)
    const flags = new Map<AtomId, boolean>()
    for (const [id, sign] of this.literals) if (this.world.atomOf(id * 2)?.kind === 'flag') flags.set(id, sign)
    const defaults = new Map(this.defaults)
    return { values, flags, valueOf: (variable) => values.get(variable.id) ?? (values.has(variable.id) ? null : (defaults.get(variable.id) ?? defaultValue(variable))) }
  }

  private defaultOf(variable: Variable): Value {
    if (this.held.has(variable.id)) return null
    let value = this.defaults.get(variable.id)
    if (value === undefined) {
      value = defaultValue(variable)
      this.defaults.set(variable.id, value)
    }
    return value
  }

  /** Takes a formula as true: literals at once, alternatives into `clauses`. False: impossible, or given up. */
  private assert(formula: Formula, clauses: Formula[]): boolean {
    if (formula === always) return true
    if (formula === never) return false
    const atom = this.world.atomOf(formula)
    if (atom !== null) return this.assertAtom(atom, (formula & 1) === 0)
    if ((formula & 1) === 1) {
      clauses.push(formula)
      return true
    }
    for (const part of this.world.partsOf(formula)) if (!this.assert(part, clauses)) return false
    return true
  }

  private assertAtom(atom: Atom, sign: boolean): boolean {
    const known = this.literals.get(atom.id)
    if (known !== undefined) return known === sign
    this.literals.set(atom.id, sign)
    this.stamp += 1
    this.trail.push(() => this.literals.delete(atom.id))
    return atom.kind === 'variable' ? this.hold(atom, sign) : true
  }

  private hold(atom: VariableAtom, sign: boolean): boolean {
    const { variable } = atom
    const before = this.held.get(variable.id)
    const positive = sign ? [...(before?.positive ?? []), atom] : (before?.positive ?? [])
    const negative = sign ? (before?.negative ?? []) : [...(before?.negative ?? []), atom]
    let value = before === undefined ? this.defaultOf(variable) : before.value
    if (testsValue(atom, value) !== sign) {
      const found = this.valueFor(variable, positive, negative)
      if (found.kind === 'none') return false
      if (found.kind === 'gave-up') {
        this.failure = found.reason
        return false
      }
      value = found.value
    }
    this.held.set(variable.id, { positive, negative, value })
    this.trail.push(() => (before === undefined ? this.held.delete(variable.id) : this.held.set(variable.id, before)))
    return true
  }

  private valueFor(variable: Variable, positive: readonly VariableAtom[], negative: readonly VariableAtom[]): Found {
    const ids = (atoms: readonly VariableAtom[]): string => (atoms.length === 1 ? String((atoms[0] as VariableAtom).id) : atoms.map((atom) => atom.id).sort((a, b) => a - b).join(','))
    const key = `${variable.id}:${ids(positive)}!${ids(negative)}`
    let found = this.found.get(key)
    if (found === undefined) {
      found = findValue(variable, { positive, negative })
      if (this.found.size >= cacheLimit) this.found.clear()
      this.found.set(key, found)
    }
    return found
  }

  private undoTo(mark: number): void {
    this.stamp += 1
    while (this.trail.length > mark) (this.trail.pop() as () => void)()
  }

  private holdsNow(formula: Formula): boolean {
    const sign = (formula & 1) === 0
    if (formula <= never) return sign
    const node = formula >> 1
    if (this.seen[node] !== this.stamp) {
      this.truth[node] = this.nodeHolds(node * 2)
      this.seen[node] = this.stamp
    }
    return this.truth[node] === sign
  }

  private nodeHolds(formula: Formula): boolean {
    const atom = this.world.atomOf(formula)
    if (atom === null) {
      for (const part of this.world.partsOf(formula)) if (!this.holdsNow(part)) return false
      return true
    }
    const literal = this.literals.get(atom.id)
    if (literal !== undefined) return literal
    switch (atom.kind) {
      case 'variable': return testsValue(atom, this.model.valueOf(atom.variable))
      case 'joint': return atom.holds(this.model) ?? false
      case 'flag': return false
    }
  }

  /** Makes every clause true, or proves that it cannot be done (unless `failure` says that something was given up). */
  private search(clauses: readonly Formula[]): boolean {
    const violated = this.firstViolated(clauses)
    if (violated === null) return this.confirm()
    this.branches += 1
    if (this.branches > this.budget.maxBranches || this.budget.spent()) {
      this.failure = 'the time for this comparison is used up'
      return false
    }
    const mark = this.trail.length
    const options = this.world.partsOf(violated).map((part) => part ^ 1).filter((option) => !this.isFalse(option))
    // Plain tests first: they decide at once.
    options.sort((a, b) => this.rank(a) - this.rank(b))
    for (const option of options) {
      const deeper: Formula[] = []
      const before = this.trail.length
      // An option that is taken settles its clause; what it leaves open stands in `deeper`.
      if (this.assert(option, deeper) && this.search([...clauses.filter((clause) => clause !== violated), ...deeper])) return true
      this.undoTo(before)
      if (this.failure === 'the time for this comparison is used up') return false
      // The other options are tried where this one does not hold; nothing is looked at twice.
      const rest: Formula[] = []
      if (!this.assert(option ^ 1, rest)) {
        this.undoTo(mark)
        return false
      }
      clauses = rest.length === 0 ? clauses : [...clauses, ...rest]
    }
    this.undoTo(mark)
    return false
  }

  private rank(option: Formula): number {
    const atom = this.world.atomOf(option)
    if (atom === null) return 3
    if (atom.kind === 'flag') return (option & 1) === 1 ? 1 : 4
    if (atom.kind === 'joint') return 5
    return (option & 1) === 1 ? 0 : 2
  }

  private isFalse(option: Formula): boolean {
    const atom = this.world.atomOf(option)
    if (atom === null) return option === never
    const literal = this.literals.get(atom.id)
    return literal !== undefined && literal !== ((option & 1) === 0)
  }

  /** A clause that does not hold on the values of the moment, one with few ways out first. */
  private firstViolated(clauses: readonly Formula[]): Formula | null {
    let best: Formula | null = null
    let fewest = Infinity
    let seen = 0
    for (const clause of clauses) {
      if (this.holdsNow(clause)) continue
      let open = 0
      for (const part of this.world.partsOf(clause)) if (!this.isFalse(part ^ 1)) open += 1
      if (open < fewest) {
        best = clause
        fewest = open
      }
      seen += 1
      if (open <= 1 || seen >= 24) break
    }
    return best
  }

  /** Joint tests were taken as told; the values have to agree. */
  private confirm(): boolean {
    for (const [id, sign] of this.literals) {
      const atom = this.world.atomOf(id * 2)
      if (atom?.kind === 'joint' && atom.holds(this.model) !== sign) {
        this.failure ??= `no request was found for which ${atom.words(!sign)}`
        return false
      }
    }
    return true
  }
}

function defaultValue(variable: Variable): Value {
  if (variable.shape === 'list') return []
  const found = findValue(variable, { positive: [], negative: [] })
  return found.kind === 'value' ? found.value : null
}
