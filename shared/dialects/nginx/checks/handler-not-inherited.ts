import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, handlerOf, headSpan, own, title } from './config.ts'

/** What shows that files are meant, or that the request goes on elsewhere. */
const served = ['root', 'alias', 'try_files', 'rewrite', 'index', 'autoindex', 'internal', 'set_by_lua_block', 'rewrite_by_lua_block', 'access_by_lua_block']

export const handlerNotInherited: Check<NginxTree> = {
  code: 'nginx/handler-not-inherited',
  severity: 'warning',
  title: 'A location inside another that goes to files',
  why: 'proxy_pass and its like are not inherited; requests of the inner location are looked up as files.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location /api/ {
            proxy_pass http://192.0.2.1;
            location /api/admin/ {
                deny all;
                allow 192.0.2.0/24;
            }
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
            proxy_pass http://192.0.2.1;
            location /api/admin/ {
                allow 192.0.2.0/24;
                deny all;
                proxy_pass http://192.0.2.1;
            }
        }
    }
}
`,
  source: 'NG-22, N-PP-8',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const parent = level.outer
      if (level.context !== 'location' || parent?.context !== 'location' || level.owner === null) continue
      const passed = handlerOf(parent)
      if (passed === null || passed.name.value === 'return' || handlerOf(level) !== null || served.some((name) => own(level, name) !== null) || config.levels.some((inner) => inner.outer === level && handlerOf(inner) !== null)) continue
      found.push(finding(handlerNotInherited, {
        at: headSpan(level.owner), names: [title(level)], related: [{ at: passed.span, message: 'Counts only for the outer location' }],
        message: `Requests in ${title(level)} are looked up as files, as ${passed.name.value} of the location around it is not inherited. Repeat it inside.`,
      }))
    }
    return found
  },
}
