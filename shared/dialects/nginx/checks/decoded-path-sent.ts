import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { argument, configOf, finding, title } from './config.ts'

export const decodedPathSent: Check<NginxTree> = {
  code: 'nginx/decoded-path-sent',
  severity: 'warning',
  title: 'A decoded path in a redirect or proxy_pass',
  why: '$uri is decoded: blanks break the request to the server, and line ends let clients add headers.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            return 301 https://a.test$uri;
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
            return 301 https://a.test$request_uri;
        }
    }
}
`,
  source: 'NG-19, N-PP-3b',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      if (level.context.startsWith('stream')) continue
      for (const directive of level.directives) {
        const word = directive.name.value === 'return' ? directive.args[directive.args.length - 1] : directive.name.value === 'proxy_pass' ? directive.args[0] : undefined
        if (word === undefined || (directive.name.value === 'return' && directive.args.length > 1 && !argument(directive, 0).startsWith('3'))) continue
        const variable = variablesIn(word.value).find((use) => use.name === 'uri' || use.name === 'document_uri')
        if (variable === undefined) continue
        const fixed = word.raw.replace(/\$\{?(?:document_)?uri\b\}?/gi, '$request_uri')
        found.push(finding(decodedPathSent, {
          at: word.span, names: [title(level), word.value],
          message: `The variable $${variable.name} in ${directive.name.value} of ${title(level)} is the decoded path: %20 and %0a are sent as a blank and a line end, and the query is lost. Use $request_uri.`,
          fix: word.value.includes('$is_args') || word.value.includes('$args') ? null : { title: 'Use $request_uri', edits: [{ at: word.span, text: fixed }] },
        }))
      }
    }
    return found
  },
}
