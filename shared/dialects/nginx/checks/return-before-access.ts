import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { argument, configOf, finding, own, title } from './config.ts'

const rules = new Set(['allow', 'deny', 'auth_basic', 'auth_request', 'auth_jwt'])

export const returnBeforeAccess: Check<NginxTree> = {
  code: 'nginx/return-before-access',
  severity: 'warning',
  title: 'Access rules that a return makes void',
  why: 'return answers before allow, deny and passwords are looked at.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /private/ {
            deny all;
            return 200 secret;
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
            deny all;
            root /srv/private;
        }
    }
}
`,
  source: 'NG-15, N-RET-2',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const answer = level.context === 'location' ? own(level, 'return') : null
      if (answer === null || !/^[23]/.test(argument(answer, 0))) continue
      const rule = level.directives.find((directive) => rules.has(directive.name.value) && argument(directive, 0) !== 'all' || directive.name.value === 'deny')
      if (rule === undefined || argument(rule, 0) === 'off') continue
      found.push(finding(returnBeforeAccess, {
        at: rule.span, names: [title(level), rule.name.value], related: [{ at: answer.span, message: 'Answers first' }],
        message: `'${rule.name.value}' has no effect in ${title(level)}: its return answers every request before access rules are looked at.`,
      }))
    }
    return found
  },
}
