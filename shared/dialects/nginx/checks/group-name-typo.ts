import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { nearest } from '#shared/text/nearest.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, own, targetOf, title, upstreamNames } from './config.ts'

export const groupNameTypo: Check<NginxTree> = {
  code: 'nginx/group-name-typo',
  severity: 'warning',
  title: 'A target that is nearly the name of a group',
  why: 'The name is looked up in DNS instead; nginx does not start, or requests go somewhere else.',
  bad: `events {}
http {
    upstream backend {
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
    server {
        listen 8080;
        location / {
            proxy_set_header Host $host;
            proxy_pass http://bakend;
        }
    }
}
`,
  good: `events {}
http {
    upstream backend {
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
    server {
        listen 8080;
        location / {
            proxy_set_header Host $host;
            proxy_pass http://backend;
        }
    }
}
`,
  source: 'NG-44, N-UP-27',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const groups = upstreamNames(config, 'http')
    for (const level of config.levels) {
      const word = own(level, 'proxy_pass')?.args[0]
      const target = targetOf(word)
      if (word === undefined || target === null || target.host.length < 4 || /[.$[]/.test(target.host) || groups.has(target.host)) continue
      const meant = nearest(target.host, groups, 2)
      if (meant === null) continue
      const start = word.span.start + word.raw.toLowerCase().indexOf(target.host)
      found.push(finding(groupNameTypo, {
        at: word.span, names: [title(level), target.host], message: `There is no upstream '${target.host}', so ${title(level)} looks the name up in DNS; '${meant}' is one.`,
        fix: { title: `Write '${meant}'`, edits: [{ at: { file: word.span.file, start, end: start + target.host.length }, text: meant }] },
      }))
    }
    return found
  },
}
