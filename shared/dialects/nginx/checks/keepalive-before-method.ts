import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { configOf, finding, own } from './config.ts'

const methods = new Set(['hash', 'ip_hash', 'least_conn', 'random'])

export const keepaliveBeforeMethod: Check<NginxTree> = {
  code: 'nginx/keepalive-before-method',
  severity: 'warning',
  title: 'A keepalive that the balancing method undoes',
  why: 'On 1.22 a method behind keepalive replaces it, so no connection to a server is kept.',
  bad: `events {}
http {
    upstream app {
        keepalive 16;
        least_conn;
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
}
`,
  good: `events {}
http {
    upstream app {
        least_conn;
        keepalive 16;
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
}
`,
  source: 'NG-55, N-UP-9',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      const keepalive = level.context === 'upstream' ? own(level, 'keepalive') : null
      const method = keepalive === null ? undefined : level.directives.slice(level.directives.indexOf(keepalive)).find((directive) => methods.has(directive.name.value))
      if (keepalive === null || method === undefined) continue
      const name = level.owner?.args[0]?.value ?? ''
      found.push(finding(keepaliveBeforeMethod, { at: keepalive.span, names: [name, method.name.value], related: [{ at: method.span, message: 'Replaces it' }], message: `Connections to the servers of upstream ${name} are not kept on nginx 1.22: ${method.name.value} stands below keepalive and replaces it. Put keepalive last.` }))
    }
    return found
  },
}
