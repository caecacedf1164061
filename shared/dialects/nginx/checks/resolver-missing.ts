import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, holder, own, targetOf, title } from './config.ts'

export const resolverMissing: Check<NginxTree> = {
  code: 'nginx/resolver-missing',
  severity: 'warning',
  title: 'A name at request time without a resolver',
  why: 'nginx answers 502, as it cannot look the name up.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_pass http://$arg_to.example.com;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        resolver 192.0.2.53;
        location / {
            proxy_pass http://$arg_to.example.com;
        }
    }
}
`,
  source: 'NG-46, N-PP-10b',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const word = own(level, 'proxy_pass')?.args[0]
      if (word === undefined || !word.value.includes('$') || holder(level, 'resolver') !== null) continue
      const host = targetOf(word)?.host ?? (level.context === 'stream server' ? word.value : '')
      // A variable alone may hold the name of a group or an address; with letters around it, it is a name for DNS.
      if (!/\$/.test(host) || !/\.[a-z]{2,}(?::|$)/i.test(host)) continue
      found.push(finding(resolverMissing, { at: word.span, names: [title(level), word.value], message: `Requests in ${title(level)} get 502: the name in '${word.value}' is known only at request time, and there is no resolver to look it up.` }))
    }
    return found
  },
}
