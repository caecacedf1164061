import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { all, configOf, finding, title } from './config.ts'

const repeated = new Set(['request_uri', 'args', 'query_string'])

export const rewriteRepeatsQuery: Check<NginxTree> = {
  code: 'nginx/rewrite-repeats-query',
  severity: 'warning',
  title: 'A rewrite that sends the query twice',
  why: 'The query is added behind a replacement unless that ends in ?; with $args or $request_uri in it, the query is there twice.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        rewrite ^ https://b.test$request_uri permanent;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        rewrite ^ https://b.test$request_uri? permanent;
    }
}
`,
  source: 'NG-29, N-RW-3',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      for (const directive of all(level, 'rewrite')) {
        const word = directive.args[1]
        if (word === undefined || word.value.endsWith('?') || !variablesIn(word.value).some((use) => repeated.has(use.name))) continue
        const fixed = word.quote === null ? `${word.raw}?` : `${word.raw.slice(0, -1)}?${word.quote}`
        found.push(finding(rewriteRepeatsQuery, {
          at: word.span, names: [title(level), word.value], message: `The query is sent twice by this rewrite of ${title(level)}: it is in '${word.value}' already, and added again. End the replacement with '?'.`,
          fix: { title: "Add '?'", edits: [{ at: word.span, text: fixed }] },
        }))
      }
    }
    return found
  },
}
