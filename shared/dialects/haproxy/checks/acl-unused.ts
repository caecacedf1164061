import type { Check } from '#shared/dialects/dialect.ts'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { HaproxyTree } from '../tree.ts'
import { aclLine, sectionName, statements, usedConditions, type Statement } from './lines.ts'

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
  run({ files }) {
    const found: Diagnostic[] = []
    let section: Statement['section'] | null = null
    let declared = new Map<string, Statement>()
    const finish = (): void => {
      for (const [name, statement] of declared) {
        found.push(diagnostic({
          code: aclUnused.code, severity: aclUnused.severity, source: aclUnused.source, at: statement.at, names: [sectionName(statement.section), name],
          message: `No rule of ${sectionName(statement.section)} uses acl ${name}. Restore the rule that did, or remove the line.`,
        }))
      }
      declared = new Map()
    }
    const used = new Set<string>()
    for (const statement of statements(files)) {
      if (statement.section !== section) {
        finish()
        section = statement.section
        used.clear()
      }
      const acl = aclLine(statement)
      if (acl !== null) {
        if (!used.has(acl.name) && !declared.has(acl.name)) declared.set(acl.name, statement)
        continue
      }
      for (const { name } of usedConditions(statement)) {
        used.add(name)
        declared.delete(name)
      }
      // Conditions also stand inside words, as in `http-request return … if`, `filter … if`: the names are words anyway.
    }
    finish()
    return found
  },
}
