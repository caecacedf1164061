import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, configOf, finding, handlerOf, headSpan, serverOf, title } from './config.ts'

/** Conditions that hold for every request where nginx itself speaks no TLS. */
const plainScheme = /^\(\s*(?:\$scheme\s+=\s+"?http"?|\$scheme\s+!=\s+"?https"?|\$https\s+!=\s+"?on"?|\$https\s+=\s+(?:"")?)\s*\)$/

export const redirectBehindTerminator: Check<NginxTree> = {
  code: 'nginx/redirect-behind-terminator',
  severity: 'warning',
  title: 'A redirect to https where nothing speaks TLS',
  why: 'Behind a front end that ends TLS, nginx sees plain requests only, so it redirects them for ever.',
  bad: `events {}
http {
    server {
        listen 80;
        server_name a.test;
        if ($scheme = http) {
            return 301 https://$host$request_uri;
        }
        location / {
            proxy_pass http://192.0.2.1;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 80;
        server_name a.test;
        if ($http_x_forwarded_proto ~ "(^|, )http$") {
            return 301 https://$host$request_uri;
        }
        location / {
            proxy_pass http://192.0.2.1;
        }
    }
}
`,
  source: 'NG-30',
  postmortem: null,
  run(context) {
    const { levels } = configOf(context)
    const speaksTls = levels.some((level) => all(level, 'listen').some((line) => line.args.some((word) => word.value === 'ssl' || word.value === 'quic')) || all(level, 'ssl').length > 0)
    const found: Diagnostic[] = []
    if (speaksTls) return found
    for (const level of levels) {
      const server = serverOf(level)
      // A server that has nothing else is there for the redirect.
      if (server === null || !levels.some((one) => serverOf(one) === server && one.context === 'location' && handlerOf(one) !== null)) continue
      for (const directive of all(level, 'if')) {
        const target = (directive.block?.directives ?? []).find((line) => /^(?:return|rewrite)$/.test(line.name.value) && line.args.some((word) => /^https:\/\/\$(?:host|http_host|server_name)/.test(word.value)))
        if (target === undefined || !plainScheme.test(directive.args.map((word) => word.raw).join(' '))) continue
        found.push(finding(redirectBehindTerminator, {
          at: headSpan(directive), names: [title(level)],
          message: `Every request of ${title(level)} is redirected to https, and nothing in this configuration speaks TLS: a front end that ends TLS gets the same redirect again. Test the scheme that the front end passes on.`,
        }))
      }
    }
    return found
  },
}
