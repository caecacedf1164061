import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, headSpan, own, title } from './config.ts'

const skippedNames = new Set(['if', 'return', 'rewrite', 'set'])

export const limitExceptSkipsRewrite: Check<NginxTree> = {
  code: 'nginx/limit-except-skips-rewrite',
  severity: 'warning',
  title: 'Rewrites that some methods skip',
  why: 'Methods outside limit_except get settings of their own; if, return and rewrite of the location do not run for them.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /api/ {
            limit_except GET {
                deny all;
            }
            rewrite ^/api/(.*)$ /v1/$1 break;
            proxy_pass http://192.0.2.1;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /api/ {
            limit_except GET {
                deny all;
            }
            proxy_pass http://192.0.2.1/v1/;
        }
    }
}
`,
  source: 'NG-69, N-METH-1',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const limit = own(level, 'limit_except')
      const skipped = limit === null ? undefined : level.directives.find((directive) => skippedNames.has(directive.name.value))
      if (limit === null || skipped === undefined) continue
      found.push(finding(limitExceptSkipsRewrite, {
        at: headSpan(skipped), names: [title(level), skipped.name.value], related: [{ at: headSpan(limit), message: 'Other methods than these leave the location' }],
        message: `'${skipped.name.value}' in ${title(level)} does not run for methods other than ${limit.args.map((word) => word.value).join(', ')}: limit_except gives them settings of their own. Test $request_method instead.`,
      }))
    }
    return found
  },
}
