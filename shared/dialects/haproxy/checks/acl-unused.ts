import type { Check } from '#shared/dialects/dialect.ts'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { HaproxyTree } from '../tree.ts'
import { aclLine, sectionName, sectionsWithAcls, usedConditions, type Statement } from './lines.ts'

export const aclUnused: Check<HaproxyTree> = {
  code: 'haproxy/acl-unused',
  severity: 'info',
  title: 'An ACL that no rule uses',
  why: 'Often the trace of a rule that was lost in an edit.',
  bad: `frontend web
    mode http
    bind :8080
    acl is_auth path_beg /auth/
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  good: `frontend web
    mode http
    bind :8080
    acl is_auth path_beg /auth/
    http-request deny if is_auth
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  source: 'HAProxy configuration manual, "acl"',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const section of sectionsWithAcls(context)) {
      const declared = new Map<string, Statement>()
      const used = new Set<string>()
      for (const statement of section) {
        const acl = aclLine(statement)
        if (acl !== null && !declared.has(acl.name)) declared.set(acl.name, statement)
        for (const { name } of usedConditions(statement)) used.add(name)
      }
      for (const [name, statement] of declared) {
        if (used.has(name)) continue
        found.push(diagnostic({
          code: aclUnused.code, severity: aclUnused.severity, source: aclUnused.source, at: statement.at, names: [sectionName(statement.section), name],
          message: `No rule of ${sectionName(statement.section)} uses acl ${name}. Restore the rule that did, or remove the line.`,
        }))
      }
    }
    return found
  },
}
