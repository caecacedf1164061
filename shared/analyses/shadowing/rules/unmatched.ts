import { diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { ShadowingCheck } from '../check.ts'
import { exampleWords } from '../words.ts'

export const unmatched: ShadowingCheck = {
  code: 'routing/unmatched-requests',
  severity: 'warning',
  title: 'A request that passes every rule without a match',
  why: 'Rules that seem to cover everything leave a gap, and whoever falls into it gets an error.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    use_backend read if { method GET HEAD }
    use_backend write if { method POST PUT DELETE }
backend read
    mode http
    server s1 192.0.2.1:80
backend write
    mode http
    server s1 192.0.2.2:80
`,
  good: `frontend web
    mode http
    bind :8080
    use_backend read if { method GET HEAD }
    use_backend write unless { method GET HEAD }
backend read
    mode http
    server s1 192.0.2.1:80
backend write
    mode http
    server s1 192.0.2.2:80
`,
  source: 'HAProxy configuration manual, "default_backend"; H-ORD-5',
  postmortem: 'routing-rules',
  sharesCode: true,
  findings: (answer) => answer.unmatched.flatMap(({ at, owner, example }) => (at === null ? [] : [diagnostic({
    code: unmatched.code, severity: unmatched.severity, source: unmatched.source, at, names: [owner.replace(/^\S+ /, '')],
    message: `Some requests to ${owner} match none of its rules: ${exampleWords(example)}. There is no default. Add one, or answer them on purpose.`,
  })])),
}
