import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { argument, configOf, finding } from './config.ts'

/** Variables that are the same for all clients of a server. */
const shared = new Set(['server_name', 'server_port', 'server_addr', 'scheme', 'hostname', 'document_root', 'realpath_root', 'nginx_version', 'pid'])

export const limitForEveryone: Check<NginxTree> = {
  code: 'nginx/limit-for-everyone',
  severity: 'info',
  title: 'A limit that all clients share',
  why: 'The key is the same for everybody, so one busy client uses up what is meant for all.',
  bad: `events {}
http {
    limit_req_zone $server_name zone=one:1m rate=10r/s;
    server {
        listen 8080;
        server_name a.test;
        limit_req zone=one;
        return 403;
    }
}
`,
  good: `events {}
http {
    limit_req_zone $binary_remote_addr zone=one:1m rate=10r/s;
    server {
        listen 8080;
        server_name a.test;
        limit_req zone=one;
        return 403;
    }
}
`,
  source: 'NG-54, N-LIM-2',
  postmortem: null,
  run(context) {
    const found: Diagnostic[] = []
    for (const level of configOf(context).levels) {
      for (const directive of level.directives) {
        if (directive.name.value !== 'limit_req_zone' && directive.name.value !== 'limit_conn_zone') continue
        const key = argument(directive, 0)
        const zone = directive.args.find((word) => word.value.startsWith('zone='))?.value.slice(5).split(':', 1)[0] ?? ''
        if (!variablesIn(key).every((use) => shared.has(use.name))) continue
        found.push(finding(limitForEveryone, { at: directive.span, names: [directive.name.value, zone], message: `All clients share the limit of zone '${zone}': its key '${key}' does not tell them apart. Use $binary_remote_addr if each client is meant.` }))
      }
    }
    return found
  },
}
