import type { CompileOptions } from '#shared/dialects/dialect.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { Action, Effect, Gap, LookupTable, Scope, ScopeId, Step, SurroundingLine } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import { wordsOf } from './words.ts'

/** Everything one compilation shares. */
export interface CompileState {
  readonly options: CompileOptions
  /** Lookups and groups of http and stream are apart. */
  readonly section: 'http' | 'stream'
  readonly gaps: Gap[]
  readonly tables: Map<string, LookupTable>
  readonly scopes: Map<ScopeId, Scope>
  /** By the name that `proxy_pass` looks up, lower case. */
  readonly pools: Map<string, Pool>
  readonly surroundings: SurroundingLine[]
  /** `map`, `geo` and `split_clients` of http by the variable they set, without `$`, lower case. */
  readonly lookups: Map<string, Directive>
  /** Directives that change how the paths of all requests are read. */
  readonly readings: Directive[]
  /** Lines that set something of a pool: `pool name` and the setting → place. */
  readonly places: Map<string, Span>
}

export function createState(options: CompileOptions): CompileState {
  return { options, section: 'http', gaps: [], tables: new Map(), scopes: new Map(), pools: new Map(), surroundings: [], lookups: new Map(), readings: [], places: new Map() }
}

/** The same compilation, for what stands in `stream`. */
export function streamState(state: CompileState): CompileState {
  return { ...state, section: 'stream', lookups: new Map() }
}

export function addGap(state: CompileState, kind: Gap['kind'], directive: Directive, reason: string): void {
  state.gaps.push({ kind, text: wordsOf(directive), reason, at: directive.span })
}

/** A line that is compared as it is written and not followed. */
export function addSurrounding(state: CompileState, owner: string, bears: string, line: Pick<SurroundingLine, 'text' | 'shown' | 'at'>): void {
  state.surroundings.push({ owner, bears, ...line })
}

/** Steps of one scope while they are put together. */
export class ScopeDraft {
  readonly id: ScopeId
  readonly title: string
  readonly #state: CompileState
  readonly #at: Span
  readonly #steps: Step[] = []
  readonly #counts = new Map<string, number>()
  readonly #heading: string | null
  #impliedEnd = false

  /** `heading`: what the place is called in pictures, such as `location /api/`; null: nothing of its own. */
  constructor(state: CompileState, id: ScopeId, title: string, at: Span, heading: string | null = null) {
    this.#state = state
    this.#at = at
    this.id = id
    this.title = title
    this.#heading = heading
  }

  /** `origin`: the place of the scope where none is given. `name`: what the step is called among the steps of its scope, such as its directive. */
  add(name: string, when: Predicate, does: Effect | Action, ...origin: readonly Span[]): void {
    const count = (this.#counts.get(name) ?? 0) + 1
    this.#counts.set(name, count)
    this.#steps.push({ id: `${this.id}#${name}${count === 1 ? '' : `~${count}`}`, when, does, origin: origin.length === 0 ? [this.#at] : origin })
  }

  /** As `add`, for what nginx does by itself on the way: nobody wrote it as a rule. */
  imply(name: string, when: Predicate, does: Effect | Action, ...origin: readonly Span[]): void {
    this.add(name, when, does, ...origin)
    const last = this.#steps.length - 1
    this.#steps[last] = { ...(this.#steps[last] as Step), implied: true }
  }

  /** From here on the end of the scope counts as what nginx does by itself. */
  implyEnd(): void {
    this.#impliedEnd = true
  }

  /** Ends the scope and makes it part of the model; `otherwise`: what happens when no step decided; `at`: the line that says so. */
  close(otherwise: Action, at: Span | null = null): ScopeId {
    const next = otherwise.kind === 'enter' ? otherwise.scope : null
    // An answer without a line is what nginx does when it gives up.
    const implied = this.#impliedEnd || (otherwise.kind === 'respond' && at === null)
    this.#state.scopes.set(this.id, {
      id: this.id, title: this.title, steps: this.#steps, next, otherwise: next === null ? otherwise : null, otherwiseAt: next === null ? at : null,
      ...(implied ? { impliedEnd: true } : {}), ...(this.#heading === null ? {} : { heading: this.#heading }),
    })
    return this.id
  }
}

/** An id that no scope has yet: equal names are told apart by a number. */
export function freshScopeId(state: CompileState, id: ScopeId): ScopeId {
  let found = id
  for (let count = 2; state.scopes.has(found) || reserved(state).has(found); count += 1) found = `${id}~${count}`
  reserved(state).add(found)
  return found
}

const reservedIds = new WeakMap<CompileState, Set<ScopeId>>()

function reserved(state: CompileState): Set<ScopeId> {
  let ids = reservedIds.get(state)
  if (ids === undefined) reservedIds.set(state, ids = new Set())
  return ids
}
