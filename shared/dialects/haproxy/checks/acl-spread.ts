import type { Check } from '#shared/dialects/dialect.ts'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { HaproxyTree } from '../tree.ts'
import { aclLine, sectionName, sectionsWithAcls, usedConditions, type Statement } from './lines.ts'

export const aclSpread: Check<HaproxyTree> = {
  code: 'haproxy/acl-name-reused',
  severity: 'warning',
  title: 'An ACL name used again further down',
  why: 'All lines of one name are alternatives wherever they stand, so the later line also widens the rules above it.',
  bad: `frontend web
    mode http
    bind :8080
    acl is_api path_beg /api/
    use_backend api if is_api
    acl is_api path_beg /v2/
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
    acl is_api path_beg /api/
    acl is_api path_beg /v2/
    use_backend api if is_api
    default_backend web
backend api
    mode http
    server s1 192.0.2.1:80
backend web
    mode http
    server s1 192.0.2.2:80
`,
  source: 'HAProxy configuration manual, "acl"; H-ACL-1',
  postmortem: 'routing-rules',
  run(context) {
    const found: Diagnostic[] = []
    for (const section of sectionsWithAcls(context)) {
      const declared = new Map<string, Statement>()
      const firstUse = new Map<string, Statement>()
      for (const statement of section) {
        const acl = aclLine(statement)
        if (acl === null) {
          for (const { name } of usedConditions(statement)) if (!firstUse.has(name)) firstUse.set(name, statement)
          continue
        }
        const former = declared.get(acl.name)
        const use = firstUse.get(acl.name)
        if (former === undefined) declared.set(acl.name, statement)
        else if (use !== undefined) {
          found.push(diagnostic({
            code: aclSpread.code, severity: aclSpread.severity, source: aclSpread.source, at: statement.at, names: [sectionName(statement.section), acl.name, ...statement.words.slice(2)],
            message: `This line also changes the rule above that uses ${acl.name} (${use.words.join(' ')}): lines of one name are alternatives, wherever they stand. Use another name if that is not meant.`,
            related: [{ at: use.at, message: `Uses ${acl.name}.` }, { at: former.at, message: `First line of ${acl.name}.` }],
          }))
        }
      }
    }
    return found
  },
}
