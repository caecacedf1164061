import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { Directive, NginxTree } from '../tree.ts'
import type { Level } from '../validate/contexts.ts'
import { argument, configOf, finding, title } from './config.ts'

export const accessListDropped: Check<NginxTree> = {
  code: 'nginx/access-list-dropped',
  severity: 'info',
  title: 'Access rules of an outer block that are dropped',
  why: 'A block with an allow or deny of its own inherits none of the rules around it.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        allow 192.0.2.0/24;
        deny all;
        location /status/ {
            deny 192.0.2.9;
            return 204;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        allow 192.0.2.0/24;
        deny all;
        location /status/ {
            return 204;
        }
    }
}
`,
  source: 'NG-33, N-INH-1',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const rulesOf = (level: Level): readonly Directive[] => level.directives.filter((directive) => directive.name.value === 'allow' || directive.name.value === 'deny')
    for (const level of config.levels) {
      const mine = rulesOf(level)
      const [first] = mine
      if (first === undefined || mine.some((directive) => argument(directive, 0) === 'all')) continue
      let outer = level.outer
      while (outer !== null && rulesOf(outer).length === 0) outer = outer.outer
      if (outer === null || !rulesOf(outer).some((directive) => directive.name.value === 'deny')) continue
      found.push(finding(accessListDropped, {
        at: first.span, names: [title(level), ...mine.map((directive) => argument(directive, 0))], related: rulesOf(outer).map((directive) => ({ at: directive.span, message: 'Not used in the inner block' })),
        message: `${title(level).replace(/^./, (letter) => letter.toUpperCase())} lets everyone else in: a block with an access rule of its own inherits none of those around it. Repeat the whole list here.`,
      }))
    }
    return found
  },
}
