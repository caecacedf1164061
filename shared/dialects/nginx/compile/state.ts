import type { CompileOptions } from '#shared/dialects/dialect.ts'
import type { MemberOptions, Pool } from '#shared/model/pool.ts'
import type { Predicate } from '#shared/model/predicate.ts'
import type { Action, Effect, Gap, LookupTable, Scope, ScopeId, Step, SurroundingLine } from '#shared/model/routing-model.ts'
import type { Span } from '#shared/text/span.ts'
import type { Directive } from '../tree.ts'
import { LateScope } from './late-scope.ts'
import type { Level } from './levels.ts'
import { wordsOf } from './words.ts'

/** Everything one compilation shares. */
export interface CompileState {
  readonly options: CompileOptions
  /** Lookups and groups of http and stream are apart. */
  readonly section: 'http' | 'stream'
  /** Clients may have IPv6 addresses. */
  readonly seesV6: boolean
  readonly gaps: Gap[]
  readonly tables: Map<string, LookupTable>
  readonly scopes: Map<ScopeId, Scope>
  /** By the name that `proxy_pass` looks up, lower case. */
  readonly pools: Map<string, Pool>
  readonly surroundings: SurroundingLine[]
  /** Levels whose lines count for some requests, by the name under which rules say so. */
  readonly inEffect: Map<string, Level>
  /** `map`, `geo` and `split_clients` of http by the variable they set, without `$`, lower case. */
  readonly lookups: Map<string, Directive>
  /** Directives that change how the paths of all requests are read. */
  readonly readings: Directive[]
  /** Blocks of the groups, by the name of the pool. */
  readonly upstreams: Map<string, Directive>
  /** What options of servers say, by their words. */
  readonly memberOptions: Map<string, MemberOptions>
  /** Ids of scopes that are given away, with the number that the last one of that name got. */
  readonly reserved: Map<ScopeId, number>
}

export function createState(options: CompileOptions, seesV6: boolean): CompileState {
  return { options, section: 'http', seesV6, gaps: [], tables: new Map(), scopes: new Map(), pools: new Map(), surroundings: [], inEffect: new Map(), lookups: new Map(), readings: [], upstreams: new Map(), memberOptions: new Map(), reserved: new Map() }
}

/** The same compilation, for what stands in `stream`. */
export function streamState(state: CompileState, seesV6: boolean): CompileState {
  return { ...state, section: 'stream', seesV6, lookups: new Map() }
}

export function addGap(state: CompileState, kind: Gap['kind'], directive: Directive, reason: string): void {
  state.gaps.push({ kind, text: wordsOf(directive), reason, at: directive.span })
}

const gapPlaces = new WeakMap<readonly Gap[], { read: number; readonly found: Set<string> }>()

/** Is there a gap at that place, with that reason where one is given? */
export function hasGap({ gaps }: CompileState, at: Span, reason = ''): boolean {
  let places = gapPlaces.get(gaps)
  if (places === undefined) gapPlaces.set(gaps, places = { read: 0, found: new Set<string>() })
  const { found } = places
  for (; places.read < gaps.length; places.read += 1) {
    const gap = gaps[places.read] as Gap
    for (const known of ['', gap.reason]) found.add(`${gap.at.file}:${gap.at.start}:${known}`)
  }
  return found.has(`${at.file}:${at.start}:${reason}`)
}

/** A line that is compared as it is written and not followed. */
export function addSurrounding(state: CompileState, owner: string, bears: string, line: Pick<SurroundingLine, 'text' | 'shown' | 'at'>): void {
  state.surroundings.push({ owner, bears, ...line })
}

const none: readonly Step[] = []

/** Steps of one scope while they are put together. */
export class ScopeDraft {
  readonly id: ScopeId
  readonly title: string
  readonly #state: CompileState
  readonly #at: Span
  #steps: Step[] | null = null
  #first = ''
  #counts: Map<string, number> | null = null
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
    this.#push({ id: this.#stepId(name), when, does, origin: origin.length === 0 ? [this.#at] : origin })
  }

  /** As `add`, for what nginx does by itself on the way: nobody wrote it as a rule. */
  imply(name: string, when: Predicate, does: Effect | Action, ...origin: readonly Span[]): void {
    this.#push({ id: this.#stepId(name), when, does, origin: origin.length === 0 ? [this.#at] : origin, implied: true })
  }

  #push(step: Step): void {
    if (this.#steps === null) this.#steps = [step]
    else this.#steps.push(step)
  }

  #stepId(name: string): string {
    // Most scopes have one step or none.
    if (this.#steps === null) this.#first = name
    else this.#counts ??= new Map([[this.#first, 1]])
    const count = (this.#counts?.get(name) ?? 0) + 1
    this.#counts?.set(name, count)
    return count === 1 ? `${this.id}#${name}` : `${this.id}#${name}~${count}`
  }

  /** From here on the end of the scope counts as what nginx does by itself. */
  implyEnd(): void {
    this.#impliedEnd = true
  }

  /** Ends the scope and makes it part of the model; `otherwise`: what happens when no step decided; `at`: the line that says so. */
  close(otherwise: Action, at: Span | null = null): ScopeId {
    this.#state.scopes.set(this.id, { id: this.id, title: this.title, steps: this.#steps ?? none, ...this.#ending(otherwise, at) })
    return this.id
  }

  /** As `close`, for a scope without steps so far: `add` makes them when they are first asked for, and touches nothing else. */
  closeLater(otherwise: Action, at: Span | null, add: (draft: ScopeDraft) => void): ScopeId {
    this.#state.scopes.set(this.id, new LateScope({ id: this.id, title: this.title, ...this.#ending(otherwise, at) }, () => {
      add(this)
      return this.#steps ?? none
    }))
    return this.id
  }

  #ending(otherwise: Action, at: Span | null): Omit<Scope, 'id' | 'title' | 'steps'> {
    // An answer without a line is what nginx does when it gives up.
    const implied = this.#impliedEnd || (otherwise.kind === 'respond' && at === null)
    const rest = { ...(implied ? { impliedEnd: true } : {}), ...(this.#heading === null ? {} : { heading: this.#heading }) }
    return otherwise.kind === 'enter' ? { next: otherwise.scope, otherwise: null, otherwiseAt: null, ...rest } : { next: null, otherwise, otherwiseAt: at, ...rest }
  }

  get isEmpty(): boolean {
    return this.#steps === null
  }
}

/** An id that no scope has yet: equal names are told apart by a number. */
export function freshScopeId(state: CompileState, id: ScopeId): ScopeId {
  const { reserved, scopes } = state
  const last = reserved.get(id)
  if (last === undefined && !scopes.has(id)) {
    reserved.set(id, 1)
    return id
  }
  // Numbers are never given back, so the search goes on where it ended.
  let count = (last ?? 1) + 1
  let found = `${id}~${count}`
  while (scopes.has(found) || reserved.has(found)) found = `${id}~${count += 1}`
  reserved.set(id, count)
  reserved.set(found, 1)
  return found
}
