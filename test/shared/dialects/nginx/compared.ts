import { compareBehaviour, type BehaviourComparison } from '#shared/analyses/behaviour-diff/index.ts'
import { routeRequest } from '#shared/analyses/route/index.ts'
import { diffTopology } from '#shared/analyses/topology-diff/index.ts'
import type { RoutingModel } from '#shared/model/routing-model.ts'
import { compileConfig } from '#test/oracle/nginx/harness.ts'

/** What stands in `http` in front of the servers, then a server on port 80, unless the text has its own. */
export function small(text: string): string {
  const groups = ['site', 'api', 'img'].map((name, index) => `upstream ${name} { server 10.0.${index}.1:80; server 10.0.${index}.2:80; }`).join('\n')
  return `events {}\nhttp {\n${text.includes('upstream ') ? '' : groups}\n${text.includes('server {') ? text : `server { listen 80; server_name a.test;\n${text}\n}`}\n}\n`
}

export interface Compared extends BehaviourComparison {
  readonly before: RoutingModel
  readonly after: RoutingModel
  readonly summaries: readonly string[]
  readonly reasons: readonly string[]
}

/** Compares two small configs as the product does, with a deadline that a small pair never meets. */
export function compared(before: string, after: string): Compared {
  const [one, other] = [compileConfig(small(before)).model, compileConfig(small(after)).model]
  const started = performance.now()
  const result = compareBehaviour(one, other, {
    judge: { before: (request) => routeRequest(one, request), after: (request) => routeRequest(other, request) },
    changedPools: diffTopology(one, other).pools.flatMap((change) => (change.before !== null && change.after !== null ? [{ before: change.before, after: change.after }] : [])),
    poolNames: new Map(), budget: { maxBranches: 20_000, spent: () => performance.now() - started > 20_000 }, milliseconds: () => performance.now(),
  })
  return { ...result, before: one, after: other, summaries: result.diff.differs.map((one_) => `${one_.kind}: ${one_.summary}`), reasons: result.diff.unknown.map((region) => region.because) }
}
