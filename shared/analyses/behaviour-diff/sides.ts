import type { Anchors } from '#shared/model/decision-space/anchors.ts'
import { portsOf } from '#shared/model/decision-space/arrivals.ts'
import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { DecisionList } from '#shared/model/decision-space/decision-list.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import { AnchorTable, RuleIndex, type RuleLookup } from '#shared/model/decision-space/rule-index.ts'
import { sideOf, type Side } from '#shared/model/decision-space/rule-side.ts'
import type { Arrival } from '#shared/model/decision-space/state.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { aloneOf, type Alignment } from './align.ts'

type Sided<T> = { readonly before: T; readonly after: T }

const tables = new WeakMap<RoutingModel, Map<string, AnchorTable>>()

/**
 * Table of the rules of one listener, kept with the config: while somebody types, one side stays the same. Which rules a
 * list holds follows from the config and the arrival alone.
 */
function tableOf(model: RoutingModel, { listener, tls, readable }: Arrival, rules: readonly DecidingRule[]): AnchorTable {
  const known = tables.get(model) ?? new Map<string, AnchorTable>()
  tables.set(model, known)
  const [address] = listener.addresses
  const key = JSON.stringify([listener.id, tls, readable, address?.ip, address === undefined ? [] : portsOf(address)])
  let table = known.get(key)
  if (table?.fits(rules) !== true) {
    table = new AnchorTable(rules)
    known.set(key, table)
  }
  return table
}

/** Rules without a partner from which on they get a table at once. */
const worthTable = 64

/** Finds rules of the after side: those with a partner by the index of the before side, since partners hold for the same requests. */
class PartnerIndex implements RuleLookup {
  private readonly before: RuleLookup
  private readonly alignment: Alignment
  private readonly all: number
  private readonly alone: readonly number[]
  private readonly own: RuleIndex

  constructor(space: Space, before: RuleLookup, rules: readonly DecidingRule[], alignment: Alignment) {
    this.before = before
    this.alignment = alignment
    this.all = rules.length
    const alone = aloneOf(alignment.afterPartner)
    this.alone = alone
    const own = alone.map((index) => rules[index] as DecidingRule)
    const table = new AnchorTable(own)
    if (alone.length > worthTable) table.expectMany()
    this.own = new RuleIndex(space, own, table)
  }

  meeting(anchors: Anchors, end = this.all): readonly number[] {
    if (end === 0) return []
    const own = this.own.meeting(anchors)
    const found: number[] = []
    let next = 0
    for (const one of this.before.meeting(anchors)) {
      const partner = this.alignment.beforePartner[one] as number
      if (partner === -1) continue
      if (partner >= end) break
      for (; next < own.length && (this.alone[own[next] as number] as number) < partner; next += 1) found.push(this.alone[own[next] as number] as number)
      found.push(partner)
    }
    for (; next < own.length; next += 1) {
      const index = this.alone[own[next] as number] as number
      if (index < end) found.push(index)
    }
    return found
  }
}

/** Changed rules from which on an index is made at once. */
const manyChanged = 6

export function sidesOf(space: Space, model: RoutingModel, arrival: Arrival, lists: Sided<DecisionList>, alignment: Alignment): Sided<Side> {
  const before = sideOf(space, lists.before.rules, () => {
    const table = tableOf(model, arrival, lists.before.rules)
    if (alignment.changed > manyChanged) table.expectMany()
    return new RuleIndex(space, lists.before.rules, table)
  })
  const after = sideOf(space, lists.after.rules, () => new PartnerIndex(space, before.index, lists.after.rules, alignment))
  return { before, after }
}
