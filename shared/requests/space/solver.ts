import { ClauseSearch } from './clause-search.ts'
import { HeldValues } from './held-values.ts'
import { always, never, type Atom, type AtomId, type Formula, type Model, type World } from './world.ts'
import type { Value, VariableId } from './variable.ts'

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

/** How far to go back. */
interface Mark {
  readonly literals: number
  readonly values: number
}

export type Solution = { readonly kind: 'sat'; readonly witness: Witness } | { readonly kind: 'unsat' } | { readonly kind: 'gave-up'; readonly reason: string }

/** Branches after which a question counts as a hard one. */
const easyBranches = 16
const tooHard = 'this way takes too long'
const outOfTime = 'the time for this comparison is used up'

/**
 * Decides whether one request can satisfy all of `required`.
 *
 * Method: conditions that must hold become literals; a value that fits the literals of each variable is kept, and
 * whatever it leaves unsatisfied is branched on. Each branch is exhaustive, and one is dropped only when a variable has
 * provably no value, so `unsat` is a proof. Everything else that fails is `gave-up`. Questions that take many branches
 * go to `ClauseSearch`, which learns.
 * Cost: exponential in overlapping alternatives in the worst case, bounded by `budget`.
 */
export class Solver {
  readonly world: World
  calls = 0
  private readonly values = new HeldValues()
  private readonly clauseSearch: ClauseSearch
  private readonly literals = new Map<AtomId, boolean>()
  private readonly trail: AtomId[] = []
  private branches = 0
  /** Truth of nodes on the values of the moment; `seen` says for which moment. */
  private stamp = 0
  private readonly seen: number[] = []
  private readonly truth: boolean[] = []
  /** A part of each conjunction that did not hold. */
  private readonly missing: Formula[] = []
  private failure: string | null = null
  private budget: Budget = { maxBranches: 0, spent: () => false }
  private readonly model: Model = { valueOf: (variable) => this.values.valueOf(variable) }

  constructor(world: World) {
    this.world = world
    this.clauseSearch = new ClauseSearch(world, this.values)
  }

  solve(required: readonly Formula[], budget: Budget): Solution {
    const clauses: Formula[] = []
    this.start(budget)
    return this.satisfy(required, clauses) ? { kind: 'sat', witness: this.witness(this.flags()) } : this.failed(required)
  }

  /**
   * Those of `others` that some request satisfies together with `base`, and those of which it was not found out; at most
   * `limit`. What `base` alone leads to is worked out once.
   */
  compatible(base: Formula, others: readonly Formula[], limit: number, budget: Budget): readonly Formula[] {
    const found: Formula[] = []
    let held: Formula[] | null = null
    for (const other of others) {
      if (found.length >= limit || budget.spent()) break
      if (held === null) {
        held = []
        this.start(budget)
        if (!this.assert(base, held)) return this.failure === null ? found : others.slice(0, limit)
      } else this.calls += 1
      const { mark } = this
      this.branches = 0
      this.failure = null
      const isSat = this.satisfy([other], [...held])
      const hard = !isSat && this.failure === tooHard
      if (isSat || (hard ? this.solveHard([base, other]).kind !== 'unsat' : this.failure !== null)) found.push(other)
      // The other way to search leaves nothing of what was held.
      if (hard) held = null
      else this.undoTo(mark)
    }
    return found
  }

  private start(budget: Budget): void {
    this.calls += 1
    this.stamp += 1
    this.literals.clear()
    this.values.clear()
    this.trail.length = 0
    this.branches = 0
    this.failure = null
    this.budget = budget
  }

  private satisfy(required: readonly Formula[], clauses: Formula[]): boolean {
    for (const formula of required) if (!this.assert(formula, clauses)) return false
    return this.search(clauses)
  }

  private failed(required: readonly Formula[]): Solution {
    if (this.failure === tooHard) return this.solveHard(required)
    return this.failure === null ? { kind: 'unsat' } : { kind: 'gave-up', reason: this.failure }
  }

  private solveHard(required: readonly Formula[]): Solution {
    const searched = this.clauseSearch.solve(required, this.budget)
    return searched.kind === 'sat' ? { kind: 'sat', witness: this.witness(searched.flags) } : searched
  }

  private flags(): ReadonlyMap<AtomId, boolean> {
    return new Map([...this.literals].filter(([id]) => this.world.atomOf(id * 2)?.kind === 'flag'))
  }

  private witness(flags: ReadonlyMap<AtomId, boolean>): Witness {
    const values = this.values.values()
    return { values, flags, valueOf: (variable) => (values.has(variable.id) ? (values.get(variable.id) as Value) : this.values.defaultOf(variable)) }
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
    if (atom.kind === 'variable') {
      const holding = this.values.hold(atom, sign)
      if (holding.kind === 'gave-up') this.failure = holding.reason
      if (holding.kind !== 'held') return false
      if (holding.changed) this.stamp += 1
    } else this.stamp += 1
    this.literals.set(atom.id, sign)
    this.trail.push(atom.id)
    return true
  }

  /** Literals in `trail` and values go back together: each variable literal is one step of both. */
  private undoTo(mark: Mark): void {
    this.stamp += 1
    while (this.trail.length > mark.literals) this.literals.delete(this.trail.pop() as AtomId)
    this.values.undoTo(mark.values)
  }

  private get mark(): Mark {
    return { literals: this.trail.length, values: this.values.mark }
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
      // What did not hold last time mostly does not now.
      const node = formula >> 1
      const last = this.missing[node]
      if (last !== undefined && !this.holdsNow(last)) return false
      for (const part of this.world.partsOf(formula)) {
        if (this.holdsNow(part)) continue
        this.missing[node] = part
        return false
      }
      return true
    }
    const literal = this.literals.get(atom.id)
    if (literal !== undefined) return literal
    switch (atom.kind) {
      case 'variable': return this.values.holds(atom)
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
      this.failure = outOfTime
      return false
    }
    if (this.branches > easyBranches) {
      this.failure = tooHard
      return false
    }
    const { mark } = this
    const options = this.world.partsOf(violated).map((part) => part ^ 1).filter((option) => !this.isFalse(option))
    // Plain tests first: they decide at once.
    options.sort((a, b) => this.rank(a) - this.rank(b))
    for (const option of options) {
      const deeper: Formula[] = []
      const before = this.mark
      // An option that is taken settles its clause; what it leaves open stands in `deeper`.
      if (this.assert(option, deeper) && this.search([...clauses.filter((clause) => clause !== violated), ...deeper])) return true
      this.undoTo(before)
      if (this.failure === outOfTime || this.failure === tooHard) return false
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
