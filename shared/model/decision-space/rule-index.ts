import type { World } from '#shared/requests/space/world.ts'
import type { Span } from '#shared/text/span.ts'
import type { Step } from '../routing-model.ts'
import { AnchorBucket } from './anchor-bucket.ts'
import { scanRules } from './anchor-scan.ts'
import { anchorsOfRule, areDisjoint, bestAnchor, bestOf, valueLimit, type Anchors, type Best } from './anchors.ts'
import type { DecidingRule } from './deciding-rule.ts'
import { ForwardRule } from './forward-rule.ts'
import type { Space } from './space.ts'

/** Finds the rules of one list that a set of requests can meet. */
export interface RuleLookup {
  /** Indexes, below `end`, of rules that may share a request with `anchors`, rising; never too few. */
  meeting(anchors: Anchors, end?: number): readonly number[]
}

/** Questions that are answered by looking at every rule before that is more work than an index. */
const scansFirst = 12

/** Rules of a list by the texts that they ask for. Names variables by key, so that it outlives one comparison. */
export class AnchorTable {
  private readonly buckets = new Map<string, AnchorBucket>()
  private readonly rest: number[] = []
  /** What each rule was made from: the same in the same order are the same rules of one config. */
  private readonly places: readonly (Step | Span | null)[]
  private filled = false
  private scans = 0

  constructor(rules: readonly DecidingRule[]) {
    this.places = rules.map(placeOf)
  }

  /** So many questions will come that looking at the rules one by one is not worth a start. */
  expectMany(): void {
    this.scans = scansFirst
  }

  fits(rules: readonly DecidingRule[]): boolean {
    if (rules.length !== this.places.length) return false
    for (let index = 0; index < rules.length; index += 1) if (placeOf(rules[index] as DecidingRule) !== this.places[index]) return false
    return true
  }

  /** Null: so few questions were asked that the rules had better be looked at one by one. */
  lists(space: Space, rules: readonly DecidingRule[], anchors: Anchors): readonly (readonly number[])[] | null {
    if (!this.filled) {
      this.scans += 1
      if (this.scans <= scansFirst) return null
      this.fill(space, rules)
    }
    const lists: (readonly number[])[] = [this.rest]
    const byKey = new Map([...anchors].map(([id, anchor]) => [space.world.variableOf(id).key, anchor]))
    for (const [key, bucket] of this.buckets) {
      const anchor = byKey.get(key)
      if (anchor === undefined) lists.push(bucket.all)
      else bucket.meeting(anchor, lists)
    }
    return lists
  }

  private fill(space: Space, rules: readonly DecidingRule[]): void {
    this.filled = true
    for (let index = 0; index < rules.length; index += 1) {
      const rule = rules[index] as DecidingRule
      const { only } = rule
      this.add(space.world, index, only === null ? bestOf(anchorsOfRule(space, rule)) : bestAnchor(space, only, rule.state))
    }
  }

  private add(world: World, index: number, best: Best | null): void {
    if (best === null || best.anchor.values.length > valueLimit) {
      this.rest.push(index)
      return
    }
    const { key } = world.variableOf(best.id)
    let bucket = this.buckets.get(key)
    if (bucket === undefined) {
      bucket = new AnchorBucket()
      this.buckets.set(key, bucket)
    }
    bucket.add(index, best.anchor)
  }
}

function placeOf(rule: DecidingRule): Step | Span | null {
  return rule instanceof ForwardRule ? rule.step : rule.at
}

export class RuleIndex implements RuleLookup {
  private readonly marks: Uint8Array
  private readonly space: Space
  private readonly rules: readonly DecidingRule[]
  private readonly table: AnchorTable
  private readonly anchors: (Anchors | undefined)[] = []
  private everything: readonly number[] | null = null
  /** The last question: both sides of a pair of rules ask with the same anchors. */
  private asked: Anchors | null = null
  private answer: readonly number[] = []

  constructor(space: Space, rules: readonly DecidingRule[], table = new AnchorTable(rules)) {
    this.space = space
    this.rules = rules
    this.table = table
    this.marks = new Uint8Array(rules.length)
  }

  meeting(anchors: Anchors, end = this.rules.length): readonly number[] {
    if (end === 0) return []
    if (anchors.size === 0) {
      this.everything ??= Array.from(this.marks.keys())
      return end === this.rules.length ? this.everything : this.everything.slice(0, end)
    }
    if (this.asked !== anchors) {
      const lists = this.table.lists(this.space, this.rules, anchors)
      this.answer = lists === null ? scanRules(this.space, this.rules, anchors).filter((index) => !areDisjoint(this.anchorsAt(index), anchors)) : this.merged(lists, anchors)
      this.asked = anchors
    }
    return end >= this.rules.length ? this.answer : until(this.answer, end)
  }

  private anchorsAt(index: number): Anchors {
    return (this.anchors[index] ??= anchorsOfRule(this.space, this.rules[index] as DecidingRule))
  }

  private merged(lists: readonly (readonly number[])[], anchors: Anchors): readonly number[] {
    const merged: number[] = []
    for (const list of lists) {
      for (const index of list) {
        if (this.marks[index] === 1 || areDisjoint(this.anchorsAt(index), anchors)) continue
        this.marks[index] = 1
        merged.push(index)
      }
    }
    for (const index of merged) this.marks[index] = 0
    return merged.sort((a, b) => a - b)
  }
}

/** Those of a rising list that are below `end`. */
export function until(rising: readonly number[], end: number): readonly number[] {
  let low = 0
  let high = rising.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((rising[middle] as number) < end) low = middle + 1
    else high = middle
  }
  return low === rising.length ? rising : rising.slice(0, low)
}
