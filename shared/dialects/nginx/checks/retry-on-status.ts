import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, title } from './config.ts'

const harms: Readonly<Record<string, string>> = {
  http_404: 'a page that is missing is asked for on every server before the client is told',
  http_403: 'a refusal is tried on every server before the client is told',
  http_500: 'an error on one path is repeated on every server, and each one that fails is left out for a while',
  non_idempotent: 'a POST may be carried out twice',
}

export const retryOnStatus: Check<NginxTree> = {
  code: 'nginx/retry-on-status',
  severity: 'warning',
  title: 'Answers that count as failures of a server',
  why: 'A missing page or a bug on one path is tried on every server, and takes each of them out for a while.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_next_upstream error timeout http_404 http_500;
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
            proxy_next_upstream error timeout;
            proxy_pass http://192.0.2.1;
        }
    }
}
`,
  source: 'NG-47, NG-48, N-UP-7',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      for (const directive of level.directives) {
        if (!directive.name.value.endsWith('_next_upstream')) continue
        for (const word of directive.args) {
          const harm = harms[word.value]
          if (harm === undefined) continue
          found.push(finding(retryOnStatus, { at: word.span, names: [title(level), directive.name.value, word.value], message: `'${word.value}' in ${directive.name.value} of ${title(level)}: ${harm}.` }))
        }
      }
    }
    return found
  },
}
