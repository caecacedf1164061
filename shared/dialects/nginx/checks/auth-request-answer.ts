import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { argument, configOf, finding, serverOf, setting, title } from './config.ts'
import { chosenFor, placesOf, placeTitle } from './location-paths.ts'

export const authRequestAnswer: Check<NginxTree> = {
  code: 'nginx/auth-request-answer',
  severity: 'warning',
  title: 'A question about access that is answered with an error',
  why: 'Only 2xx, 401 and 403 are answers to auth_request; anything else is a 500 for everybody.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            auth_request /auth;
            proxy_pass http://192.0.2.1;
        }
        location = /auth {
            return 302 /login;
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
            auth_request /auth;
            proxy_pass http://192.0.2.1;
        }
        location = /auth {
            internal;
            proxy_pass http://192.0.2.2;
        }
    }
}
`,
  source: 'NG-35, N-AUTH-1',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      const request = setting(level, 'auth_request')
      const server = serverOf(level)
      if (request === null || server === null || !level.directives.includes(request)) continue
      const uri = argument(request, 0)
      const place = uri.startsWith('/') ? chosenFor(placesOf(server.directives), uri) : null
      const answer = place?.directive.block?.directives.find((line) => line.name.value === 'return')
      const code = answer === undefined ? '' : argument(answer, 0)
      if (place === null || answer === undefined || /^(?:2\d\d|401|403)$/.test(code)) continue
      found.push(finding(authRequestAnswer, {
        at: request.span, names: [title(level), uri], related: [{ at: answer.span, message: 'This is the answer' }],
        message: `Every request for ${title(level)} gets 500: ${placeTitle(place)} answers the question of auth_request with ${/^\d+$/.test(code) ? code : '302'}. Answer 2xx, 401 or 403 there.`,
      }))
    }
    return found
  },
}
