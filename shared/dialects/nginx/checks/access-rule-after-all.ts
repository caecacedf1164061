import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { Directive, NginxTree } from '../tree.ts'
import { argument, configOf, finding, title } from './config.ts'

export const accessRuleAfterAll: Check<NginxTree> = {
  code: 'nginx/access-rule-after-all',
  severity: 'warning',
  title: 'An access rule that is never reached',
  why: 'The first rule that fits decides, so what stands behind all never counts.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /private/ {
            deny all;
            allow 192.0.2.0/24;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /private/ {
            allow 192.0.2.0/24;
            deny all;
        }
    }
}
`,
  source: 'NG-33, N-INH-1, N-ACC-1',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const rules = level.directives.filter((directive) => directive.name.value === 'allow' || directive.name.value === 'deny')
      const end = rules.findIndex((directive) => argument(directive, 0) === 'all')
      if (end === -1) continue
      for (const directive of rules.slice(end + 1)) {
        if (directive.name.value === rules[end]?.name.value) continue
        found.push(finding(accessRuleAfterAll, {
          at: directive.span, names: [title(level), directive.name.value, argument(directive, 0)], related: [{ at: (rules[end] as Directive).span, message: 'Decides for everyone' }],
          message: `'${directive.name.value} ${argument(directive, 0)}' in ${title(level)} never counts: '${rules[end]?.name.value ?? ''} all' stands before it.`,
        }))
      }
    }
    return found
  },
}
