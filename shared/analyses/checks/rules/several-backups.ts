import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { NeutralCheck } from '../check.ts'

export const severalBackups: NeutralCheck = {
  code: 'routing/only-first-backup-used',
  severity: 'warning',
  title: 'Several backups of which only the first is used',
  why: 'On failover one backup takes everything; the capacity of the others is never used together with it.',
  example: 'haproxy',
  bad: `backend api
    mode http
    server s1 192.0.2.1:80 check
    server b1 192.0.2.2:80 check backup
    server b2 192.0.2.3:80 check backup
`,
  good: `backend api
    mode http
    option allbackups
    server s1 192.0.2.1:80 check
    server b1 192.0.2.2:80 check backup
    server b2 192.0.2.3:80 check backup
`,
  source: 'HAProxy configuration manual, "option allbackups"; H-BAL-2',
  postmortem: 'one-hot-server',
  run(model) {
    const found: Diagnostic[] = []
    for (const pool of model.pools) {
      const backups = pool.members.filter((member) => member.options.level > 0 && member.options.state === 'enabled')
      const second = backups[1]
      if (pool.allBackups || backups.length < 2 || second?.origin[0] === undefined) continue
      // Different levels are an order on purpose.
      if (new Set(backups.map((member) => member.options.level)).size > 1) continue
      found.push(diagnostic({
        code: severalBackups.code, severity: severalBackups.severity, source: severalBackups.source, at: second.origin[0], names: [pool.name, ...backups.map((member) => member.name)],
        message: `When the servers of pool ${pool.name} fail, only backup ${backups[0]?.name ?? ''} is used and takes 100%; ${backups.slice(1).map((member) => member.name).join(', ')} ${backups.length === 2 ? 'stays' : 'stay'} idle as long as it is up. Set option allbackups, or size the first backup for all of the load.`,
      }))
    }
    return found
  },
}
