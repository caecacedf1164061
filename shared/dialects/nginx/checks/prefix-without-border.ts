import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, headSpan, title } from './config.ts'
import { chosenFor, placesOf } from './location-paths.ts'

export const prefixWithoutBorder: Check<NginxTree> = {
  code: 'nginx/prefix-without-border',
  severity: 'info',
  title: 'A prefix that also takes longer names',
  why: 'A location is compared byte by byte: /app takes /appstore, too, not only what is below /app/.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_pass http://192.0.2.1;
        }
        location /app {
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
        location / {
            proxy_pass http://192.0.2.1;
        }
        location /app/ {
            proxy_pass http://192.0.2.2;
        }
        location = /app {
            proxy_pass http://192.0.2.2;
        }
    }
}
`,
  source: 'NG-09, N-LOC-4',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      const places = placesOf(level.directives)
      for (const place of places) {
        if (!place.passes || (place.kind !== 'prefix' && place.kind !== 'prefix-final') || !/^\/[^.]*[A-Za-z0-9]$/.test(place.text)) continue
        const longer = `${place.text}-x`
        const otherwise = chosenFor(places.filter((one) => one !== place), longer)
        // Only where it would go elsewhere does a border matter.
        if (otherwise === null || otherwise.does === place.does || chosenFor(places, longer) !== place) continue
        found.push(finding(prefixWithoutBorder, {
          at: headSpan(place.directive), names: [title(level), place.text],
          message: `Paths such as '${longer}' also go to location ${place.text} of ${title(level)}. Use 'location ${place.text}/' and 'location = ${place.text}' if only that path and what is below it is meant.`,
        }))
      }
    }
    return found
  },
}
