import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, argument, configOf, finding, holder, title } from './config.ts'

export const proxyHeadersDropped: Check<NginxTree> = {
  code: 'nginx/proxy-headers-dropped',
  severity: 'warning',
  title: 'Headers of an outer block that are dropped',
  why: 'A block with a proxy_set_header of its own inherits none; servers then see another host, and lose the address of the client.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        proxy_set_header Host $host;
        location / {
            proxy_set_header X-Forwarded-For $remote_addr;
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
            proxy_set_header Host $host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_pass http://192.0.2.1;
        }
    }
}
`,
  source: 'NG-20, N-PP-7',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const mine = all(level, 'proxy_set_header')
      const outer = level.outer === null ? null : holder(level.outer, 'proxy_set_header')
      const [first] = mine
      if (first === undefined || outer === null) continue
      const here = new Set(mine.map((directive) => argument(directive, 0).toLowerCase()))
      const lost = all(outer, 'proxy_set_header').filter((directive) => !here.has(argument(directive, 0).toLowerCase()))
      if (lost.length === 0) continue
      const names = [...new Set(lost.map((directive) => argument(directive, 0)))]
      found.push(finding(proxyHeadersDropped, {
        at: first.span, names: [title(level), ...names], related: lost.map((directive) => ({ at: directive.span, message: 'Not sent from the inner block' })),
        message: `Requests from ${title(level)} reach servers without ${names.join(', ')} as set further out: a block with a proxy_set_header of its own inherits none.${names.some((name) => name.toLowerCase() === 'host') ? ' Host becomes the name in proxy_pass.' : ''} Repeat them here.`,
      }))
    }
    return found
  },
}
