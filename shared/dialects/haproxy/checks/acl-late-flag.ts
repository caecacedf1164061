import type { Check } from '#shared/dialects/dialect.ts'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { HaproxyTree } from '../tree.ts'
import { aclLines, sectionName, wordAt } from './lines.ts'

const lateFlags: ReadonlyMap<string, string> = new Map([
  ['-i', 'the test stays case-sensitive'], ['-m', 'the matching method is not changed'], ['-f', 'no file is read'], ['-n', 'names are still resolved'], ['-M', 'the file is not read as a map'],
])

export const aclLateFlag: Check<HaproxyTree> = {
  code: 'haproxy/acl-flag-after-pattern',
  severity: 'error',
  title: 'A flag after the first pattern',
  why: 'It is compared as text, so the intended case folding, method or file is not applied.',
  bad: `frontend web
    mode http
    bind :8080
    acl host_api hdr(host) api.example -i
    use_backend api if host_api
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  good: `frontend web
    mode http
    bind :8080
    acl host_api hdr(host) -i api.example
    use_backend api if host_api
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  source: 'HAProxy configuration manual, section 7.1; H-ACL-15, H-ACL-17; haproxy issue 3060',
  postmortem: 'routing-rules',
  run(context) {
    const found: Diagnostic[] = []
    for (const acl of aclLines(context)) {
      const { statement } = acl
      // Behind `--` everything is a pattern on purpose.
      if (statement.words[acl.firstPattern - 1] === '--') continue
      const index = statement.words.findIndex((word, at) => at > acl.firstPattern && lateFlags.has(word))
      if (index === -1) continue
      const flag = statement.words[index] as string
      const at = wordAt(statement, index)
      const first = wordAt(statement, acl.firstPattern)
      const movable = flag === '-i' || flag === '-n'
      found.push(diagnostic({
        code: aclLateFlag.code, severity: aclLateFlag.severity, source: aclLateFlag.source, at, names: [sectionName(statement.section), acl.name, flag],
        message: `'${flag}' behind the first pattern of acl ${acl.name} is a pattern too, so ${lateFlags.get(flag) ?? ''}. Flags stand before the patterns.`,
        fix: movable ? { title: `Move ${flag} before the patterns`, edits: [{ at: { file: first.file, start: first.start, end: first.start }, text: `${flag} ` }, { at: { file: at.file, start: wordAt(statement, index - 1).end, end: at.end }, text: '' }] } : null,
      }))
    }
    return found
  },
}
