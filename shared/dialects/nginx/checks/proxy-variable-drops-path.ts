import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, own, targetOf, title } from './config.ts'

export const proxyVariableDropsPath: Check<NginxTree> = {
  code: 'nginx/proxy-variable-drops-path',
  severity: 'warning',
  title: 'A variable in proxy_pass that loses the path',
  why: 'With a variable the path of proxy_pass is sent as it stands: the path and the query of the request are lost.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /api/ {
            set $target backend.test;
            resolver 192.0.2.53;
            proxy_pass http://$target/;
        }
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /api/ {
            set $target backend.test;
            resolver 192.0.2.53;
            proxy_pass http://$target$request_uri;
        }
    }
}
`,
  source: 'NG-18, N-PP-2',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      if (level.context === 'stream server') continue
      const word = own(level, 'proxy_pass')?.args[0]
      const target = targetOf(word)
      if (word === undefined || target === null || !word.value.includes('$') || !target.uri.startsWith('/') || target.uri.includes('$')) continue
      found.push(finding(proxyVariableDropsPath, {
        at: word.span, names: [title(level), word.value],
        message: `Every request in ${title(level)} is sent as '${target.uri}': with a variable in proxy_pass the path and query of the request are not added. Write $request_uri behind the host, or rewrite … break and no path.`,
      }))
    }
    return found
  },
}
