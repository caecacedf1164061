import { diagnostic, type RelatedPlace } from '#shared/diagnostics/diagnostic.ts'
import type { ShadowingCheck } from '../check.ts'
import { exampleWords, ruleWords } from '../words.ts'

export const hiddenPart: ShadowingCheck = {
  code: 'routing/value-never-matches',
  severity: 'warning',
  title: 'A value of a rule that a wider earlier rule takes every request from',
  why: 'The rule works for its other values, so nobody notices that requests with this one go elsewhere.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    acl is_auth path_beg /login/ /api/auth/
    use_backend api if { path_beg /api/ }
    use_backend auth if is_auth
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
backend auth
    mode http
    server s1 192.0.2.2:80
`,
  good: `frontend web
    mode http
    bind :8080
    acl is_auth path_beg /login/ /api/auth/
    use_backend auth if is_auth
    use_backend api if { path_beg /api/ }
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
backend auth
    mode http
    server s1 192.0.2.2:80
`,
  source: 'HAProxy configuration manual, "use_backend"; H-ORD-3',
  postmortem: 'routing-rules',
  sharesCode: false,
  findings: (answer) => answer.hidden.flatMap((one) => {
    const { taker, at } = one
    if (at === null) return []
    const related: RelatedPlace[] = taker.at === null ? [] : [{ at: taker.at, message: `This rule takes them first (${ruleWords(taker)}).` }]
    if (one.partAt !== null && (one.partAt.start < at.start || one.partAt.end > at.end || one.partAt.file !== at.file)) related.push({ at: one.partAt, message: `Here: ${one.part}.` })
    return [diagnostic({
      code: hiddenPart.code, severity: hiddenPart.severity, source: hiddenPart.source, at, names: [one.owner.replace(/^\S+ /, ''), one.does, one.part], related,
      message: `Requests where ${one.part} never get to this rule of ${one.owner} (${one.does}): an earlier, wider rule (${ruleWords(taker)}) takes all of them.${taker.example === null ? '' : ` For example, ${exampleWords(taker.example)}.`} Move this rule up, or drop the value.`,
    })]
  }),
}
