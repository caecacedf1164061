import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, argument, configOf, finding, holder, own, targetOf, title, upstreamNames } from './config.ts'

export const hostIsGroupName: Check<NginxTree> = {
  code: 'nginx/host-is-group-name',
  severity: 'warning',
  title: 'Servers see the name of the group as host',
  why: 'Without a Host header of its own nginx sends the name in proxy_pass, which servers refuse or take for another site.',
  bad: `events {}
http {
    upstream app_servers {
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_pass http://app_servers;
        }
    }
}
`,
  good: `events {}
http {
    upstream app_servers {
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_set_header Host $host;
            proxy_pass http://app_servers;
        }
    }
}
`,
  source: 'NG-21, N-UP-16',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const groups = upstreamNames(config, 'http')
    for (const level of config.levels) {
      if (level.context !== 'location' && level.context !== 'if in location') continue
      const word = own(level, 'proxy_pass')?.args[0]
      const target = targetOf(word)
      if (word === undefined || target === null || target.port !== '' || !groups.has(target.host)) continue
      const headers = holder(level, 'proxy_set_header')
      if (headers !== null && all(headers, 'proxy_set_header').some((directive) => argument(directive, 0).toLowerCase() === 'host')) continue
      const refused = target.host.includes('_') ? ' Many servers answer 400, because a host name has no underscore.' : ''
      found.push(finding(hostIsGroupName, { at: word.span, names: [title(level), target.host], message: `The servers of ${target.host} receive 'Host: ${target.host}' from ${title(level)}, the name of the group.${refused} Add 'proxy_set_header Host $host'.` }))
    }
    return found
  },
}
