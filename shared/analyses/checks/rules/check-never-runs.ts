import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { NeutralCheck } from '../check.ts'

export const checkNeverRuns: NeutralCheck = {
  code: 'routing/check-never-runs',
  severity: 'warning',
  title: 'A health check that is described but runs on no server',
  why: 'The file promises a check, the balancer runs none: dead servers keep their share.',
  example: 'haproxy',
  bad: `backend api
    mode http
    option httpchk GET /health
    server s1 192.0.2.1:80
`,
  good: `backend api
    mode http
    option httpchk GET /health
    server s1 192.0.2.1:80 check
`,
  source: 'HAProxy configuration manual, "option httpchk"; H-CK-1, H-CK-3d',
  postmortem: 'stale-servers',
  run(model) {
    const found: Diagnostic[] = []
    for (const pool of model.pools) {
      const { check } = pool
      if (check === null || pool.members.length === 0 || pool.members.some((member) => member.options.check !== null)) continue
      const at = check.origin[0] ?? pool.origin[0]
      if (at === undefined) continue
      found.push(diagnostic({
        code: checkNeverRuns.code, severity: checkNeverRuns.severity, source: checkNeverRuns.source, at, names: [pool.name],
        message: `Pool ${pool.name} describes a health check${check.uri === null ? '' : ` (${check.method ?? 'OPTIONS'} ${check.uri})`}, but none of its servers is checked, so it never runs. Add check to the servers.`,
        related: pool.members.slice(0, 10).flatMap((member) => (member.origin[0] === undefined ? [] : [{ at: member.origin[0], message: `Server ${member.name} has no check.` }])),
      }))
    }
    return found
  },
}
