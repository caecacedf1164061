import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { variablesIn } from '../variable-names.ts'
import { all, configOf, finding, own } from './config.ts'

const constant = new Set(['scheme', 'https', 'server_addr', 'server_port', 'server_name', 'server_protocol', 'hostname', 'nginx_version', 'pid', 'request_method', 'protocol'])

export const constantHashKey: Check<NginxTree> = {
  code: 'nginx/constant-hash-key',
  severity: 'warning',
  title: 'A hash of something that hardly varies',
  why: 'All requests with one value go to one server.',
  bad: `events {}
http {
    upstream app {
        hash $scheme;
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
}
`,
  good: `events {}
http {
    upstream app {
        hash $request_uri;
        server 192.0.2.1:80;
        server 192.0.2.2:80;
    }
}
`,
  source: 'NG-58',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const level of config.levels) {
      if (level.context !== 'upstream' && level.context !== 'stream upstream') continue
      const word = own(level, 'hash')?.args[0]
      if (word === undefined || all(level, 'server').length < 2) continue
      const uses = variablesIn(word.value)
      if (!uses.every((use) => constant.has(use.name))) continue
      const name = level.owner?.args[0]?.value ?? ''
      found.push(finding(constantHashKey, { at: word.span, names: [name, word.value], message: `Nearly all requests of upstream ${name} go to one server: the key '${word.value}' has one or two values. Use a key that differs between clients or paths.` }))
    }
    return found
  },
}
