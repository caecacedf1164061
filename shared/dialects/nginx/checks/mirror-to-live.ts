import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import type { Level } from '../validate/contexts.ts'
import { all, argument, configOf, finding, own, serverOf, targetOf, title } from './config.ts'
import { chosenFor, placesOf } from './location-paths.ts'

/** Where a block passes requests on to; what a variable adds behind the host is left out. */
function hostOf(level: Level): { readonly host: string } | null {
  const word = own(level, 'proxy_pass')?.args[0]
  return word === undefined ? null : targetOf({ ...word, value: word.value.replace(/^(https?:\/\/[^$/]+)\$.*$/, '$1') })
}

export const mirrorToLive: Check<NginxTree> = {
  code: 'nginx/mirror-to-live',
  severity: 'info',
  title: 'Copies of requests that go to servers in use',
  why: 'A mirror doubles the requests of its servers, and a copy of a POST writes a second time.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            mirror /copy;
            proxy_pass http://192.0.2.1;
        }
        location = /copy {
            internal;
            proxy_pass http://192.0.2.1$request_uri;
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
            mirror /copy;
            proxy_pass http://192.0.2.1;
        }
        location = /copy {
            internal;
            proxy_pass http://192.0.2.2$request_uri;
        }
    }
}
`,
  source: 'NG-65, N-MIRROR',
  postmortem: null,
  run(context) {
    const { levels } = configOf(context)
    const found: Diagnostic[] = []
    for (const level of levels) {
      const server = serverOf(level)
      for (const mirror of all(level, 'mirror')) {
        const uri = argument(mirror, 0)
        const place = server === null || uri === 'off' ? null : chosenFor(placesOf(server.directives), uri)
        const copies = levels.find((one) => one.owner !== null && one.owner === place?.directive)
        const target = copies === undefined ? null : hostOf(copies)
        if (target === null || copies === undefined || target.host.startsWith('$')) continue
        const live = levels.find((one) => one !== copies && hostOf(one)?.host === target.host)
        if (live === undefined) continue
        found.push(finding(mirrorToLive, { at: mirror.span, names: [title(level), target.host], message: `Each request for ${title(level)} is also sent to ${target.host}, which serves ${title(live)}. Use servers that serve nobody else for the copies.` }))
      }
    }
    return found
  },
}
