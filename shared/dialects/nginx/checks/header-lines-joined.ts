import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, headSpan } from './config.ts'

/** Headers to which each proxy on the way may add a line. */
const appended = /^\$\{?http_(?:x_forwarded_(?:proto|for|host|port|ssl)|forwarded|via)\}?$/i

export const headerLinesJoined: Check<NginxTree> = {
  code: 'nginx/header-lines-joined',
  severity: 'info',
  title: 'A header that proxies add to, compared as one value',
  why: 'Up to 1.22 the first of several lines counts; from 1.23 on they are joined with commas, and the comparison fails.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        if ($http_x_forwarded_proto = http) {
            return 301 https://$host$request_uri;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        if ($http_x_forwarded_proto ~ "(^|, )http$") {
            return 301 https://$host$request_uri;
        }
    }
}
`,
  source: 'NG-27, N-MAP-4',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      for (const directive of level.directives) {
        const words = directive.args.map((word) => word.value)
        const name = directive.name.value
        const header = name === 'if' ? words[0]?.replace(/^\(/, '') : name === 'map' ? words[0] : undefined
        if (header === undefined || !appended.test(header)) continue
        const compares = name === 'if' ? words[1] === '=' || words[1] === '!=' : (directive.block?.directives ?? []).some((line) => !/^(?:default|hostnames|volatile|include|~.*|""|)$/.test(line.name.value))
        if (!compares) continue
        found.push(finding(headerLinesJoined, { at: headSpan(directive), names: [name, header], message: `With two lines of the header, ${header} is the first one up to 1.22 and all of them from 1.23 on, such as 'https, https'. Match the part that counts with a pattern.` }))
      }
    }
    return found
  },
}
