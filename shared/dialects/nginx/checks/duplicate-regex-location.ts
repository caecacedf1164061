import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { isRegex, locationHead } from '../location.ts'
import type { Directive, NginxTree } from '../tree.ts'
import { all, configOf, finding, headSpan, title } from './config.ts'

export const duplicateRegexLocation: Check<NginxTree> = {
  code: 'nginx/duplicate-regex-location',
  severity: 'warning',
  title: 'The same pattern for two locations',
  why: 'The first pattern that matches wins, so the second location is dead; nginx says nothing.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location ~ \\.php$ {
            return 200 old;
        }
        location ~ \\.php$ {
            return 200 new;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location ~ \\.php$ {
            return 200 old;
        }
        location ~ \\.phtml$ {
            return 200 new;
        }
    }
}
`,
  source: 'NG-12, N-LEX-8c',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const first = new Map<string, Directive>()
      for (const location of all(level, 'location')) {
        const head = locationHead(location)
        if (head === null || !isRegex(head.kind)) continue
        const earlier = first.get(head.text)
        if (earlier === undefined) {
          first.set(head.text, location)
          continue
        }
        if (locationHead(earlier)?.kind === 'regex' && head.kind === 'regex-any-case') continue
        found.push(finding(duplicateRegexLocation, {
          at: headSpan(location), names: [title(level), head.text], related: [{ at: headSpan(earlier), message: 'This location takes the requests' }],
          message: `No request reaches this location: another one above has the same pattern '${head.text}'. Merge the two, or remove one.`,
        }))
      }
    }
    return found
  },
}
