import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { Directive, NginxTree } from '../tree.ts'
import { all, configOf, finding, holder, title } from './config.ts'

export const errorPageDropped: Check<NginxTree> = {
  code: 'nginx/error-page-dropped',
  severity: 'info',
  title: 'Error pages of an outer block that are dropped',
  why: 'A block with an error_page of its own inherits none, so a fallback may be missing when it is needed.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        error_page 502 @fallback;
        location / {
            error_page 404 /missing.html;
            proxy_pass http://192.0.2.1;
        }
        location @fallback {
            proxy_pass http://192.0.2.2;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            error_page 404 /missing.html;
            error_page 502 @fallback;
            proxy_pass http://192.0.2.1;
        }
        location @fallback {
            proxy_pass http://192.0.2.2;
        }
    }
}
`,
  source: 'NG-31, N-ERR-2',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const mine = all(level, 'error_page')
      const outer = level.outer === null ? null : holder(level.outer, 'error_page')
      const [first] = mine
      if (first === undefined || outer === null) continue
      const codes = (directive: Directive): readonly string[] => directive.args.slice(0, -1).map((word) => word.value).filter((code) => !code.startsWith('='))
      const here = new Set(mine.flatMap(codes))
      const lost = all(outer, 'error_page').filter((directive) => codes(directive).some((code) => !here.has(code)))
      const missing = [...new Set(lost.flatMap(codes))].filter((code) => !here.has(code))
      if (missing.length === 0) continue
      found.push(finding(errorPageDropped, {
        at: first.span, names: [title(level), ...missing], related: lost.map((directive) => ({ at: directive.span, message: 'Not used in the inner block' })),
        message: `In ${title(level)} the error pages for ${missing.join(', ')} set further out are not used: a block with an error_page of its own inherits none. Repeat them here.`,
      }))
    }
    return found
  },
}
