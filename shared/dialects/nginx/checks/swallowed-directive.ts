import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { factsOf } from '../support.ts'
import type { Directive, NginxTree, Word } from '../tree.ts'
import { swallowedAt } from '../validate/directives.ts'
import { configOf, finding, title } from './config.ts'

/** Whether the word is the first of its line: the raw text between it and the word before it holds a line end, or a lot of room. */
function followsLineEnd(directive: Directive, word: Word): boolean {
  const before = directive.args[directive.args.indexOf(word) - 1] ?? directive.name
  return word.span.start - before.span.end > 1
}

export const swallowedDirective: Check<NginxTree> = {
  code: 'nginx/swallowed-directive',
  severity: 'warning',
  title: 'A directive that became an argument',
  why: 'A semicolon is missing, and directives that take any number of words accept the next line silently.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        index index.html
        root /srv/a;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        index index.html;
        root /srv/a;
    }
}
`,
  source: 'NG-07, N-LEX-7b',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      for (const directive of level.directives) {
        if (!factsOf(directive.name.value).some((facts) => facts.most === Infinity && facts.contexts !== null)) continue
        const swallowed = swallowedAt(directive)
        if (swallowed === null || !followsLineEnd(directive, swallowed.word)) continue
        const { file, end } = swallowed.before.span
        const name = directive.name.value
        found.push(finding(swallowedDirective, {
          at: swallowed.word.span, names: [title(level), name, swallowed.word.value],
          message: `'${swallowed.word.value}' does nothing here: a ';' is missing after '${swallowed.before.raw}', so it became one of the words of ${name}.`,
          fix: { title: "Add ';'", edits: [{ at: { file, start: end, end }, text: ';' }] },
        }))
      }
    }
    return found
  },
}
