import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, configOf, finding, serverTitle } from './config.ts'

export const serverRegexOpen: Check<NginxTree> = {
  code: 'nginx/server-regex-open',
  severity: 'warning',
  title: 'A server name pattern that matches more than it says',
  why: 'A pattern without ^ and $ matches in the middle of a name, and an unescaped dot matches any character.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name ~api.test;
        return 200;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name "~^api\\.test$";
        return 200;
    }
}
`,
  source: 'NG-08, N-SRV-1',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      for (const { value, span } of all(level, 'server_name').flatMap((directive) => directive.args)) {
        if (!value.startsWith('~')) continue
        const pattern = value.slice(1)
        const faults = [...(pattern.startsWith('^') || pattern.startsWith('(?') ? [] : ['no ^ at its start']), ...(pattern.endsWith('$') || pattern.endsWith('$)') ? [] : ['no $ at its end']), ...(/(?:^|[^\\])[a-z0-9]\.[a-z]/i.test(pattern) ? ['a dot that matches any character'] : [])]
        if (faults.length === 0) continue
        found.push(finding(serverRegexOpen, { at: span, names: [serverTitle(level), value], message: `'${value}' takes requests for other names as well: the pattern has ${faults.join(', ')}. Anchor it, escape its dots, or use an exact name.` }))
      }
    }
    return found
  },
}
