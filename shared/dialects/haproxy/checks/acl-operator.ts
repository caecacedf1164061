import type { Check } from '#shared/dialects/dialect.ts'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { HaproxyTree } from '../tree.ts'
import { aclLines, sectionName, wordAt } from './lines.ts'

const operators: ReadonlySet<string> = new Set(['or', 'and', '||', '&&', '!', '{', '}', 'OR', 'AND', 'if', 'unless'])

export const aclOperator: Check<HaproxyTree> = {
  code: 'haproxy/acl-logical-word',
  severity: 'error',
  title: 'Logical words inside an acl line',
  why: 'The author reads a condition, HAProxy reads a list of patterns, so the test is wider or narrower than meant.',
  bad: `frontend web
    mode http
    bind :8080
    acl is_api path_beg /api/ or path_beg /v2/
    use_backend api if is_api
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  good: `frontend web
    mode http
    bind :8080
    acl is_api path_beg /api/ /v2/
    use_backend api if is_api
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  source: 'H-DUP-2; haproxy issue 852',
  postmortem: 'routing-rules',
  run(context) {
    const found: Diagnostic[] = []
    for (const acl of aclLines(context)) {
      const { statement } = acl
      // An expression with blanks outside its parentheses is another mistake, told by the compiler.
      const index = statement.words.findIndex((word, at) => at >= acl.firstPattern && operators.has(word))
      if (index === -1) continue
      const word = statement.words[index] as string
      found.push(diagnostic({
        code: aclOperator.code, severity: aclOperator.severity, source: aclOperator.source, at: wordAt(statement, index), names: [sectionName(statement.section), acl.name, word],
        message: `'${word}' is a pattern here, not an operator: acl ${acl.name} compares with each of the ${statement.words.length - acl.firstPattern} words from '${statement.words[acl.firstPattern] ?? ''}' on. Write several acl lines and combine them in the rule.`,
      }))
    }
    return found
  },
}
