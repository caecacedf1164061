import type { Check } from '#shared/dialects/dialect.ts'
import { diagnostic, type Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import { commentText } from '../accessors.ts'
import type { HaproxyTree } from '../tree.ts'
import { commentedStatements, sectionName } from './lines.ts'

export const lostAfterHash: Check<HaproxyTree> = {
  code: 'haproxy/text-lost-after-hash',
  severity: 'warning',
  title: 'Text lost behind a # inside a word',
  why: 'Everything behind the hash is a comment, without any message: patterns and options disappear.',
  bad: `frontend web
    mode http
    bind :8080
    acl is_app path_beg /app/#home /api/
    use_backend api if is_app
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  good: `frontend web
    mode http
    bind :8080
    acl is_app path_beg /app/\\#home /api/
    use_backend api if is_app
    default_backend api
backend api
    mode http
    server s1 192.0.2.1:80
`,
  source: 'HAProxy configuration manual, section 2.2; H-LEX-1',
  postmortem: 'routing-rules',
  run(context) {
    const found: Diagnostic[] = []
    for (const statement of commentedStatements(context)) {
      const { tree, line } = statement
      const hash = tree.lines.commentStart[line] ?? -1
      const lost = commentText(tree, line)
      if (hash === -1 || lost === null) continue
      const lastEnd = tree.lines.wordEnd[(tree.lines.firstWord[line + 1] ?? 0) - 1]
      // A blank in front makes it a comment on purpose; so does a comment that starts with a blank or is empty.
      if (lastEnd !== hash || lost.trim() === '' || lost.startsWith(' ') || lost.startsWith('#')) continue
      found.push(diagnostic({
        code: lostAfterHash.code, severity: lostAfterHash.severity, source: lostAfterHash.source, at: { file: tree.file.path, start: hash, end: hash + 1 + lost.length },
        names: [sectionName(statement.section), ...statement.words.slice(0, 3)],
        message: `Everything from # on is ignored in this line, so '#${lost.trim()}' does nothing. Write \\# or put the word in quotes if it belongs to the value.`,
        fix: { title: 'Escape the #', edits: [{ at: { file: tree.file.path, start: hash, end: hash }, text: '\\' }] },
      }))
    }
    return found
  },
}
