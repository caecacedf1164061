import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { expectedShares } from '#shared/model/expected-shares.ts'
import type { NeutralCheck } from '../check.ts'

export const serverWithoutCheck: NeutralCheck = {
  code: 'routing/server-without-check',
  severity: 'warning',
  title: 'A server that is never checked beside others that could take over',
  why: 'When it dies it keeps its share of the requests, and only a person notices.',
  example: 'haproxy',
  bad: `backend api
    mode http
    server s1 192.0.2.1:80 check
    server s2 192.0.2.2:80
`,
  good: `backend api
    mode http
    server s1 192.0.2.1:80 check
    server s2 192.0.2.2:80 check
`,
  source: 'HAProxy configuration manual, server option "check"; H-CK-1',
  postmortem: 'stale-servers',
  run(model) {
    const found: Diagnostic[] = []
    for (const pool of model.pools) {
      const usable = pool.members.filter((member) => member.options.state === 'enabled')
      if (usable.length < 2) continue
      const unchecked = usable.filter((member) => member.options.check === null && member.options.observed !== true && (member.options.weight > 0 || member.options.level > 0))
      const first = unchecked[0]
      if (first?.origin[0] === undefined) continue
      const shares = new Map(expectedShares(pool).shares.map((one) => [one.name, one.share]))
      const lost = unchecked.length === 1 ? Math.round((shares.get(first.name) ?? 0) * 100) : null
      found.push(diagnostic({
        code: serverWithoutCheck.code, severity: serverWithoutCheck.severity, source: serverWithoutCheck.source, at: first.origin[0], names: [pool.name, ...unchecked.map((member) => member.name)],
        message: unchecked.length === 1
          ? `If server ${first.name} of pool ${pool.name} dies, it keeps receiving its ${lost ?? 0}% share: nothing checks it. Add a health check.`
          : `${unchecked.length === usable.length ? 'No server' : `${unchecked.length} of ${usable.length} servers`} of pool ${pool.name} ${unchecked.length === usable.length ? 'is checked' : 'are not checked'}: a dead one keeps its share of the requests. Add a health check to each.`,
        related: unchecked.slice(1, 10).flatMap((member) => (member.origin[0] === undefined ? [] : [{ at: member.origin[0], message: `Server ${member.name} is not checked either.` }])),
      }))
    }
    return found
  },
}
