import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { NeutralCheck } from '../check.ts'

export const noRedispatch: NeutralCheck = {
  code: 'routing/retries-on-the-same-server',
  severity: 'info',
  title: 'Failed connections are retried on the same server only',
  why: 'While a server dies, its requests get 503 although others are idle.',
  example: 'haproxy',
  bad: `backend api
    mode http
    retries 3
    server s1 192.0.2.1:80 check
    server s2 192.0.2.2:80 check
`,
  good: `backend api
    mode http
    retries 3
    option redispatch
    server s1 192.0.2.1:80 check
    server s2 192.0.2.2:80 check
`,
  source: 'HAProxy configuration manual, "option redispatch"; H-RT-1',
  postmortem: 'stale-servers',
  run(model) {
    const found: Diagnostic[] = []
    const concerned = model.pools.filter((pool) => !pool.retries.redispatch && pool.retries.count > 0 && pool.origin[0] !== undefined && pool.members.filter((member) => member.options.state === 'enabled').length > 1)
    const first = concerned[0]?.origin[0]
    // Many at once come from a missing line in the defaults: one cause, one finding.
    if (concerned.length > 5 && first !== undefined) {
      return [diagnostic({
        code: noRedispatch.code, severity: noRedispatch.severity, source: noRedispatch.source, at: first, names: ['many pools'],
        message: `While a server dies, requests to its pool get 503 although other servers are free: retries go to the same server in ${concerned.length} pools, ${concerned.slice(0, 3).map((pool) => pool.name).join(', ')} and ${concerned.length - 3} more. Add option redispatch to their defaults.`,
        related: concerned.slice(1, 20).flatMap((pool) => (pool.origin[0] === undefined ? [] : [{ at: pool.origin[0], message: `Pool ${pool.name} too.` }])),
      })]
    }
    for (const pool of concerned) {
      const usable = pool.members.filter((member) => member.options.state === 'enabled')
      if (pool.origin[0] === undefined) continue
      const sticky = pool.persistence.some((one) => one.kind === 'cookie' || one.kind === 'stick' || one.kind === 'rdp-cookie')
      found.push(diagnostic({
        code: noRedispatch.code, severity: sticky ? 'warning' : noRedispatch.severity, source: noRedispatch.source, at: pool.origin[0], names: [pool.name],
        message: `While a server of pool ${pool.name} dies, its requests${sticky ? ' and those of its sticky users' : ''} get 503 although ${usable.length - 1} other ${usable.length === 2 ? 'server is' : 'servers are'} free: retries go to the same server. Add option redispatch.`,
      }))
    }
    return found
  },
}
