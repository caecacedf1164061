import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, configOf, finding, headSpan, own, serverTitle } from './config.ts'

export const serverReturnBeforeLocations: Check<NginxTree> = {
  code: 'nginx/server-return-before-locations',
  severity: 'warning',
  title: 'A server that answers before its locations',
  why: 'return and rewrite of the server run first, so no location is ever looked at.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        return 301 https://a.test$request_uri;
        location /.well-known/acme-challenge/ {
            root /srv/acme;
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
            return 301 https://a.test$request_uri;
        }
        location /.well-known/acme-challenge/ {
            root /srv/acme;
        }
    }
}
`,
  source: 'NG-14, N-LOC-8c',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      if (level.context !== 'server') continue
      const answer = own(level, 'return')
      const locations = all(level, 'location')
      if (answer === null || locations.length === 0) continue
      const shown = locations.slice(0, 3).map((one) => one.args.map((word) => word.raw).join(' ')).join(', ')
      found.push(finding(serverReturnBeforeLocations, {
        at: answer.span, names: [serverTitle(level)], related: locations.slice(0, 10).map((one) => ({ at: headSpan(one), message: 'Never reached' })),
        message: `Every request to ${serverTitle(level)} is answered here, so its locations (${shown}${locations.length > 3 ? ', …' : ''}) are never reached. Move the return into 'location /'.`,
      }))
    }
    return found
  },
}
