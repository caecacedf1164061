import type { Formula } from '#shared/requests/space/world.ts'
import type { Facet, Variable } from '#shared/requests/space/variable.ts'
import type { Span } from '#shared/text/span.ts'
import type { Transform } from '../predicate.ts'

/**
 * A value as a function of the request that arrived: what an effect left in a path, a header, a variable.
 * Terms are interned: equal functions, as far as they are written alike, are the same object.
 */
export type Term = { readonly id: number } & (
  /** A byte string. */
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'absent' }
  /** The request as it arrived. */
  | { readonly kind: 'read'; readonly variable: Variable; readonly facet: Facet }
  /** Absent parts add nothing. */
  | { readonly kind: 'concat'; readonly parts: readonly Term[] }
  | { readonly kind: 'apply'; readonly transform: TermTransform; readonly of: Term }
  | { readonly kind: 'choose'; readonly when: Formula; readonly then: Term; readonly otherwise: Term }
  /** Equal text is an equal value; nothing else is known. */
  | { readonly kind: 'unknown'; readonly text: string; readonly reason: string; readonly at: Span }
)

export type TermTransform =
  | Exclude<Transform, { readonly kind: 'concat' }>
  | { readonly kind: 'concat'; readonly before: string; readonly variable: null; readonly after: string }
  | { readonly kind: 'normalize-uri'; readonly normalizer: string; readonly argument: string | null }

type Draft<T> = T extends { readonly id: number } ? Omit<T, 'id'> : never

/** The values of a header, in order. `base`: as they arrived. */
export type TermList = { readonly id: number } & (
  | { readonly kind: 'base'; readonly variable: Variable }
  | { readonly kind: 'items'; readonly items: readonly Term[] }
  | { readonly kind: 'append'; readonly list: TermList; readonly item: Term }
  | { readonly kind: 'choose-list'; readonly when: Formula; readonly then: TermList; readonly otherwise: TermList }
  | { readonly kind: 'unknown-list'; readonly text: string; readonly reason: string; readonly at: Span }
)

function facetKey(facet: Facet): string {
  return facet.kind === 'any' ? '' : facet.kind === 'nth' ? `#${facet.index}` : `n${JSON.stringify(facet.ranges)}`
}

/** Owns the terms of one comparison. */
export class Terms {
  private readonly known = new Map<string, Term>()
  private readonly lists = new Map<string, TermList>()
  private count = 0
  readonly absent: Term = this.intern('absent', { kind: 'absent' })
  readonly empty: Term = this.text('')

  private intern(key: string, draft: Draft<Term>): Term {
    let term = this.known.get(key)
    if (term === undefined) {
      term = { ...draft, id: this.count } as Term
      this.count += 1
      this.known.set(key, term)
    }
    return term
  }

  text(text: string): Term {
    return this.intern(`t${text}`, { kind: 'text', text })
  }

  read(variable: Variable, facet: Facet = { kind: 'any' }): Term {
    return this.intern(`r${variable.id}${facetKey(facet)}`, { kind: 'read', variable, facet })
  }

  unknown(text: string, reason: string, at: Span): Term {
    return this.intern(`u${text}`, { kind: 'unknown', text, reason, at })
  }

  /** Neighbouring texts are joined; a single part stays what it is only where it cannot be absent. */
  concat(parts: readonly Term[]): Term {
    const flat: Term[] = []
    for (const part of parts) {
      if (part.kind === 'absent') continue
      for (const one of part.kind === 'concat' ? part.parts : [part]) {
        const last = flat[flat.length - 1]
        if (one.kind === 'text' && one.text === '') continue
        if (one.kind === 'text' && last?.kind === 'text') flat[flat.length - 1] = this.text(last.text + one.text)
        else flat.push(one)
      }
    }
    if (flat.length === 0) return this.empty
    const only = flat[0] as Term
    if (flat.length === 1 && !this.maybeAbsent(only)) return only
    return this.intern(`c${flat.map((part) => part.id).join(',')}`, { kind: 'concat', parts: flat })
  }

  maybeAbsent(term: Term): boolean {
    switch (term.kind) {
      case 'text': case 'concat': return false
      case 'absent': case 'apply': case 'unknown': return true
      case 'read': return term.variable.shape === 'list' || term.variable.optional
      case 'choose': return this.maybeAbsent(term.then) || this.maybeAbsent(term.otherwise)
    }
  }

  apply(transform: TermTransform, of: Term): Term {
    if (of.kind === 'absent') return of
    return this.intern(`a${of.id} ${JSON.stringify(transform)}`, { kind: 'apply', transform, of })
  }

  choose(when: Formula, then: Term, otherwise: Term): Term {
    if (when === 0 || then === otherwise) return then
    if (when === 1) return otherwise
    return this.intern(`i${when} ${then.id} ${otherwise.id}`, { kind: 'choose', when, then, otherwise })
  }

  private internList(key: string, draft: Draft<TermList>): TermList {
    let list = this.lists.get(key)
    if (list === undefined) {
      list = { ...draft, id: this.count } as TermList
      this.count += 1
      this.lists.set(key, list)
    }
    return list
  }

  base(variable: Variable): TermList {
    return this.internList(`b${variable.id}`, { kind: 'base', variable })
  }

  items(items: readonly Term[]): TermList {
    return this.internList(`l${items.map((item) => item.id).join(',')}`, { kind: 'items', items })
  }

  append(list: TermList, item: Term): TermList {
    if (list.kind === 'items') return this.items([...list.items, item])
    return this.internList(`+${list.id} ${item.id}`, { kind: 'append', list, item })
  }

  chooseList(when: Formula, then: TermList, otherwise: TermList): TermList {
    if (when === 0 || then === otherwise) return then
    if (when === 1) return otherwise
    return this.internList(`i${when} ${then.id} ${otherwise.id}`, { kind: 'choose-list', when, then, otherwise })
  }

  unknownList(text: string, reason: string, at: Span): TermList {
    return this.internList(`u${text}`, { kind: 'unknown-list', text, reason, at })
  }
}
