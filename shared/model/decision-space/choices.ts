import type { Formula } from '#shared/requests/space/world.ts'
import { transformText } from './concrete.ts'
import type { Term, TermList, Terms } from './term.ts'

const choices = new WeakMap<Term, Formula | null>()

/** Condition of a choice somewhere inside `term`; null: it holds none. */
export function choiceIn(term: Term): Formula | null {
  if (term.kind === 'choose') return term.when
  if (term.kind !== 'apply' && term.kind !== 'concat') return null
  let found = choices.get(term)
  if (found === undefined) {
    found = null
    if (term.kind === 'apply') found = choiceIn(term.of)
    else for (const part of term.parts) found ??= choiceIn(part)
    choices.set(term, found)
  }
  return found
}

/** `term` where `when` holds, or does not: every choice on it is made. `done`: terms share parts, and each is gone through once. */
export function decided(terms: Terms, term: Term, when: Formula, holds: boolean, done = new Map<Term, Term>()): Term {
  if (choiceIn(term) === null) return term
  let result = done.get(term)
  if (result === undefined) {
    result = decidedOnce(terms, term, when, holds, done)
    done.set(term, result)
  }
  return result
}

function decidedOnce(terms: Terms, term: Term, when: Formula, holds: boolean, done: Map<Term, Term>): Term {
  const inner = (part: Term): Term => decided(terms, part, when, holds, done)
  switch (term.kind) {
    case 'choose': {
      if (term.when === when) return inner(holds ? term.then : term.otherwise)
      if (term.when === (when ^ 1)) return inner(holds ? term.otherwise : term.then)
      return terms.choose(term.when, inner(term.then), inner(term.otherwise))
    }
    case 'concat': return terms.concat(term.parts.map(inner))
    case 'apply': {
      const of = inner(term.of)
      const text = of.kind === 'text' ? transformText(term.transform, of.text) : undefined
      return text === undefined ? terms.apply(term.transform, of) : text === null ? terms.absent : terms.text(text)
    }
    default: return term
  }
}

/** As `choiceIn`, for a list. */
export function choiceInList(list: TermList): Formula | null {
  switch (list.kind) {
    case 'choose-list': return list.when
    case 'append': return choiceInList(list.list) ?? choiceIn(list.item)
    case 'items': {
      for (const item of list.items) {
        const found = choiceIn(item)
        if (found !== null) return found
      }
      return null
    }
    default: return null
  }
}

/** As `decided`, for a list. */
export function decidedList(terms: Terms, list: TermList, when: Formula, holds: boolean): TermList {
  switch (list.kind) {
    case 'choose-list': {
      if (list.when === when) return decidedList(terms, holds ? list.then : list.otherwise, when, holds)
      if (list.when === (when ^ 1)) return decidedList(terms, holds ? list.otherwise : list.then, when, holds)
      return terms.chooseList(list.when, decidedList(terms, list.then, when, holds), decidedList(terms, list.otherwise, when, holds))
    }
    case 'append': {
      const item = decided(terms, list.item, when, holds)
      const rest = decidedList(terms, list.list, when, holds)
      return item.kind === 'absent' ? rest : terms.append(rest, item)
    }
    case 'items': return terms.items(list.items.map((item) => decided(terms, item, when, holds)))
    default: return list
  }
}

/** Fixed bytes around the tail of one value: `/new` + everything from byte 3 on of the path. */
interface Shape {
  readonly fixed: number
  readonly value: Term
  readonly offset: number
}

function shapeOf(parts: readonly Term[]): Shape | null {
  let fixed = 0
  let tail: { readonly value: Term; readonly offset: number } | null = null
  for (const part of parts) {
    if (part.kind === 'text') {
      fixed += part.text.length
      continue
    }
    if (tail !== null) return null
    tail = tailOf(part)
    if (tail === null) return null
  }
  return tail === null ? null : { fixed, ...tail }
}

function tailOf(term: Term): { readonly value: Term; readonly offset: number } | null {
  if (term.kind === 'read') return { value: term, offset: 0 }
  if (term.kind !== 'apply' || term.of.kind !== 'read') return null
  const { transform } = term
  if (transform.kind === 'lower' || transform.kind === 'upper') return { value: term.of, offset: 0 }
  return transform.kind === 'substring' && transform.length === null ? { value: term.of, offset: transform.offset } : null
}

/** True when two composed values have different lengths for every request, so never come out alike. */
export function lengthsDiffer(one: readonly Term[], other: readonly Term[]): boolean {
  const [left, right] = [shapeOf(one), shapeOf(other)]
  if (left === null || right === null || left.value !== right.value) return false
  const furthest = Math.max(left.offset, right.offset)
  // Beyond both offsets the lengths keep their distance.
  for (let length = 0; length <= furthest; length += 1) {
    if (left.fixed + Math.max(0, length - left.offset) === right.fixed + Math.max(0, length - right.offset)) return false
  }
  return true
}
