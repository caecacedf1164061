import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { usableMembers } from '#shared/model/expected-shares.ts'
import type { NeutralCheck } from '../check.ts'
import { leads } from '../walk.ts'

export const noUsableServer: NeutralCheck = {
  code: 'routing/pool-without-usable-server',
  severity: 'error',
  title: 'A pool that rules lead to and that has no usable server',
  why: 'Every request that a rule sends there fails.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    default_backend auth
backend auth
    mode http
    server s1 192.0.2.1:80 weight 0
    server s2 192.0.2.2:80 disabled
`,
  good: `frontend web
    mode http
    bind :8080
    default_backend auth
backend auth
    mode http
    server s1 192.0.2.1:80 weight 10
    server s2 192.0.2.2:80 disabled
`,
  source: 'H-BAL-1b, H-MODE-3',
  postmortem: 'stale-servers',
  run(model) {
    const found: Diagnostic[] = []
    const told = new Set<string>()
    for (const { targets } of leads(model)) {
      for (const { pool } of targets.pools) {
        // A disabled pool is told by the rule that leads to it.
        if (told.has(pool.id) || !pool.enabled || usableMembers(pool).members.length > 0) continue
        // Rules of the pool may answer every request themselves.
        if (pool.entry !== null || pool.selectors.length > 0) continue
        told.add(pool.id)
        const at = pool.origin[0]
        if (at === undefined) continue
        const zero = pool.members.filter((member) => member.options.state === 'enabled' && member.options.weight === 0).length
        const off = pool.members.length - zero
        const because = pool.members.length === 0 ? 'it has no servers' : [zero > 0 ? `${zero} with weight 0` : '', off > 0 ? `${off} disabled` : ''].filter((part) => part !== '').join(', ')
        found.push(diagnostic({
          code: noUsableServer.code, severity: noUsableServer.severity, source: noUsableServer.source, at, names: [pool.name],
          message: `Requests to pool ${pool.name} reach no server and get ${model.requests === 'normalised' ? 502 : 503}: ${because}. Enable a server or raise a weight.`,
        }))
      }
    }
    return found
  },
}
