import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { NeutralCheck } from '../check.ts'

export const firstWithoutLimit: NeutralCheck = {
  code: 'routing/first-without-limit',
  severity: 'warning',
  title: 'Filling servers one after the other without a connection limit',
  why: 'The first server is filled up to its limit; without a limit it takes everything.',
  example: 'haproxy',
  bad: `backend api
    mode http
    balance first
    server s1 192.0.2.1:80 check
    server s2 192.0.2.2:80 check
`,
  good: `backend api
    mode http
    balance first
    server s1 192.0.2.1:80 check maxconn 100
    server s2 192.0.2.2:80 check maxconn 100
`,
  source: 'HAProxy configuration manual, "balance first"; H-BAL-6',
  postmortem: 'one-hot-server',
  run(model) {
    const found: Diagnostic[] = []
    for (const pool of model.pools) {
      if (pool.algorithm.name !== 'first') continue
      const primaries = pool.members.filter((member) => member.options.level === 0 && member.options.state === 'enabled')
      const byNumber = [...primaries].sort((a, b) => (a.options.number ?? pool.members.indexOf(a) + 1) - (b.options.number ?? pool.members.indexOf(b) + 1))
      const open = byNumber.slice(0, -1).find((member) => member.options.maxConnections === null)
      if (open?.origin[0] === undefined) continue
      found.push(diagnostic({
        code: firstWithoutLimit.code, severity: firstWithoutLimit.severity, source: firstWithoutLimit.source, at: open.origin[0], names: [pool.name, open.name],
        message: `Server ${open.name} takes everything that reaches it and the servers behind it in pool ${pool.name} get nothing: balance first only moves on at a connection limit, and ${open.name} has none. Set maxconn, or use another algorithm.`,
      }))
    }
    return found
  },
}
