import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { Directive, NginxTree } from '../tree.ts'
import type { Level } from '../validate/contexts.ts'
import { all, configOf, finding, own, serverOf, serverTitle, setting, targetOf } from './config.ts'

/** The line that spreads requests by the address of the client. */
function byAddress(group: Level): Directive | null {
  const hash = own(group, 'hash')
  return own(group, 'ip_hash') ?? (hash !== null && /^\$\{?(?:binary_)?remote_addr\}?$/.test(hash.args[0]?.value ?? '') ? hash : null)
}

export const ipHashBehindProxy: Check<NginxTree> = {
  code: 'nginx/ip-hash-behind-proxy',
  severity: 'warning',
  title: 'Requests spread by the address of the proxy in front',
  why: 'All connections come from a few proxies, so a few servers get everything.',
  bad: `events {}
http {
    upstream app {
        ip_hash;
        server 192.0.2.1;
        server 192.0.2.2;
    }
    server {
        listen 8080 proxy_protocol;
        server_name a.test;
        proxy_set_header Host $host;
        location / {
            proxy_pass http://app;
        }
    }
}
`,
  good: `events {}
http {
    upstream app {
        ip_hash;
        server 192.0.2.1;
        server 192.0.2.2;
    }
    server {
        listen 8080 proxy_protocol;
        server_name a.test;
        set_real_ip_from 192.0.2.9;
        real_ip_header proxy_protocol;
        proxy_set_header Host $host;
        location / {
            proxy_pass http://app;
        }
    }
}
`,
  source: 'NG-57, N-UP-8',
  postmortem: 'one-hot-server',
  run(context) {
    const { levels } = configOf(context)
    const found: Diagnostic[] = []
    const told = new Set<string>()
    for (const level of levels) {
      const host = targetOf(own(level, 'proxy_pass')?.args[0])?.host
      const server = serverOf(level)
      if (host === undefined || server === null || told.has(host) || setting(level, 'set_real_ip_from') !== null) continue
      const group = levels.find((one) => one.context === 'upstream' && one.owner?.args[0]?.value.toLowerCase() === host)
      const line = group === undefined ? null : byAddress(group)
      const listens = all(server, 'listen')
      if (line === null || listens.length === 0 || !listens.every((one) => one.args.some((word) => word.value === 'proxy_protocol'))) continue
      told.add(host)
      found.push(finding(ipHashBehindProxy, {
        at: line.span, names: [host, serverTitle(server)], related: [{ at: (listens[0] as Directive).span, message: 'All connections come from a proxy that says whom it speaks for' }],
        message: `Group ${host} spreads requests of ${serverTitle(server)} by the address of the proxy in front, so a few servers get everything. Set set_real_ip_from and 'real_ip_header proxy_protocol', or hash $proxy_protocol_addr.`,
      }))
    }
    return found
  },
}
