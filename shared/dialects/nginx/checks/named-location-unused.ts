import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, argument, configOf, finding, headSpan, title } from './config.ts'

const leads = new Set(['error_page', 'try_files', 'mirror', 'post_action'])

export const namedLocationUnused: Check<NginxTree> = {
  code: 'nginx/named-location-unused',
  severity: 'info',
  title: 'A named location that nothing leads to',
  why: 'Often the trace of an error_page or try_files that was lost in an edit.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_pass http://192.0.2.1;
        }
        location @fallback {
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
            error_page 502 = @fallback;
            proxy_pass http://192.0.2.1;
        }
        location @fallback {
            proxy_pass http://192.0.2.2;
        }
    }
}
`,
  source: 'NG-67',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const used = new Set(config.levels.flatMap((level) => level.directives.filter((directive) => directive.name.value !== 'location').flatMap((directive) => directive.args.map((word) => word.value).filter((value) => value.includes('@')))))
    // A variable or a script may hold any name.
    const isOpen = config.levels.some((level) => level.directives.some((directive) => directive.opaque !== null || (leads.has(directive.name.value) && directive.args.at(-1)?.value.startsWith('$') === true)))
    if (isOpen) return found
    for (const level of config.levels) {
      for (const location of all(level, 'location')) {
        const name = argument(location, 0)
        if (!name.startsWith('@') || [...used].some((value) => value === name || value.endsWith(name))) continue
        found.push(finding(namedLocationUnused, { at: headSpan(location), names: [title(level), name], message: `Nothing leads to location ${name} of ${title(level).replace(/^server /, '')}: no error_page and no try_files names it. Restore the one that did, or remove the location.` }))
      }
    }
    return found
  },
}
