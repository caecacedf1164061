import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, configOf, finding, headSpan, title } from './config.ts'

export const zeroIsFalse: Check<NginxTree> = {
  code: 'nginx/zero-is-false',
  severity: 'info',
  title: 'A condition for which 0 counts as absent',
  why: 'A bare variable is false when it is empty or exactly 0, so ?page=0 is treated as if there were no page.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        if ($arg_page) {
            return 403;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        if ($arg_page != "") {
            return 403;
        }
    }
}
`,
  source: 'NG-24, N-IF-3',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      for (const directive of all(level, 'if')) {
        const variable = /^\(\s*(\$(?:arg|cookie|http)_\w+)\s*\)$/.exec(directive.args.map((word) => word.value).join(' '))?.[1]
        if (variable === undefined) continue
        found.push(finding(zeroIsFalse, { at: headSpan(directive), names: [title(level), variable], message: `In ${title(level)} the value 0 of ${variable} counts as if it were absent. Compare it with "" if only an absent value is meant.` }))
      }
    }
    return found
  },
}
