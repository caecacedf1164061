import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { describeView } from '#shared/model/describe.ts'
import type { Test } from '#shared/model/predicate.ts'
import type { NeutralCheck } from '../check.ts'
import { allTests } from '../walk.ts'

/** Why no request can have this value; null: it can, or that is not certain. */
function impossible(test: Test, value: string): string | null {
  const { view, matcher } = test
  if (matcher.kind === 'never') return null
  const { field } = view
  const plain = view.transforms.every((transform) => transform.kind === 'lower' || (transform.kind === 'field' && transform.delimiters === ':' && transform.index === 1) || transform.kind === 'host-only')
  if (!plain) return null
  const ignoreCase = 'ignoreCase' in matcher && matcher.ignoreCase
  if (view.transforms.some((transform) => transform.kind === 'lower') && !ignoreCase && value !== value.toLowerCase()) return 'the value is lowered before it is compared, and this pattern has capitals'
  const isHost = field.kind === 'header' && field.name === 'host'
  if (isHost && matcher.kind === 'exact') {
    if (value.includes('*')) return 'an exact test compares * as a character; use -m end for names below a domain'
    if (value.includes('://')) return 'a host name has no scheme in front'
    if (value.includes('/')) return 'a host name has no path'
    if (value.includes(',')) return 'a comma does not separate patterns here; write them apart'
    if (/\s/.test(value)) return 'a quoted list is one pattern; write the names apart'
    if (value.startsWith('!')) return '! inside a pattern is a character, not a negation'
  }
  if (field.kind === 'path') {
    if ((matcher.kind === 'exact' || matcher.kind === 'prefix') && value !== '' && !value.startsWith('/')) return value.startsWith('!') ? '! inside a pattern is a character, not a negation' : 'a path starts with /'
    if (matcher.kind !== 'path-part' && value.includes('?')) return 'the path ends before ?'
    if ((matcher.kind === 'exact' || matcher.kind === 'prefix') && / /.test(value)) return 'a path has no blanks; a quoted list is one pattern'
  }
  return null
}

export const impossibleTest: NeutralCheck = {
  code: 'routing/test-never-true',
  severity: 'error',
  title: 'A test that no request can satisfy',
  why: 'Traffic meant for the rule falls through to the next one or to the default.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    acl host_api hdr(host) -i *.api.example
    use_backend api if host_api
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
    acl host_api hdr(host) -i -m end .api.example
    use_backend api if host_api
    default_backend web
backend api
    mode http
    server s1 192.0.2.1:80
backend web
    mode http
    server s1 192.0.2.2:80
`,
  source: 'H-ACL-8, H-ACL-14, H-DUP-3',
  postmortem: 'routing-rules',
  run(model) {
    const found: Diagnostic[] = []
    for (const test of allTests(model)) {
      const { matcher } = test
      if (!('values' in matcher)) continue
      const reasons = matcher.values.map((value) => impossible(test, value))
      matcher.values.forEach((value, index) => {
        const because = reasons[index] ?? null
        if (because === null) return
        const whole = reasons.every((reason) => reason !== null)
        found.push(diagnostic({
          code: impossibleTest.code, severity: whole ? impossibleTest.severity : 'warning', source: impossibleTest.source, at: test.origin, names: [describeView(test.view), value],
          message: `No request can satisfy the test of ${describeView(test.view)} against '${value}': ${because}.`,
        }))
      })
    }
    return found
  },
}
