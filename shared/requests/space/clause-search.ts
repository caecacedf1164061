import { Clauses, type Clause } from './clauses.ts'
import type { HeldValues } from './held-values.ts'
import type { VariableAtom } from './theory.ts'
import { never, type Atom, type AtomId, type Formula, type Model, type World } from './world.ts'

/** Learnt clauses above this number are sorted out between questions. */
const learntLimit = 2_000
const shortClause = 6

interface Limits {
  readonly maxBranches: number
  readonly spent: () => boolean
}

export type Searched = { readonly kind: 'sat'; readonly flags: ReadonlyMap<AtomId, boolean> } | { readonly kind: 'unsat' } | { readonly kind: 'gave-up'; readonly reason: string }

/**
 * Decides by learning from conflicts: what a dead end comes from is kept as a clause, here and for later questions of
 * the same world. For questions in which many alternatives overlap.
 *
 * Method: each formula is a literal, tied to its parts by clauses (its definition). A request in the making says what
 * is not satisfied yet; one open part of that is decided, its consequences are drawn, and a variable that has provably
 * no value is a conflict like any other. `unsat` follows from definitions and such proofs alone.
 */
export class ClauseSearch {
  private readonly world: World
  private readonly values: HeldValues
  private readonly clauses = new Clauses()
  private readonly defined = new Set<number>()
  /** Literals that hold in any case. */
  private readonly units: Formula[] = []
  /** Marks of `values` by the place on the trail of the literal that was taken over. */
  private readonly marks: (readonly [place: number, mark: number])[] = []
  private conflicts = 0
  private firstLearnt = 0
  private failure: string | null = null
  private readonly stamps: number[] = []
  private readonly truths: boolean[] = []
  private stamp = 0
  private readonly model: Model = { valueOf: (variable) => this.values.valueOf(variable) }

  constructor(world: World, values: HeldValues) {
    this.world = world
    this.values = values
  }

  /** `values` hold the request afterwards, where there is one. */
  solve(required: readonly Formula[], budget: Limits): Searched {
    this.values.clear()
    this.marks.length = 0
    this.conflicts = 0
    this.failure = null
    this.stamp += 1
    const assumed = [...new Set(required.flatMap((formula) => this.partsOf(formula)))]
    if (assumed.includes(never)) return { kind: 'unsat' }
    for (const formula of assumed) this.define(formula >> 1)
    if (this.clauses.learntCount > learntLimit) this.clauses.forget(0, shortClause)
    this.firstLearnt = this.clauses.learntCount
    const knownUnits = this.units.length
    const found = this.search(assumed, budget)
    const flags = new Map<AtomId, boolean>()
    if (found === true) for (const literal of this.clauses.trail) if (this.world.atomOf(literal)?.kind === 'flag') flags.set(literal >> 1, (literal & 1) === 0)
    this.clauses.undoTo(0)
    this.clauses.clear()
    // What was learnt behind something that was given up is no proof for anything else.
    if (this.failure !== null) {
      this.clauses.forget(this.firstLearnt, 0)
      this.units.length = knownUnits
    }
    if (found === true) return { kind: 'sat', flags }
    return this.failure === null ? { kind: 'unsat' } : { kind: 'gave-up', reason: this.failure }
  }

  private partsOf(formula: Formula): readonly Formula[] {
    const parts = this.world.partsOf(formula)
    return (formula & 1) === 0 && parts.length > 0 ? parts : formula === 0 ? [] : [formula]
  }

  /** Ties a node to its parts: it holds exactly when all of them do. */
  private define(node: number): void {
    if (this.defined.has(node)) return
    this.defined.add(node)
    this.clauses.reserve(node)
    const parts = this.world.partsOf(node * 2)
    if (parts.length === 0) return
    for (const part of parts) {
      this.define(part >> 1)
      this.clauses.add([node * 2 + 1, part])
    }
    this.clauses.add([node * 2, ...parts.map((part) => part ^ 1)])
  }

  /** False: impossible, or given up (`failure`). */
  private search(assumed: readonly Formula[], budget: Limits): boolean {
    const { clauses } = this
    for (const unit of this.units) {
      if (clauses.truth(unit) === -1) return false
      if (clauses.truth(unit) === 0) clauses.assign(unit, null)
    }
    for (let round = 0; ; round += 1) {
      const conflict = this.draw()
      if (conflict !== null) {
        if (!this.learnFrom(conflict)) return false
        this.conflicts += 1
        if (this.conflicts > budget.maxBranches || budget.spent()) return this.giveUp('the time for this comparison is used up')
        continue
      }
      if ((round & 63) === 63 && budget.spent()) return this.giveUp('the time for this comparison is used up')
      let decision: Formula | null = null
      while (decision === null && clauses.levels.length < assumed.length) {
        const next = assumed[clauses.levels.length] as Formula
        const truth = clauses.truth(next)
        if (truth === -1) return false
        if (truth === 1) clauses.open()
        else decision = next
      }
      decision ??= this.nextDecision(assumed)
      if (decision === null) {
        const refuted = this.refuted()
        if (refuted === null) return true
        this.conflicts += 1
        if (!this.learnFrom(refuted) || this.conflicts > budget.maxBranches) return false
        continue
      }
      clauses.open()
      clauses.assign(decision, null)
    }
  }

