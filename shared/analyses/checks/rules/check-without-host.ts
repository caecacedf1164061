import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { NeutralCheck } from '../check.ts'

export const checkWithoutHost: NeutralCheck = {
  code: 'routing/http11-check-without-host',
  severity: 'warning',
  title: 'An HTTP/1.1 health check without Host',
  why: 'Servers that follow the standard answer 400, and a healthy pool goes down as a whole.',
  example: 'haproxy',
  bad: `backend api
    mode http
    option httpchk GET /health HTTP/1.1
    server s1 192.0.2.1:80 check
`,
  good: `backend api
    mode http
    option httpchk
    http-check send meth GET uri /health ver HTTP/1.1 hdr Host api.example
    server s1 192.0.2.1:80 check
`,
  source: 'RFC 9112 section 3.2; H-HC-REQ; haproxy issues 1344, 2952',
  postmortem: 'stale-servers',
  run(model) {
    const found: Diagnostic[] = []
    for (const pool of model.pools) {
      const { check } = pool
      if (check === null || check.kind !== 'http' || check.host !== null || check.httpVersion === null || !/(^|\/)1\.1$/.test(check.httpVersion)) continue
      const at = check.origin[0] ?? pool.origin[0]
      if (at === undefined || !pool.members.some((member) => member.options.check !== null)) continue
      found.push(diagnostic({
        code: checkWithoutHost.code, severity: checkWithoutHost.severity, source: checkWithoutHost.source, at, names: [pool.name],
        message: `The health check of pool ${pool.name} speaks HTTP/1.1 without a Host header: servers that require one answer 400, and all of pool ${pool.name} goes down. Send a Host with the check.`,
      }))
    }
    return found
  },
}
