import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { NeutralCheck } from '../check.ts'
import { leads } from '../walk.ts'

export const disabledPool: NeutralCheck = {
  code: 'routing/rule-to-disabled-pool',
  severity: 'error',
  title: 'A rule that leads to a disabled pool',
  why: 'A maintenance flag on the pool makes its requests fail; from HAProxy 3.4 on they go to another pool instead.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    use_backend old if { path_beg /old/ }
    default_backend api
backend old
    mode http
    disabled
    server s1 192.0.2.1:80
backend api
    mode http
    server s1 192.0.2.2:80
`,
  good: `frontend web
    mode http
    bind :8080
    use_backend old if { path_beg /old/ }
    default_backend api
backend old
    mode http
    server s1 192.0.2.1:80
backend api
    mode http
    server s1 192.0.2.2:80
`,
  source: 'H-ORD-19',
  postmortem: 'stale-servers',
  run(model) {
    const found: Diagnostic[] = []
    for (const { placed, targets, entry } of leads(model)) {
      const at = placed.step.origin[0]
      for (const { pool } of targets.pools) {
        if (pool.enabled || at === undefined) continue
        found.push(diagnostic({
          code: disabledPool.code, severity: disabledPool.severity, source: disabledPool.source, at, names: [entry.listener.group, pool.name],
          message: `This rule sends requests to pool ${pool.name}, which is disabled: they get 503 (from HAProxy 3.4 on the rule is passed over). Enable the pool, or remove the rule.`,
          related: pool.origin[0] === undefined ? [] : [{ at: pool.origin[0], message: `Pool ${pool.name} is disabled.` }],
        }))
      }
    }
    return found
  },
}
