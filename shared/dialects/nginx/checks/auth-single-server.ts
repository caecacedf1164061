import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, argument, configOf, finding, own, serverOf, setting, targetOf, title, type CheckedConfig } from './config.ts'
import { chosenFor, placesOf } from './location-paths.ts'

/** Servers of a group that take requests; null: no such group. */
function usableIn({ levels }: CheckedConfig, name: string): number | null {
  const group = levels.find((level) => level.context === 'upstream' && level.owner?.args[0]?.value.toLowerCase() === name)
  return group === undefined ? null : all(group, 'server').filter((line) => !line.args.some((word) => word.value === 'down' || word.value === 'backup')).length
}

export const authSingleServer: Check<NginxTree> = {
  code: 'nginx/auth-single-server',
  severity: 'warning',
  title: 'One server that answers for the access to a whole group',
  why: 'Every request asks it first, so it gets as many as all the others together, and without it nobody gets in.',
  bad: `events {}
http {
    upstream app {
        server 192.0.2.1;
        server 192.0.2.2;
    }
    upstream auth {
        server 192.0.2.3;
    }
    server {
        listen 8080;
        server_name a.test;
        proxy_set_header Host $host;
        location / {
            auth_request /auth;
            proxy_pass http://app;
        }
        location = /auth {
            internal;
            proxy_pass http://auth;
        }
    }
}
`,
  good: `events {}
http {
    upstream app {
        server 192.0.2.1;
        server 192.0.2.2;
    }
    upstream auth {
        server 192.0.2.3;
        server 192.0.2.4;
    }
    server {
        listen 8080;
        server_name a.test;
        proxy_set_header Host $host;
        location / {
            auth_request /auth;
            proxy_pass http://app;
        }
        location = /auth {
            internal;
            proxy_pass http://auth;
        }
    }
}
`,
  source: 'NG-61, N-AUTH-1',
  postmortem: 'auth-bottleneck',
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const request = setting(level, 'auth_request')
      const server = serverOf(level)
      const target = targetOf(own(level, 'proxy_pass')?.args[0])
      if (request === null || server === null || target === null) continue
      const place = chosenFor(placesOf(server.directives), argument(request, 0))
      const asked = place?.directive.block?.directives.find((line) => line.name.value === 'proxy_pass')
      const askedTarget = asked === undefined ? null : targetOf(asked.args[0])
      if (asked === undefined || askedTarget === null || askedTarget.host.includes('$') || askedTarget.host === target.host) continue
      const many = usableIn(config, target.host) ?? 1
      // A plain name may stand for many addresses.
      const few = usableIn(config, askedTarget.host) ?? (/^[\d.[\]:a-f]+$/.test(askedTarget.host) ? 1 : null)
      if (few !== 1 || many < 2) continue
      found.push(finding(authSingleServer, {
        at: asked.span, names: [title(level), askedTarget.host], related: [{ at: request.span, message: 'Asked for every request here' }],
        message: `All requests for ${title(level)} ask ${askedTarget.host} first, which has one server, before they are spread over ${many} servers of ${target.host}. Add servers, or keep the answers for a while with proxy_cache.`,
      }))
    }
    return found
  },
}
