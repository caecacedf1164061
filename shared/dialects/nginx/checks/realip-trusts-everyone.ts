import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, argument, configOf, finding, title } from './config.ts'

export const realipTrustsEveryone: Check<NginxTree> = {
  code: 'nginx/realip-trusts-everyone',
  severity: 'warning',
  title: 'Anyone may claim any client address',
  why: 'With set_real_ip_from for all networks, clients write the address that access rules, hashes and limits then see.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        set_real_ip_from 0.0.0.0/0;
        real_ip_header X-Forwarded-For;
        return 200;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        set_real_ip_from 192.0.2.0/24;
        real_ip_header X-Forwarded-For;
        return 200;
    }
}
`,
  source: 'NG-36',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      for (const directive of all(level, 'set_real_ip_from')) {
        const value = argument(directive, 0)
        if (value !== '0.0.0.0/0' && value !== '::/0') continue
        found.push(finding(realipTrustsEveryone, { at: directive.span, names: [title(level), value], message: `Any client of ${title(level)} can choose the address that access rules, hashes and limits see: 'set_real_ip_from ${value}' believes everybody. Name the proxies only.` }))
      }
    }
    return found
  },
}
