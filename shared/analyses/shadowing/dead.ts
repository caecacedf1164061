import type { DecidingRule } from '#shared/model/decision-space/deciding-rule.ts'
import { destinationKey } from '#shared/model/decision-space/rule-keys.ts'
import { never } from '#shared/requests/space/world.ts'
import type { DeadRule, Taker } from './answer.ts'
import { excludingParts } from './contradiction.ts'
import { coreOf } from './core.ts'
import { exampleOf } from './examples.ts'
import { placeKey, ranks, type Line, type Lines } from './lines.ts'
import { negations, reachOf, type Reach } from './reach.ts'
import { ruleAt, type Search, type WayIn } from './search.ts'
import { nameOf } from './words.ts'

/** What is known about every rule of every way in. */
export type Reached = ReadonlyMap<WayIn, readonly Reach[]>

/** Takers that get an example and are listed. */
const listedTakers = 6
/** Dead lines that get examples: nobody reads a thousand, and each is a walk through all rules. */
const withExamples = 200

/** Lines of which no rule is reached, through any way in, though everything that leads to them is. */
export function deadLines(search: Search, lines: Lines, reached: Reached): readonly DeadRule[] {
  const isDead = (line: Line): boolean => line.uses.every(({ way, index }) => reached.get(way)?.[index]?.kind === 'dead')
  const dead = new Map([...lines].filter(([, line]) => isDead(line)))
  const idle = idlePools(reached)
  let explained = 0
  return [...dead.values()].flatMap((line) => {
    // Behind a dead line everything is dead; that line says it.
    const uses = line.uses.filter(({ way, index }) => !ruleAt(way.side, index).spans.some((span) => {
      const other = dead.get(placeKey(span))
      return other !== undefined && other !== line && ranks[other.kind] < ranks[line.kind]
    }))
    if (search.reported(line.at) || uses.length === 0) return []
    const told = explain(explained < withExamples ? search : { ...search, judge: unsure }, lines, line, uses)
    explained += 1
    return told === null ? [] : [{ ...told, idle: [...new Set(uses.flatMap(({ way, index }) => ruleAt(way.side, index).pool ?? []))].filter((pool) => idle.has(pool)) }]
  })
}

const unsure: Search['judge'] = () => ({ outcome: { action: 'close' }, rule: null, certain: false })

/** Pools that rules name and no rule that may be reached leads to. */
function idlePools(reached: Reached): ReadonlySet<string> {
  const named = new Set<string>()
  const alive = new Set<string>()
  for (const [{ side }, verdicts] of reached) {
    for (const [index, rule] of side.rules.entries()) {
      for (const pool of poolsOf(rule)) (verdicts[index]?.kind === 'dead' ? named : alive).add(pool)
    }
  }
  return new Set([...named].filter((pool) => !alive.has(pool)))
}

function poolsOf({ pool, destination }: DecidingRule): readonly string[] {
  return [...(pool === null ? [] : [pool]), ...(destination.kind === 'split' ? destination.shares.map((part) => part.pool) : [])]
}

type Told = Omit<DeadRule, 'idle'>

function explain(search: Search, lines: Lines, line: Line, uses: Line['uses']): Told | null {
  const { at, owner, does, when, kind, guard } = line
  const base = { at, owner, does, when, kind, guard, takers: [], more: 0, parts: [], harmless: false }
  const weakest = weakestUses(line, uses)
  for (const { way, index } of weakest) {
    const rule = ruleAt(way.side, index)
    if (rule.formula === never) continue
    const told = takenBy(search, lines, line, way, index)
    if (told !== null) return { ...base, because: 'taken', ...told }
  }
  const first = weakest[0]
  if (first === undefined) return null
  const rule = ruleAt(first.way.side, first.index)
  if (search.solver.solve([rule.formula], search.budget).kind !== 'unsat') return { ...base, because: 'taken' }
  const parts = excludingParts(search, rule)
  return parts === null ? null : { ...base, because: parts.length === 0 ? 'skipped' : 'contradiction', parts }
}

/** Of the rules that a line makes at one way in, the last has the weakest condition: the others refine it. */
function weakestUses(line: Line, uses: Line['uses']): Line['uses'] {
  return line.kind === 'rule' ? [...new Map(uses.map((use) => [use.way, use])).values()] : uses
}

/** Null: no request satisfies the rule at all, or the set was not found within the budget. */
function takenBy(search: Search, lines: Lines, line: Line, way: WayIn, index: number): Pick<Told, 'takers' | 'more' | 'harmless'> | null {
  const { side } = way
  const rule = ruleAt(side, index)
  const own = new Set(line.uses.flatMap((use) => (use.way === way ? [use.index] : [])))
  const reach = reachOf(search, way, index, own)
  if (reach.kind !== 'dead' || search.solver.solve([rule.formula], search.budget).kind !== 'sat') return null
  const core = coreOf(search, way, rule.formula, reach.among)
  if (core === null || core.length === 0) return null
  const here = destinationKey(rule.destination)
  return {
    takers: core.slice(0, listedTakers).map((taker) => takerOf(search, lines, way, rule, taker, core)), more: Math.max(0, core.length - listedTakers),
    harmless: core.every((taker) => destinationKey(ruleAt(side, taker).destination) === here),
  }
}

/** `others`: rules whose requests are no example for this one. */
export function takerOf(search: Search, lines: Lines, way: WayIn, later: DecidingRule, index: number, others: readonly number[]): Taker {
  const { arrival, side } = way
  const rule = ruleAt(side, index)
  const example = exampleOf(search, way, [later.formula, rule.formula, ...negations(way, others.filter((other) => other !== index))])
  const here = rule.at === null ? null : placeKey(rule.at)
  const confirmed = example !== null && (example.rule === null ? null : placeKey(example.rule)) === here
  return { ...nameOf(lines, rule, `${arrival.listener.kind} ${arrival.listener.group}`), example: confirmed ? example : null }
}

