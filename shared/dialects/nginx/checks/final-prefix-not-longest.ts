import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { isRegex } from '../location.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, headSpan, title } from './config.ts'
import { chosenFor, pathOf, placesOf, placeTitle } from './location-paths.ts'

export const finalPrefixNotLongest: Check<NginxTree> = {
  code: 'nginx/final-prefix-not-longest',
  severity: 'warning',
  title: 'A ^~ that does not protect a longer prefix',
  why: 'Only the longest prefix counts: a longer one without ^~ lets patterns in again.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location ^~ /a/ {
            proxy_pass http://192.0.2.1;
        }
        location /a/b/ {
            proxy_pass http://192.0.2.2;
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
        location ^~ /a/ {
            proxy_pass http://192.0.2.1;
        }
        location ^~ /a/b/ {
            proxy_pass http://192.0.2.2;
        }
        location ~ \\.js$ {
            root /srv/assets;
        }
    }
}
`,
  source: 'NG-11, N-LOC-2, N-LOC-10',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      const places = placesOf(level.directives)
      const patterns = places.filter(({ kind }) => isRegex(kind)).slice(0, 30)
      for (const inner of places.filter(({ kind }) => kind === 'prefix')) {
        const outer = places.find(({ kind, text }) => kind === 'prefix-final' && inner.text.startsWith(text) && text !== inner.text)
        if (outer === undefined) continue
        for (const pattern of patterns) {
          const path = pattern.does === inner.does ? null : pathOf(inner, pattern)
          if (path === null || chosenFor(places, path) !== pattern) continue
          found.push(finding(finalPrefixNotLongest, {
            at: headSpan(inner.directive), names: [title(level), inner.text, outer.text], related: [{ at: headSpan(outer.directive), message: 'This ^~ counts only where no longer prefix matches' }],
            message: `'${path}' goes to ${placeTitle(pattern)}: location ^~ ${outer.text} of ${title(level)} does not protect location ${inner.text}. Add ^~ there, too.`,
          }))
          break
        }
      }
    }
    return found
  },
}
