import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { expectedShares } from '#shared/model/expected-shares.ts'
import type { Member } from '#shared/model/pool.ts'
import type { NeutralCheck } from '../check.ts'

export const duplicateAddress: NeutralCheck = {
  code: 'routing/duplicate-server-address',
  severity: 'warning',
  title: 'One address twice in a pool under two names',
  why: 'A line copied and not edited doubles the load of one machine, and the other machine gets none.',
  example: 'haproxy',
  bad: `backend api
    mode http
    server s1 192.0.2.1:80 check
    server s2 192.0.2.2:80 check
    server s3 192.0.2.2:80 check
`,
  good: `backend api
    mode http
    server s1 192.0.2.1:80 check
    server s2 192.0.2.2:80 check
    server s3 192.0.2.3:80 check
`,
  source: 'H-BAL-10',
  postmortem: 'one-hot-server',
  run(model) {
    const found: Diagnostic[] = []
    for (const pool of model.pools) {
      const first = new Map<string, Member>()
      for (const member of pool.members) {
        const { options } = member
        if (options.state !== 'enabled' || options.weight === 0) continue
        // Slots of a template wait for an address; all-zero stands for the address the client asked for.
        if (member.host === '' || member.host === '0.0.0.0' || member.host === '*' || member.host === '::') continue
        const key = `${member.address} ${options.level}`
        const twin = first.get(key)
        if (twin === undefined) {
          first.set(key, member)
          continue
        }
        const at = member.origin[0]
        const twinAt = twin.origin[0]
        // Servers made by one template line share an address on purpose: it resolves to many.
        if (at === undefined || twinAt === undefined || (at.file === twinAt.file && at.start === twinAt.start)) continue
        const shares = expectedShares(pool).shares.filter((one) => one.name === member.name || one.name === twin.name).reduce((sum, one) => sum + one.share, 0)
        found.push(diagnostic({
          code: duplicateAddress.code, severity: duplicateAddress.severity, source: duplicateAddress.source, at, names: [pool.name, twin.name, member.name],
          message: `Servers ${twin.name} and ${member.name} of pool ${pool.name} are the same machine, ${member.address}: it gets two shares${shares > 0 ? ` (${Math.round(shares * 100)}% of the pool)` : ''}. Correct one address, or remove the line.`,
          related: [{ at: twinAt, message: `${twin.name} has this address too.` }],
        }))
      }
    }
    return found
  },
}
