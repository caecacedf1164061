import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { parseIp } from '#shared/requests/ip.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, own, targetOf, title, valueOf } from './config.ts'

export const upstreamSniOff: Check<NginxTree> = {
  code: 'nginx/upstream-sni-off',
  severity: 'info',
  title: 'Servers are not told the name over TLS',
  why: 'Without proxy_ssl_server_name a server with several certificates picks the wrong one, or refuses.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_pass https://app.example.com;
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
            proxy_ssl_server_name on;
            proxy_pass https://app.example.com;
        }
    }
}
`,
  source: 'NG-39, N-PP-9',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const word = own(level, 'proxy_pass')?.args[0]
      const target = targetOf(word)
      if (word === undefined || target?.scheme !== 'https' || valueOf(level, 'proxy_ssl_server_name') === 'on') continue
      if (parseIp(target.host.replace(/^\[|\]$/g, '')) !== null || target.host.includes('$')) continue
      found.push(finding(upstreamSniOff, { at: word.span, names: [title(level), target.host], message: `Servers behind ${target.host} are not told which name ${title(level)} asks for, so they may show another certificate or refuse. Add 'proxy_ssl_server_name on'.` }))
    }
    return found
  },
}
