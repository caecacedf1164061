import { never, type Formula, type World } from '#shared/requests/space/world.ts'
import type { DecidingRule } from './deciding-rule.ts'
import type { Space } from './space.ts'
import type { Anchors } from './anchors.ts'
import { RuleIndex, type RuleLookup } from './rule-index.ts'

/** The rules of one listener, with an index of which of them can meet. */
export interface Side {
  readonly rules: readonly DecidingRule[]
  readonly index: RuleLookup
}

/** `make`: an index that is made when it is first asked for, since two lists that are the same need none. */
export function sideOf(space: Space, rules: readonly DecidingRule[], make: () => RuleLookup = () => new RuleIndex(space, rules)): Side {
  let index: RuleLookup | null = null
  return {
    rules,
    get index() {
      return (index ??= make())
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
