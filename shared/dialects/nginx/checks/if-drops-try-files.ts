import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { argument, configOf, finding, headSpan, own, title } from './config.ts'

export const ifDropsTryFiles: Check<NginxTree> = {
  code: 'nginx/if-drops-try-files',
  severity: 'warning',
  title: 'An if that switches try_files off',
  why: 'A true if replaces the settings of its location; try_files is not taken along, so files and fallback are lost.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            if ($arg_debug) {
                add_header X-Debug on;
            }
            try_files $uri @app;
        }
        location @app {
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
        location / {
            try_files $uri @app;
        }
        location @app {
            proxy_pass http://192.0.2.1;
        }
    }
}
`,
  source: 'NG-23, N-IF-1, N-IF-2',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const { outer, owner } = level
      if (level.context !== 'if in location' || outer === null || owner === null) continue
      const lost = own(outer, 'try_files')
      const leaves = level.directives.some((directive) => directive.name.value === 'return' || (directive.name.value === 'rewrite' && argument(directive, 2) !== 'break'))
      if (lost === null || leaves) continue
      found.push(finding(ifDropsTryFiles, {
        at: headSpan(owner), names: [title(outer), ...owner.args.map((word) => word.value)], related: [{ at: lost.span, message: 'Not done when the condition holds' }],
        message: `When this condition holds, try_files of ${title(outer)} is not done, so requests are looked up as plain files. Use map, or end the if with a return or rewrite … last.`,
      }))
    }
    return found
  },
}
