import { always, never, type Formula } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { View } from '../predicate.ts'
import { existsMatching, integerMatching, type Matching } from './matching.ts'
import type { Term, TermList } from './term.ts'
import type { TestGround } from './test-ground.ts'
import type { Words } from './tests.ts'

const nowhere: Span = { file: '', start: 0, end: 0 }

/** One value of a list: 1 first, -1 last. */
export function nthOf(ground: TestGround, list: TermList, index: number): Term {
  const { terms } = ground.space
  switch (list.kind) {
    case 'base': return terms.read(list.variable, { kind: 'nth', index })
    case 'items': return list.items[index > 0 ? index - 1 : list.items.length + index] ?? terms.absent
    case 'append': return index === -1 ? list.item : index === 1 ? terms.choose(ground.tests.present(nthOf(ground, list.list, 1)), nthOf(ground, list.list, 1), list.item) : terms.unknown(`value ${index} of ${list.id}`, 'a header was added', nowhere)
    case 'choose-list': return terms.choose(list.when, nthOf(ground, list.then, index), nthOf(ground, list.otherwise, index))
    case 'unknown-list': return terms.unknown(`value ${index} of ${list.text}`, list.reason, list.at)
  }
}

/** The first value of a list. */
export function firstOf(ground: TestGround, list: TermList): Term {
  return nthOf(ground, list, 1)
}

/** The number of values in a list is one of `matching`. */
export function countHolds(ground: TestGround, list: TermList, transforms: View['transforms'], matching: Matching, words: Words): Formula {
  const { tests } = ground
  const { world, terms } = ground.space
  const ranges = matching.ranges
  if (matching.key === 'exists') return always
  if (ranges === null || transforms.some((transform) => transform.kind !== 'cast')) return tests.flag(`count ${list.id} ${JSON.stringify(transforms)} ${matching.key}`, words)
  const inRanges = (count: number): boolean => ranges.some(([from, to]) => (from === null || count >= from) && (to === null || count <= to))
  switch (list.kind) {
    case 'base': {
      const key = `count ${list.variable.id} ${JSON.stringify(ranges)}`
      return world.knownAtom(key) ?? world.atom({ kind: 'variable', key, variable: list.variable, facet: { kind: 'count', ranges }, language: () => existsMatching.language() as never, samples: () => [], literals: null, words })
    }
    case 'items': {
      const item = list.items[0]
      if (list.items.length === 1 && item !== undefined) {
        const present = tests.present(item)
        return world.or(inRanges(1) ? present : never, inRanges(0) ? world.not(present) : never)
      }
      return inRanges(list.items.length) ? always : never
    }
    case 'choose-list': return world.or(
      world.and(list.when, countHolds(ground, list.then, transforms, matching, words)), world.and(world.not(list.when), countHolds(ground, list.otherwise, transforms, matching, words)))
    case 'append': {
      // One more than the list had, unless the added value is absent.
      const shifted = integerMatching(ranges.map(([from, to]) => [from === null ? null : from - 1, to === null ? null : to - 1] as const))
      return terms.maybeAbsent(list.item) ? tests.flag(`count ${list.id} ${matching.key}`, words) : countHolds(ground, list.list, transforms, shifted, words)
    }
    default: return tests.flag(`count ${list.id} ${matching.key}`, words)
  }
}

const listKinds: ReadonlySet<string> = new Set(['base', 'items', 'append', 'choose-list', 'unknown-list'] satisfies TermList['kind'][])

export function isList(value: Term | TermList): value is TermList {
  return listKinds.has(value.kind)
}
