import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { NeutralCheck } from '../check.ts'
import { allTests } from '../walk.ts'

export const wideHost: NeutralCheck = {
  code: 'routing/host-test-too-wide',
  severity: 'warning',
  title: 'A host test that also accepts foreign names',
  why: 'Look-alike and foreign names reach a pool that was meant for one domain.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    use_backend api if { hdr_dom(host) -i api.example }
    default_backend web
backend api
    mode http
    server s1 192.0.2.1:80
backend web
    mode http
    server s1 192.0.2.2:80
`,
  good: `frontend web
    mode http
    bind :8080
    use_backend api if { hdr(host) -i api.example } or { hdr_end(host) -i .api.example }
    default_backend web
backend api
    mode http
    server s1 192.0.2.1:80
backend web
    mode http
    server s1 192.0.2.2:80
`,
  source: 'H-ACL-7',
  postmortem: null,
  run(model) {
    const found: Diagnostic[] = []
    for (const { view, matcher, origin } of allTests(model)) {
      if (view.field.kind !== 'header' || view.field.name !== 'host' || !('values' in matcher)) continue
      for (const value of matcher.values) {
        if (!value.includes('.')) continue
        const example = matcher.kind === 'domain-part' || matcher.kind === 'prefix' ? `${value.replace(/\.$/, '')}.other.example`
          : matcher.kind === 'substring' ? `x${value}.other.example`
            : matcher.kind === 'suffix' && !value.startsWith('.') ? `x${value}` : null
        if (example === null) continue
        found.push(diagnostic({
          code: wideHost.code, severity: wideHost.severity, source: wideHost.source, at: origin, names: [matcher.kind, value],
          message: `The test for ${value} also accepts ${example}. Compare the whole name, or the end with a dot in front.`,
        }))
      }
    }
    return found
  },
}