  private giveUp(reason: string): false {
    this.failure = reason
    return false
  }

  /** Consequences of what is assigned, in clauses and in values; a clause that cannot hold, or null. */
  private draw(): Clause | null {
    const { clauses } = this
    for (let literal = clauses.next(); literal !== null; literal = clauses.next()) {
      const atom = this.world.atomOf(literal)
      if (atom?.kind === 'variable') {
        const conflict = this.hold(atom, (literal & 1) === 0)
        if (conflict !== null) return conflict
      } else if (atom !== null) this.stamp += 1
      const conflict = clauses.propagate(literal)
      if (conflict !== null) return conflict
    }
    return null
  }

  private hold(atom: VariableAtom, sign: boolean): Clause | null {
    const { mark } = this.values
    const holding = this.values.hold(atom, sign)
    if (holding.kind === 'held') {
      this.marks.push([this.clauses.drawn, mark])
      if (holding.changed) this.stamp += 1
      return null
    }
    if (holding.kind === 'gave-up') {
      this.failure ??= holding.reason
      return this.values.heldWith(atom, sign).map(([one, holds]) => one.id * 2 + (holds ? 1 : 0))
    }
    return this.values.conflict(atom, sign).map(([one, holds]) => one.id * 2 + (holds ? 1 : 0))
  }

  /** Goes back to where the conflict was avoidable. False: nowhere. */
  private learnFrom(conflict: Clause): boolean {
    const { clauses } = this
    this.undoTo(clauses.levelOf(conflict))
    if (clauses.levels.length === 0) return false
    const { clause, level } = clauses.learn(conflict)
    this.undoTo(level)
    if (clause.length === 1) this.units.push(clause[0] as Formula)
    else clauses.addLearnt(clause)
    clauses.assign(clause[0] as Formula, clause)
    return true
  }

  private undoTo(level: number): void {
    this.clauses.undoTo(level)
    const { length } = this.clauses.trail
    let mark: number | null = null
    for (let last = this.marks[this.marks.length - 1]; last !== undefined && last[0] > length; last = this.marks[this.marks.length - 1]) {
      mark = last[1]
      this.marks.pop()
    }
    if (mark !== null) this.values.undoTo(mark)
    this.stamp += 1
  }

  /** An open atom of something that does not hold on the values of the moment, with the sign that helps; null: all holds. */
  private nextDecision(assumed: readonly Formula[]): Formula | null {
    for (const formula of assumed) if (!this.holdsNow(formula)) return this.openIn(formula)
    return null
  }

  private openIn(wanted: Formula): Formula {
    let formula = wanted
    for (;;) {
      const parts = this.world.partsOf(formula)
      if (parts.length === 0) return formula
      let best: Formula | null = null
      for (const part of parts) {
        if ((formula & 1) === 0) {
          // All have to hold; this one does not yet.
          if (!this.holdsNow(part) && (best === null || this.clauses.activity(part) > this.clauses.activity(best))) best = part
          continue
        }
        // One must not hold: one that is known not to, else any open one.
        const truth = this.clauses.truth(part)
        if (truth === -1) {
          best = part ^ 1
          break
        }
        if (truth === 0 && (best === null || this.clauses.activity(part) > this.clauses.activity(best))) best = part ^ 1
      }
      if (best === null) throw new Error('what does not hold has an open part')
      formula = best
    }
  }

  private holdsNow(formula: Formula): boolean {
    const node = formula >> 1
    if (this.stamps[node] !== this.stamp) {
      this.truths[node] = this.nodeHolds(node)
      this.stamps[node] = this.stamp
    }
    return this.truths[node] === ((formula & 1) === 0)
  }

  private nodeHolds(node: number): boolean {
    const atom = this.world.atomOf(node * 2)
    if (atom === null) {
      for (const part of this.world.partsOf(node * 2)) if (!this.holdsNow(part)) return false
      return true
    }
    const truth = this.clauses.truth(node * 2)
    if (truth !== 0) return truth === 1
    return this.atomHolds(atom)
  }

  private atomHolds(atom: Atom): boolean {
    switch (atom.kind) {
      case 'variable': return this.values.holds(atom)
      case 'joint': return atom.holds(this.model) ?? false
      case 'flag': return false
    }
  }

  /** Joint tests were taken as told; where the values do not agree, other values may, so nothing is proved by it. */
  private refuted(): Clause | null {
    for (const literal of this.clauses.trail) {
      const atom = this.world.atomOf(literal)
      if (atom?.kind !== 'joint' || atom.holds(this.model) === ((literal & 1) === 0)) continue
      this.failure ??= `no request was found for which ${atom.words((literal & 1) === 1)}`
      return this.clauses.decisions().map((decision) => decision ^ 1)
    }
    return null
  }
}
