import { compareBehaviour, type BehaviourComparison } from '#shared/analyses/behaviour-diff/index.ts'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import { compileConfig } from '#test/oracle/haproxy/harness.ts'

/** Pools that every small config ends with. */
const pools = ['site', 'api', 'img'].map((name, index) => `backend ${name}\n  mode http\n  server ${name}-1 10.0.${index}.1:80\n`).join('')

/** A config of one HTTP frontend with these rules, then the pools, unless the text names its own frontends. */
export function small(rules: string): string {
  return rules.includes('frontend ') ? rules : `frontend web\n  mode http\n  bind :80\n${rules.split('\n').map((line) => `  ${line}`).join('\n')}\n${rules.includes('default_backend') ? '' : '  default_backend site\n'}${pools}`
}

export interface Compared extends BehaviourComparison {
  readonly summaries: readonly string[]
  readonly reasons: readonly string[]
}

/** Compares two small configs; side files by path. */
export function compared(before: string, after: string, files: readonly [ReadonlyMap<string, string>, ReadonlyMap<string, string>] = [new Map(), new Map()]): Compared {
  const [one, other] = [compileConfig(small(before), files[0]).model, compileConfig(small(after), files[1]).model]
  const result = compareBehaviour(one, other, {
    judge: { before: (request) => routeRequest(one, request), after: (request) => routeRequest(other, request) },
    changedPools: diffTopology(one, other).pools.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : [])),
    poolNames: new Map(), budget: { maxBranches: 20_000, spent: () => false }, milliseconds: () => 0,
  })
  return { ...result, summaries: result.diff.differs.map((one) => `${one.severity} ${one.kind}: ${one.summary}`), reasons: result.diff.unknown.map((region) => region.because) }
}
