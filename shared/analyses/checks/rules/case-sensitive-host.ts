import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { describeView } from '#shared/model/describe.ts'
import type { NeutralCheck } from '../check.ts'
import { allTests } from '../walk.ts'

export const caseSensitiveHost: NeutralCheck = {
  code: 'routing/case-sensitive-host',
  severity: 'info',
  title: 'A host name compared with regard to case',
  why: 'Host names have no case: clients, probes and typed addresses with capitals go elsewhere.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    use_backend api if { hdr(host) api.example }
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
    use_backend api if { hdr(host),lower api.example }
    use_backend api if { hdr(host) -i www.api.example }
    default_backend web
backend api
    mode http
    server s1 192.0.2.1:80
backend web
    mode http
    server s1 192.0.2.2:80
`,
  source: 'RFC 9110 section 4.2.3; H-ACL-6, H-SNI-2',
  postmortem: null,
  run(model) {
    const found: Diagnostic[] = []
    for (const { view, matcher, origin } of allTests(model)) {
      if (!((view.field.kind === 'header' && view.field.name === 'host') || view.field.kind === 'sni')) continue
      if (!('values' in matcher) || matcher.ignoreCase || view.transforms.some((transform) => transform.kind !== 'field' && transform.kind !== 'host-only')) continue
      const value = matcher.values.find((one) => /[a-z]/i.test(one))
      if (value === undefined) continue
      found.push(diagnostic({
        code: caseSensitiveHost.code, severity: caseSensitiveHost.severity, source: caseSensitiveHost.source, at: origin, names: [describeView(view), matcher.kind, ...matcher.values.slice(0, 5)],
        message: `Requests for ${value === value.toUpperCase() ? value.toLowerCase() : value.toUpperCase()} are not matched by this test of ${describeView(view)}: it tells capitals from small letters. Compare without regard to case (-i).`,
      }))
    }
    return found
  },
}
