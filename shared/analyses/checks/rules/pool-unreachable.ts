import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { NeutralCheck } from '../check.ts'
import { leads } from '../walk.ts'

export const poolUnreachable: NeutralCheck = {
  code: 'routing/pool-unreachable',
  severity: 'warning',
  title: 'A pool that no rule leads to',
  why: 'Its servers stay idle. Usually a rule was lost in an edit, or an earlier rule took over.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
backend auth
    mode http
    server s1 192.0.2.2:80
`,
  good: `frontend web
    mode http
    bind :8080
    use_backend auth if { path_beg /auth/ }
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
backend auth
    mode http
    server s1 192.0.2.2:80
`,
  source: 'HAProxy configuration manual, "use_backend"',
  postmortem: 'coffee-break',
  run(model) {
    const reached = new Set<string>()
    for (const { targets } of leads(model)) {
      // A name taken from the request can lead anywhere.
      if (targets.open) return []
      for (const target of targets.pools) reached.add(target.pool.id)
    }
    const found: Diagnostic[] = []
    for (const pool of model.pools) {
      // Without servers it holds a table or a page, and nobody expects requests there.
      if (reached.has(pool.id) || pool.members.length === 0 || pool.origin[0] === undefined) continue
      found.push(diagnostic({
        code: poolUnreachable.code, severity: poolUnreachable.severity, source: poolUnreachable.source, at: pool.origin[0], names: [pool.name],
        message: `No rule, default or map entry sends requests to pool ${pool.name}: its ${pool.members.length === 1 ? 'server stays' : `${pool.members.length} servers stay`} idle. Restore the rule that led here, or delete the pool.`,
      }))
    }
    return found
  },
}
