import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { describeAction, describePredicate } from '#shared/model/describe.ts'
import type { NeutralCheck } from '../check.ts'
import { entriesOf } from '../walk.ts'

export const deadRule: NeutralCheck = {
  code: 'routing/rule-never-matches',
  severity: 'error',
  title: 'A rule that an earlier rule takes every request from',
  why: 'Its pool gets nothing, and the pool of the earlier rule gets too much.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    acl host_api hdr(host) -i api.example
    acl is_auth path_beg /auth/
    use_backend api if host_api
    use_backend auth if host_api is_auth
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
    acl host_api hdr(host) -i api.example
    acl is_auth path_beg /auth/
    use_backend auth if host_api is_auth
    use_backend api if host_api
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
  run(model) {
    const found: Diagnostic[] = []
    for (const { listener, order, shadowed } of entriesOf(model)) {
      for (const [index, by] of shadowed) {
        const late = order[index]
        const early = order[by]
        const at = late?.step.origin[0]
        const above = early?.step.origin[0]
        if (late === undefined || early === undefined || at === undefined || above === undefined) continue
        // A default behind an unconditional rule is a habit, not a mistake, when both lead to the same place.
        if (JSON.stringify(late.step.does) === JSON.stringify(early.step.does)) continue
        found.push(diagnostic({
          code: deadRule.code, severity: deadRule.severity, source: deadRule.source, at,
          names: [listener.group, describeAction(late.step.does), describePredicate(late.step.when)],
          message: `This rule of ${listener.kind} ${listener.group} (${describeAction(late.step.does)}) can never match: an earlier rule (${describeAction(early.step.does)}${early.step.when.kind === 'true' ? '' : ` if ${describePredicate(early.step.when)}`}) already takes all of its requests. Move the more specific rule up, or delete it.`,
          related: [{ at: above, message: 'This rule matches first.' }],
        }))
      }
    }
    return found
  },
}
