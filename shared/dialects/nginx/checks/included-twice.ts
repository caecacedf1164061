import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { Span } from '#shared/text/span.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding } from './config.ts'

export const includedTwice: Check<NginxTree> = {
  code: 'nginx/included-twice',
  severity: 'warning',
  title: 'A file that is included twice in one place',
  why: 'Its directives stand there twice; the second ones are dead or stop the start.',
  bad: `# configuration file /etc/nginx/nginx.conf:
events {}
http {
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/conf.d/app.conf;
}
# configuration file /etc/nginx/conf.d/app.conf:
server {
    listen 8080;
}
`,
  good: `# configuration file /etc/nginx/nginx.conf:
events {}
http {
    include /etc/nginx/conf.d/*.conf;
}
# configuration file /etc/nginx/conf.d/app.conf:
server {
    listen 8080;
}
`,
  source: 'NG-70',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const first = new Map<string, Span>()
    for (const include of config.expansion.includes) {
      // The same snippet in several servers is what includes are for; servers themselves are not.
      for (const file of include.files) {
        if (!config.expansion.holdsServer.has(file)) continue
        const earlier = first.get(file)
        if (earlier === undefined) first.set(file, include.at)
        else found.push(finding(includedTwice, { at: include.at, names: [file], related: [{ at: earlier, message: 'First include' }], message: `The servers in ${file} are loaded twice; the second ones never get requests. Remove one of the includes.` }))
      }
    }
    return found
  },
}
