import type { Check } from '#shared/dialects/dialect.ts'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { HaproxyTree } from '../tree.ts'
import { sectionName, statements, wordAt } from './lines.ts'

const httpRequest: ReadonlySet<string> = new Set(['http-request'])

/** Normalizers with an argument that may be left out, and that argument. */
const argumentOf: ReadonlyMap<string, string> = new Map([['path-strip-dotdot', 'full'], ['percent-decode-unreserved', 'strict'], ['percent-to-uppercase', 'strict']])

export const normalizerArgument: Check<HaproxyTree> = {
  code: 'haproxy/normalizer-replaced',
  severity: 'error',
  title: 'A conditional normalize-uri without its argument',
  why: 'HAProxy takes the condition for the place of the argument and merges slashes instead, so paths that the rules below do not expect get through.',
  bad: `global
    expose-experimental-directives
frontend web
    mode http
    bind :8080
    http-request normalize-uri path-strip-dotdot if { path_beg /files/ }
    http-request deny if { path_beg /admin/ }
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  good: `global
    expose-experimental-directives
frontend web
    mode http
    bind :8080
    http-request normalize-uri path-strip-dotdot full if { path_beg /files/ }
    http-request deny if { path_beg /admin/ }
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  source: 'HAProxy configuration manual, "http-request normalize-uri"; measured on 2.6.12',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const statement of statements(context, httpRequest)) {
      const [, action, normalizer = '', condition] = statement.words
      const argument = argumentOf.get(normalizer)
      if (action !== 'normalize-uri' || argument === undefined || (condition !== 'if' && condition !== 'unless')) continue
      found.push(diagnostic({
        code: normalizerArgument.code, severity: normalizerArgument.severity, source: normalizerArgument.source, at: wordAt(statement, 2),
        names: [sectionName(statement.section), ...statement.words.slice(2)],
        message: `This rule merges slashes and does nothing else, because '${normalizer}' stands in front of '${condition}' without its argument. Write '${normalizer} ${argument}', or leave the condition out.`,
      }))
    }
    return found
  },
}
