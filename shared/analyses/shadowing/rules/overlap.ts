import { diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { ShadowingCheck } from '../check.ts'
import { exampleWords, ruleWords } from '../words.ts'

export const overlap: ShadowingCheck = {
  code: 'routing/rule-partly-hidden',
  severity: 'info',
  title: 'A narrower rule that loses some requests to an earlier one',
  why: 'Both rules are right for themselves, and the order decides for the requests that satisfy both.',
  example: 'haproxy',
  bad: `frontend web
    mode http
    bind :8080
    use_backend beta if { path_beg /api/ } { req.hdr(x-beta) 1 }
    use_backend auth if { path_beg /api/auth/ }
    default_backend web
backend beta
    mode http
    server s1 192.0.2.1:80
backend auth
    mode http
    server s1 192.0.2.2:80
backend web
    mode http
    server s1 192.0.2.3:80
`,
  good: `frontend web
    mode http
    bind :8080
    use_backend auth if { path_beg /api/auth/ }
    use_backend beta if { path_beg /api/ } { req.hdr(x-beta) 1 }
    default_backend web
backend beta
    mode http
    server s1 192.0.2.1:80
backend auth
    mode http
    server s1 192.0.2.2:80
backend web
    mode http
    server s1 192.0.2.3:80
`,
  source: 'HAProxy configuration manual, "use_backend"; H-ORD-3',
  postmortem: null,
  sharesCode: false,
  findings: (answer) => answer.overlaps.flatMap((one) => {
    const { early, at, more } = one
    if (at === null || early.at === null || early.example === null) return []
    const others = answer.moreOverlaps.find((rest) => rest.owner === one.owner)
    const last = others !== undefined && answer.overlaps.filter((other) => other.owner === one.owner).at(-1) === one
    return [diagnostic({
      code: overlap.code, severity: overlap.severity, source: overlap.source, at, names: [one.owner.replace(/^\S+ /, ''), one.does, one.when, ruleWords(early)],
      message: `This rule of ${one.owner} (${ruleWords(one)}) is narrower in ${one.field} than an earlier one (${ruleWords(early)}) and loses some of its requests to it: ${exampleWords(early.example)}. Move it up if they are meant for it.${more === 0 ? '' : ` The same earlier rule takes requests of ${more} more ${more === 1 ? 'rule' : 'rules'}.`}${last ? ` At least ${others.count} more like this in ${one.owner} ${others.count === 1 ? 'is' : 'are'} not listed.` : ''}`,
      related: [{ at: early.at, message: `This rule takes ${exampleWords(early.example)}.` }],
    })]
  }),
}
