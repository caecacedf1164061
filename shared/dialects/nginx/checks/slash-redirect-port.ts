import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { listenAddress } from '../compile/listens.ts'
import type { NginxTree } from '../tree.ts'
import { all, configOf, finding, headSpan, title, valueOf } from './config.ts'
import { placesOf } from './location-paths.ts'

export const slashRedirectPort: Check<NginxTree> = {
  code: 'nginx/slash-redirect-port',
  severity: 'info',
  title: 'A redirect to the port behind a front end',
  why: 'A path without its last slash is redirected to the scheme and port that nginx listens on, which clients may not reach.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /api/ {
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
        absolute_redirect off;
        location /api/ {
            proxy_pass http://192.0.2.1;
        }
    }
}
`,
  source: 'NG-16, N-LOC-5, N-PORT-1',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      if (level.context !== 'server' || valueOf(level, 'absolute_redirect') === 'off' || valueOf(level, 'port_in_redirect') === 'off') continue
      const ports = all(level, 'listen').map((line) => listenAddress(line.args[0]?.value ?? '')).filter(({ socket }) => socket === null).map(({ fromPort }) => fromPort)
      const [port] = ports
      if (port === undefined || ports.some((one) => one === 80 || one === 443)) continue
      const places = placesOf(level.directives)
      const place = places.find(({ passes, kind, text }) => passes && kind !== 'exact' && text.length > 1 && text.endsWith('/') && text.startsWith('/') && !places.some((one) => one.text === text.slice(0, -1) && (one.kind === 'exact' || one.kind === 'prefix' || one.kind === 'prefix-final')))
      if (place === undefined) continue
      const bare = place.text.slice(0, -1)
      found.push(finding(slashRedirectPort, {
        at: headSpan(place.directive), names: [title(level), place.text],
        message: `Requests for '${bare}' are redirected (301) to port ${port} of ${title(level)}, also a POST. Set 'absolute_redirect off' if clients come through another port, or add 'location = ${bare}'.`,
      }))
    }
    return found
  },
}
