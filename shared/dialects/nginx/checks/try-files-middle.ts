import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import { isRegex, locationHead } from '../location.ts'
import type { NginxTree } from '../tree.ts'
import { all, configOf, finding, serverOf, title } from './config.ts'

export const tryFilesMiddle: Check<NginxTree> = {
  code: 'nginx/try-files-middle',
  severity: 'warning',
  title: 'A location among the files of try_files',
  why: 'Only the last argument is a redirect; the others are looked up as files, so that location is never used.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            try_files $uri @app =404;
        }
        location @app {
            proxy_pass http://192.0.2.1;
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
            try_files $uri @app;
        }
        location @app {
            proxy_pass http://192.0.2.1;
        }
    }
}
`,
  source: 'NG-32, N-TRY-1',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const server = serverOf(level)
      for (const directive of all(level, 'try_files')) {
        const texts = new Set(server === null ? [] : all(server, 'location').flatMap((location) => { const head = locationHead(location); return head === null || isRegex(head.kind) ? [] : [head.text] }))
        for (const word of directive.args.slice(0, -1)) {
          if (!word.value.startsWith('@') && !(texts.has(word.value) && !word.value.endsWith('/'))) continue
          found.push(finding(tryFilesMiddle, { at: word.span, names: [title(level), word.value], message: `'${word.value}' is looked up as a file here, and the location of that name is not used: only the last argument of try_files is a redirect. Put it last.` }))
        }
      }
    }
    return found
  },
}
