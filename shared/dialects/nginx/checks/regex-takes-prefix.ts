import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { isRegex } from '../location.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, headSpan, title } from './config.ts'
import { chosenFor, pathOf, placesOf, placeTitle } from './location-paths.ts'

export const regexTakesPrefix: Check<NginxTree> = {
  code: 'nginx/regex-takes-prefix',
  severity: 'info',
  title: 'A pattern that takes part of a prefix that is passed on',
  why: 'Patterns win over prefixes without ^~, so files of an application end where its server never sees them.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /app/ {
            proxy_pass http://192.0.2.1;
        }
        location ~ \\.js$ {
            root /srv/assets;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location ^~ /app/ {
            proxy_pass http://192.0.2.1;
        }
        location ~ \\.js$ {
            root /srv/assets;
        }
    }
}
`,
  source: 'NG-10, N-LOC-1, N-LOC-3',
  postmortem: 'routing-rules',
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      const places = placesOf(level.directives)
      const patterns = places.filter(({ kind }) => isRegex(kind)).slice(0, 30)
      for (const prefix of places) {
        if (prefix.kind !== 'prefix' || prefix.text === '/' || !prefix.passes || placesOf(prefix.directive.block?.directives ?? []).length > 0) continue
        for (const pattern of patterns) {
          if (pattern.does === prefix.does) continue
          const path = pathOf(prefix, pattern)
          if (path === null || chosenFor(places, path) !== pattern || chosenFor(places.filter(({ kind }) => !isRegex(kind)), path) !== prefix) continue
          found.push(finding(regexTakesPrefix, {
            at: headSpan(prefix.directive), names: [title(level), prefix.text, pattern.text], related: [{ at: headSpan(pattern.directive), message: 'This pattern comes before every prefix without ^~' }],
            message: `'${path}' goes to ${placeTitle(pattern)}, not to location ${prefix.text} of ${title(level)}. Write 'location ^~ ${prefix.text}' if all of it belongs together.`,
          }))
          break
        }
      }
    }
    return found
  },
}
