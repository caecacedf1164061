import type { Formula } from './world.ts'

/** One of these holds. The first two are watched; a clause that implies a literal has it in front. */
export type Clause = Formula[]

/**
 * Truth of formulas as far as it follows from clauses, with the reasons. Owns the clauses, what is assigned, and in
 * which order, so that the latest can be taken back. Every formula of a world is a literal, its node the variable.
 */
export class Clauses {
  /** Assigned literals in order; `levels` holds where each level begins. */
  readonly trail: Formula[] = []
  readonly levels: number[] = []
  /** Of each node: 0 open, 1 true, -1 false; where it is on the trail; in which level; and why. */
  private assigned = new Int8Array(1024)
  private level = new Int32Array(1024)
  private readonly reasons: (Clause | null)[] = []
  private readonly watches: Clause[][] = []
  private readonly seen: boolean[] = []
  private readonly activities: number[] = []
  private step = 1
  private head = 0
  private learnt: Clause[] = []

  get learntCount(): number {
    return this.learnt.length
  }

  /** 1 true, -1 false, 0 open. */
  truth(literal: Formula): number {
    const value = this.assigned[literal >> 1] ?? 0
    return (literal & 1) === 0 ? value : -value
  }

  activity(literal: Formula): number {
    return this.activities[literal >> 1] ?? 0
  }

  /** Adds a clause of two or more literals. To be called while nothing is assigned. */
  add(clause: Clause): void {
    for (const literal of clause) this.reserve(literal >> 1)
    this.watch(clause[0] as Formula, clause)
    this.watch(clause[1] as Formula, clause)
  }

  /** Makes room for a node. */
  reserve(node: number): void {
    if (node < this.assigned.length) return
    const size = Math.max(node + 1, this.assigned.length * 2)
    const assigned = new Int8Array(size)
    assigned.set(this.assigned)
    this.assigned = assigned
    const level = new Int32Array(size)
    level.set(this.level)
    this.level = level
  }

  private watch(literal: Formula, clause: Clause): void {
    const list = this.watches[literal]
    if (list === undefined) this.watches[literal] = [clause]
    else list.push(clause)
  }

  open(): void {
    this.levels.push(this.trail.length)
  }

  /** Takes an open literal to hold. */
  assign(literal: Formula, reason: Clause | null): void {
    const node = literal >> 1
    this.assigned[node] = (literal & 1) === 0 ? 1 : -1
    this.level[node] = this.levels.length
    this.reasons[node] = reason
    this.trail.push(literal)
  }

  /** How many of the trail `next` has given. */
  get drawn(): number {
    return this.head
  }

  /** Literals that were taken without a reason, in order. */
  decisions(): Clause {
    return this.levels.flatMap((start, level) => {
      const end = this.levels[level + 1] ?? this.trail.length
      return start < end ? [this.trail[start] as Formula] : []
    })
  }

  /** Takes everything back. */
  clear(): void {
    for (const literal of this.trail) this.assigned[literal >> 1] = 0
    this.trail.length = 0
    this.levels.length = 0
    this.head = 0
  }

  /** The next literal whose consequences are not drawn yet; null: there is none. */
  next(): Formula | null {
    return this.head < this.trail.length ? (this.trail[this.head++] as Formula) : null
  }

  /** Draws the consequences of one literal; a clause that cannot hold any more, or null. */
  propagate(literal: Formula): Clause | null {
    const off = literal ^ 1
    const list = this.watches[off]
    if (list === undefined) return null
    let kept = 0
    let conflict: Clause | null = null
    for (let at = 0; at < list.length; at += 1) {
      const clause = list[at] as Clause
      if (conflict !== null) {
        list[kept++] = clause
        continue
      }
      if (clause[0] === off) {
        clause[0] = clause[1] as Formula
        clause[1] = off
      }
      const first = clause[0] as Formula
      if (this.truth(first) === 1) {
        list[kept++] = clause
        continue
      }
      let other = -1
      for (let index = 2; index < clause.length; index += 1) {
        if (this.truth(clause[index] as Formula) !== -1) {
          other = index
          break
        }
      }
      if (other !== -1) {
        clause[1] = clause[other] as Formula
        clause[other] = off
        this.watch(clause[1], clause)
        continue
      }
      list[kept++] = clause
      if (this.truth(first) === -1) conflict = clause
      else this.assign(first, clause)
    }
    list.length = kept
    return conflict
  }

  undoTo(level: number): void {
    const start = this.levels[level] ?? this.trail.length
    for (let at = this.trail.length - 1; at >= start; at -= 1) this.assigned[(this.trail[at] as Formula) >> 1] = 0
    this.trail.length = start
    this.levels.length = Math.min(this.levels.length, level)
    this.head = Math.min(this.head, start)
  }

  /** Level of the latest literal of a clause that does not hold. */
  levelOf(clause: Clause): number {
    return clause.reduce((latest, literal) => Math.max(latest, this.level[literal >> 1] as number), 0)
  }

  /**
   * What a conflict in the current level comes from: a clause that follows from the others, its first literal open after
   * going back to `level`.
   */
  learn(conflict: Clause): { readonly clause: Clause; readonly level: number } {
    const current = this.levels.length
    const clause: Clause = [0]
    let open = 0
    let level = 0
    let at = this.trail.length - 1
    let reason: readonly Formula[] = conflict
    let pivot = -1
    for (;;) {
      for (const literal of reason) {
        const node = literal >> 1
        if (literal === pivot || this.seen[node] === true || this.level[node] === 0) continue
        this.seen[node] = true
        this.bump(node)
        if ((this.level[node] as number) >= current) open += 1
        else {
          clause.push(literal)
          level = Math.max(level, this.level[node] as number)
        }
      }
      while (this.seen[(this.trail[at] as Formula) >> 1] !== true) at -= 1
      pivot = this.trail[at] as Formula
      this.seen[pivot >> 1] = false
      at -= 1
      open -= 1
      if (open <= 0) break
      reason = this.reasons[pivot >> 1] ?? []
    }
    clause[0] = pivot ^ 1
    for (const literal of clause) this.seen[literal >> 1] = false
    // The second watch has to be the one that opens first.
    const second = clause.findIndex((literal, index) => index > 0 && this.level[literal >> 1] === level)
    if (second > 1) [clause[1], clause[second]] = [clause[second] as Formula, clause[1] as Formula]
    this.step *= 1.05
    if (this.step > 1e100) {
      for (const node of this.activities.keys()) this.activities[node] = (this.activities[node] ?? 0) * 1e-100
      this.step *= 1e-100
    }
    return { clause, level }
  }

  private bump(node: number): void {
    this.activities[node] = (this.activities[node] ?? 0) + this.step
  }

  /** Keeps a clause of two or more literals that follows from the others. */
  addLearnt(clause: Clause): void {
    this.watch(clause[0] as Formula, clause)
    this.watch(clause[1] as Formula, clause)
    this.learnt.push(clause)
  }

  /** Forgets learnt clauses from the `from`-th on that are longer than `longest`. To be called while nothing is assigned. */
  forget(from: number, longest: number): void {
    const gone = new Set(this.learnt.filter((clause, index) => index >= from && clause.length > longest))
    if (gone.size === 0) return
    this.learnt = this.learnt.filter((clause) => !gone.has(clause))
    // A clause is watched at its first two literals; there are far more lists than those.
    for (const literal of new Set([...gone].flatMap((clause) => clause.slice(0, 2)))) this.watches[literal] = (this.watches[literal] ?? []).filter((clause) => !gone.has(clause))
  }
}
