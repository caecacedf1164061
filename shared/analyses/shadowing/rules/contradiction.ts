import { diagnostic, type RelatedPlace } from '#shared/diagnostics/diagnostic.ts'
import type { ShadowingCheck } from '../check.ts'
import { ruleWords } from '../words.ts'
import { severityOf } from './dead-rule.ts'

export const contradiction: ShadowingCheck = {
  code: 'routing/rule-contradicts-itself',
  severity: 'error',
  title: 'A rule whose condition no request can satisfy',
  why: 'Its pool gets nothing: conditions that stand side by side must all hold at once.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    acl host_shop hdr(host) -i shop.example
    acl host_api hdr(host) -i api.example
    use_backend app if host_shop host_api
    default_backend web
backend app
    mode http
    server s1 192.0.2.1:80
backend web
    mode http
    server s1 192.0.2.2:80
`,
  good: `frontend web
    mode http
    bind :8080
    acl host_shop hdr(host) -i shop.example
    acl host_api hdr(host) -i api.example
    use_backend app if host_shop or host_api
    default_backend web
backend app
    mode http
    server s1 192.0.2.1:80
backend web
    mode http
    server s1 192.0.2.2:80
`,
  source: 'HAProxy configuration manual, section 7.2 "Using ACLs to form conditions"; H-ACL-1',
  postmortem: 'routing-rules',
  sharesCode: false,
  findings: (answer) => answer.dead.flatMap((rule) => {
    if (rule.because !== 'contradiction' || rule.at === null) return []
    const [first, ...others] = rule.parts.map((part) => `"${part.words}"`)
    const because = others.length === 0 ? `no request that arrives here satisfies ${first ?? 'its condition'}` : `no request satisfies ${[first, ...others].join(' and ')} at once`
    return [diagnostic({
      code: contradiction.code, severity: severityOf(rule), source: contradiction.source, at: rule.at, names: [rule.owner.replace(/^\S+ /, ''), rule.does, rule.when],
      message: `This rule of ${rule.owner} (${ruleWords(rule)}) can never match: ${because}.${others.length === 0 ? '' : ' Conditions in a row must all hold; write "or" between alternatives.'}`,
      related: rule.parts.flatMap((part): RelatedPlace[] => (part.at === null || part.at.start === rule.at?.start ? [] : [{ at: part.at, message: `Here: ${part.words}.` }])),
    })]
  }),
}
