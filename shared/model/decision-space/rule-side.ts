import { never, type Formula, type World } from '#shared/requests/space/world.ts'
import type { DecidingRule } from './decision-list.ts'
import type { Space } from './reader.ts'
import { RuleIndex, type Anchors } from './rule-index.ts'

/** The rules of one listener, with an index of which of them can meet. */
export interface Side {
  readonly rules: readonly DecidingRule[]
  readonly index: RuleIndex
}

/** The index is made when it is first asked for: two lists that are the same need none. */
export function sideOf(space: Space, rules: readonly DecidingRule[]): Side {
  let index: RuleIndex | null = null
  return {
    rules,
    get index() {
      return (index ??= new RuleIndex(space, rules))
    },
  }
}

/** Negations of the rules before `index` that a request can meet. */
export function earlier(world: World, side: Side, index: number, anchors: Anchors, own: Formula): readonly Formula[] {
  const negated: Formula[] = []
  for (const other of side.index.meeting(anchors, index)) {
    const { formula } = side.rules[other] as DecidingRule
    if (formula !== own) negated.push(world.not(formula))
    else return [never]
  }
  return negated
}
