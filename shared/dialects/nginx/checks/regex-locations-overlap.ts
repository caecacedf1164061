import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { isRegex } from '../location.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, headSpan, title } from './config.ts'
import { chosenFor, pathOf, placesOf, placeTitle } from './location-paths.ts'

/** Patterns of one level that are compared with each other. */
const mostPatterns = 25

export const regexLocationsOverlap: Check<NginxTree> = {
  code: 'nginx/regex-locations-overlap',
  severity: 'info',
  title: 'Patterns whose order decides',
  why: 'The first pattern that matches wins, so moving a block sends the paths that both match elsewhere.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location ~ ^/u/ {
            proxy_pass http://192.0.2.1;
        }
        location ~ \\.jpg$ {
            proxy_pass http://192.0.2.2;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location ^~ /u/ {
            proxy_pass http://192.0.2.1;
        }
        location ~ \\.jpg$ {
            proxy_pass http://192.0.2.2;
        }
    }
}
`,
  source: 'NG-13, N-LOC-3',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      const places = placesOf(level.directives)
      const patterns = places.filter(({ kind }) => isRegex(kind)).slice(0, mostPatterns)
      for (const [index, late] of patterns.entries()) {
        for (const early of patterns.slice(0, index)) {
          // The same pattern twice is told by a rule of its own.
          if (early.does === late.does || (early.text === late.text && early.kind === late.kind)) continue
          const path = pathOf(early, late)
          if (path === null || chosenFor(places, path) !== early) continue
          found.push(finding(regexLocationsOverlap, {
            at: headSpan(late.directive), names: [title(level), early.text, late.text], related: [{ at: headSpan(early.directive), message: 'This pattern stands in front' }],
            message: `'${path}' matches ${placeTitle(early)} and ${placeTitle(late)} of ${title(level)}, and the first one takes it. Keep the order, or make the patterns exclude each other.`,
          }))
          break
        }
      }
    }
    return found
  },
}
