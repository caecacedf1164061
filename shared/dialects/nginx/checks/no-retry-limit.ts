import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, configOf, finding, own, setting, targetOf, title, valueOf } from './config.ts'

const leastServers = 3

export const noRetryLimit: Check<NginxTree> = {
  code: 'nginx/no-retry-limit',
  severity: 'info',
  title: 'A request that may wait for one server after the other',
  why: 'A path that hangs is tried on each server of the group, and each time until proxy_read_timeout ends.',
  bad: `events {}
http {
    upstream app {
        server 192.0.2.1;
        server 192.0.2.2;
        server 192.0.2.3;
    }
    server {
        listen 8080;
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
        server 192.0.2.1;
        server 192.0.2.2;
        server 192.0.2.3;
    }
    server {
        listen 8080;
        server_name a.test;
        proxy_set_header Host $host;
        proxy_next_upstream_tries 2;
        location / {
            proxy_pass http://app;
        }
    }
}
`,
  source: 'NG-49, N-UP-7d',
  postmortem: null,
  run(context) {
    const { levels } = configOf(context)
    const found: Diagnostic[] = []
    const told = new Set<string>()
    for (const level of levels) {
      const pass = own(level, 'proxy_pass')
      const target = targetOf(pass?.args[0])
      if (pass === null || target === null || told.has(target.host)) continue
      const group = levels.find((one) => one.context === 'upstream' && one.owner?.args[0]?.value.toLowerCase() === target.host)
      const count = group === undefined ? 0 : all(group, 'server').filter((line) => !line.args.some((word) => word.value === 'down')).length
      const words = setting(level, 'proxy_next_upstream')?.args.map((word) => word.value) ?? ['error', 'timeout']
      const limited = ['proxy_next_upstream_tries', 'proxy_next_upstream_timeout'].some((name) => ![null, '0', '0s'].includes(valueOf(level, name)))
      if (count < leastServers || limited || !words.includes('timeout')) continue
      told.add(target.host)
      found.push(finding(noRetryLimit, {
        at: pass.span, names: [title(level), target.host],
        message: `A request that hangs may take ${count} times ${valueOf(level, 'proxy_read_timeout') ?? '60s'} in group ${target.host}: nothing limits how many servers are tried. Set proxy_next_upstream_tries and proxy_next_upstream_timeout.`,
      }))
    }
    return found
  },
}
