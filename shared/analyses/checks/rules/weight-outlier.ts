import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { expectedShares } from '#shared/model/expected-shares.ts'
import type { NeutralCheck } from '../check.ts'

export const weightOutlier: NeutralCheck = {
  code: 'routing/weight-outlier',
  severity: 'warning',
  title: 'One server is planned to take more than twice its equal share',
  why: 'A weight typed wrong, or lost through the order of default-server lines, loads one server with a multiple of the others.',
  example: 'haproxy',
  bad: `backend api
    mode http
    balance roundrobin
    server s1 192.0.2.1:80 check weight 200
    server s2 192.0.2.2:80 check weight 2
    server s3 192.0.2.3:80 check weight 2
`,
  good: `backend api
    mode http
    balance roundrobin
    server s1 192.0.2.1:80 check weight 100
    server s2 192.0.2.2:80 check weight 100
    server s3 192.0.2.3:80 check weight 50
`,
  source: 'HAProxy configuration manual, server option "weight"; H-BAL-1, H-DEF-9',
  postmortem: 'auth-bottleneck',
  run(model) {
    const found: Diagnostic[] = []
    for (const pool of model.pools) {
      // With `first` one server is meant to take everything; that has a check of its own.
      if (pool.algorithm.name === 'first') continue
      const { shares } = expectedShares(pool)
      const used = shares.filter((one) => one.share > 0)
      if (used.length < 2) continue
      const most = used.reduce((best, one) => (one.share > best.share ? one : best))
      const least = used.reduce((best, one) => (one.share < best.share ? one : best))
      const fair = 1 / used.length
      // Among two servers nothing exceeds twice its half, so there the ratio decides.
      if (most.share <= 2 * fair && !(used.length === 2 && most.share > 4 * least.share)) continue
      const member = pool.members[shares.indexOf(most)]
      if (member?.origin[0] === undefined) continue
      found.push(diagnostic({
        code: weightOutlier.code, severity: weightOutlier.severity, source: weightOutlier.source, at: member.origin[0], names: [pool.name, member.name],
        message: `Server ${member.name} takes ${Math.round(most.share * 100)}% of pool ${pool.name}, where an equal share among ${used.length} servers would be ${Math.round(fair * 100)}%: the weights are ${pool.members.slice(0, 6).map((one) => one.options.weight).join(':')}${pool.members.length > 6 ? ':…' : ''}. Set weights by capacity.`,
      }))
    }
    return found
  },
}
