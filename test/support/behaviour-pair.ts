import { compareBehaviour, type BehaviourComparison, type Judge } from '#shared/analyses/behaviour-diff/index.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import { judgeOf } from '#shared/backend/behaviour.ts'
import { haproxy } from '#shared/dialects/haproxy/index.ts'
import type { Pool } from '#shared/model/pool.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import type { SourceFile } from '#shared/text/source-file.ts'

/** A config as it would be read from a folder: the main texts in order, and the files they name. */
export interface Texts {
  readonly main: readonly string[]
  readonly sideFiles: ReadonlyMap<string, string>
}

export function modelOfTexts({ main, sideFiles }: Texts, environment: Readonly<Record<string, string>> = {}): RoutingModel {
  const files = main.map((text, index): SourceFile => ({ path: `haproxy${index === 0 ? '' : index}.cfg`, text, role: 'config', encoding: 'utf-8' }))
  const sides = new Map<string, SourceFile>()
  for (const [name, text] of sideFiles) sides.set(name, { path: name, text, role: name.endsWith('.map') ? 'map' : 'pattern-list', encoding: 'utf-8' })
  return haproxy.compile(files.map((file) => ({ file, tree: haproxy.parse(file).tree })), { environment, version: '2.6', sideFiles: sides }).model
}

export interface ComparedPair {
  readonly before: RoutingModel
  readonly after: RoutingModel
  readonly judge: Judge
  readonly result: BehaviourComparison
  readonly alias: (pool: string) => string
  /** Names of pools that differ in anything, before side. */
  readonly changedPools: ReadonlySet<string>
}

/** The comparison as the product makes it, with a deadline that a small pair never meets. */
export function compareTexts(one: Texts, other: Texts, environment: Readonly<Record<string, string>> = {}, deadlineMs = 20_000): ComparedPair {
  const [before, after] = [modelOfTexts(one, environment), modelOfTexts(other, environment)]
  const changes = diffTopology(before, after).pools
  const both = changes.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : []))
  const poolNames = new Map(changes.flatMap((change): (readonly [string, string])[] => (change.kind === 'renamed' ? [[(change.after as Pool).name, (change.before as Pool).name]] : [])))
  const judge = judgeOf(before, after)
  const started = performance.now()
  const result = compareBehaviour(before, after, {
    judge, changedPools: both, poolNames, budget: { maxBranches: 20_000, spent: () => performance.now() - started > deadlineMs }, milliseconds: () => performance.now(),
  })
  return { before, after, judge, result, alias: (pool) => poolNames.get(pool) ?? pool, changedPools: new Set(both.map((pool) => pool.before.name)) }
}
