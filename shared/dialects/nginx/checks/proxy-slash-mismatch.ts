import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, headOf, own, targetOf, title } from './config.ts'

export const proxySlashMismatch: Check<NginxTree> = {
  code: 'nginx/proxy-slash-mismatch',
  severity: 'warning',
  title: 'A slash on one side of proxy_pass only',
  why: 'The text of the location is replaced by the path of proxy_pass, letter by letter, so servers see a doubled or a missing slash.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /app/ {
            proxy_pass http://192.0.2.1/base;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /app/ {
            proxy_pass http://192.0.2.1/base/;
        }
    }
}
`,
  source: 'NG-17, N-PP-6',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const head = headOf(level)
      if (head === null || (head.kind !== 'prefix' && head.kind !== 'prefix-final')) continue
      const pass = own(level, 'proxy_pass')
      const word = pass?.args[0]
      const target = targetOf(word)
      if (word === undefined || target === null || target.uri === '' || word.value.includes('$') || head.text.endsWith('/') === target.uri.endsWith('/')) continue
      const sent = `${target.uri}${`${head.text}${head.text.endsWith('/') ? '' : '/'}x`.slice(head.text.length)}`
      const fixed = target.uri.endsWith('/') ? null : `${word.value}/`
      found.push(finding(proxySlashMismatch, {
        at: word.span, names: [title(level), word.value],
        message: `'${head.text}${head.text.endsWith('/') ? '' : '/'}x' is sent to the server as '${sent}': only one of '${head.text}' and '${target.uri}' ends with a slash. Use a slash on both, or on neither.`,
        fix: fixed === null || word.quote !== null ? null : { title: `Write '${fixed}'`, edits: [{ at: word.span, text: fixed }] },
      }))
    }
    return found
  },
}
