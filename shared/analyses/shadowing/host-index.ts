import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import type { Space } from '#shared/model/decision-space/space.ts'
import { anchorsOfRule } from '#shared/model/decision-space/anchors.ts'
import { RuleIndex, until } from '#shared/model/decision-space/rule-index.ts'
import type { Side } from '#shared/model/decision-space/rule-side.ts'
import type { State } from '#shared/model/decision-space/state.ts'
import type { Predicate } from '#shared/model/predicate.ts'

/** Hosts that a rule asks for: whole names, or ends of names; lower case, without a port. */
interface Hosts {
  readonly exact: boolean
  readonly values: readonly string[]
}

/** Above this many names a rule counts as one for any host. */
const nameLimit = 64

/**
 * Finds the rules that may share a request with another one by the names of hosts, whole or from their end.
 *
 * Some that do, for a Host in odd spelling, may be missing: here a rule that is not found only makes the answer weaker, as
 * a rule counts as reached. So this is no index for comparing configs.
 */
export class HostIndex {
  private readonly space: Space
  private readonly side: Side
  private readonly exact = new Map<string, number[]>()
  private readonly ends = new Map<string, number[]>()
  private readonly endLengths = new Set<number>()
  private readonly general: number[] = []
  private readonly generalIndex: RuleIndex
  /** Names and ends from back to front, sorted, with the rules of each. */
  private readonly backwards: readonly (readonly [text: string, rules: readonly number[]])[]

  constructor(space: Space, side: Side) {
    this.space = space
    this.side = side
    for (const [index, rule] of side.rules.entries()) {
      const hosts = hostsOfRule(rule)
      if (hosts === null) this.general.push(index)
      else for (const value of new Set(hosts.values)) this.add(hosts.exact ? this.exact : this.ends, value, index, hosts.exact)
    }
    this.generalIndex = new RuleIndex(space, this.general.map((index) => side.rules[index] as DecidingRule))
    this.backwards = [...this.exact, ...this.ends].map(([text, rules]) => [backwards(text), rules] as const).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  }

  private add(map: Map<string, number[]>, value: string, index: number, exact: boolean): void {
    const known = map.get(value)
    if (known === undefined) map.set(value, [index])
    else known.push(index)
    if (!exact) this.endLengths.add(value.length)
  }

  /** Rules in front of `index` that may take its requests, rising. */
  before(index: number): readonly number[] {
    const rule = this.side.rules[index] as DecidingRule
    const anchors = anchorsOfRule(this.space, rule)
    const hosts = hostsOfRule(rule)
    if (hosts === null) return until(this.side.index.meeting(anchors), index)
    const found = new Set(until(this.generalIndex.meeting(anchors).map((one) => this.general[one] as number), index))
    const take = (rules: readonly number[] | undefined): void => {
      for (const one of rules ?? []) if (one < index) found.add(one)
    }
    for (const value of hosts.values) {
      if (hosts.exact) take(this.exact.get(value))
      else for (const rules of this.endingWith(value)) take(rules)
      for (const length of this.endLengths) if (length <= value.length) take(this.ends.get(value.slice(value.length - length)))
    }
    return [...found].sort((a, b) => a - b)
  }

  private *endingWith(value: string): Iterable<readonly number[]> {
    const start = backwards(value)
    let low = 0
    let high = this.backwards.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.backwards[middle] as readonly [string, unknown])[0] < start) low = middle + 1
      else high = middle
    }
    for (let at = low; at < this.backwards.length; at += 1) {
      const [text, rules] = this.backwards[at] as readonly [string, readonly number[]]
      if (!text.startsWith(start)) return
      yield rules
    }
  }
}

const backwards = (text: string): string => [...text].reverse().join('')

function hostsOfRule(rule: DecidingRule): Hosts | null {
  let hosts: Hosts | null = null
  for (const { predicate, state } of rule.condition.parts) hosts = narrower(hosts, hostsOf(predicate, state))
  return hosts !== null && hosts.values.length > nameLimit ? null : hosts
}

function narrower(one: Hosts | null, other: Hosts | null): Hosts | null {
  if (one === null || other === null) return one ?? other
  return other.exact && !one.exact ? other : one
}

function hostsOf(predicate: Predicate, state: State): Hosts | null {
  switch (predicate.kind) {
    case 'named': return hostsOf(predicate.of, state)
    case 'and': return predicate.of.reduce<Hosts | null>((found, part) => narrower(found, hostsOf(part, state)), null)
    case 'or': {
      const parts = predicate.of.map((part) => hostsOf(part, state))
      const hosts = parts.filter((part): part is Hosts => part !== null)
      // Whole names are ends of names, too.
      return hosts.length < parts.length || hosts.length === 0 ? null : { exact: hosts.every((part) => part.exact), values: hosts.flatMap((part) => part.values) }
    }
    case 'test': {
      const { view, matcher } = predicate
      if (view.field.kind !== 'header' || view.field.name !== 'host' || !state.arrival.readable || state.headers.some((step) => step.matches('host'))) return null
      if (matcher.kind !== 'exact' && matcher.kind !== 'suffix') return null
      const plain = view.transforms.every((transform) => transform.kind === 'lower' || transform.kind === 'host-only' || (transform.kind === 'field' && transform.index === 1 && transform.delimiters === ':'))
      return plain ? { exact: matcher.kind === 'exact', values: matcher.values.map((value) => value.toLowerCase().replace(/:\d*$/, '')) } : null
    }
    default: return null
  }
}
