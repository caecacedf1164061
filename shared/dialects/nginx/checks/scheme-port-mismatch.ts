import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { all, argument, configOf, finding, own, targetOf, title } from './config.ts'

const tlsPorts = new Set(['443', '8443'])
const plainPorts = new Set(['80'])

function portOf(address: string): string {
  return address.startsWith('unix:') ? 'unix' : (/:(\d+)$/.exec(address)?.[1] ?? '')
}

export const schemePortMismatch: Check<NginxTree> = {
  code: 'nginx/scheme-port-mismatch',
  severity: 'warning',
  title: 'A scheme that does not fit the port',
  why: 'Plain HTTP to a TLS port, or TLS to a plain one, fails with 502 or 400 on every request.',
  bad: `events {}
http {
    server {
        listen 8080;
        server_name a.test;
        location / {
            proxy_pass http://192.0.2.1:443;
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
            proxy_pass https://192.0.2.1:443;
        }
    }
}
`,
  source: 'NG-40, N-PP-9, N-UP-25',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const groups = new Map(config.levels.filter((level) => level.context === 'upstream').map((level) => [level.owner?.args[0]?.value.toLowerCase() ?? '', level]))
    for (const level of config.levels) {
      const word = own(level, 'proxy_pass')?.args[0]
      const target = targetOf(word)
      if (word === undefined || target === null) continue
      const group = target.port === '' ? groups.get(target.host) : undefined
      const ports = group === undefined ? [target.port] : all(group, 'server').map((server) => portOf(argument(server, 0)))
      const wrong = target.scheme === 'http' ? ports.every((port) => tlsPorts.has(port)) : ports.every((port) => plainPorts.has(port) || (group !== undefined && port === ''))
      if (!wrong || ports.length === 0) continue
      const shown = ports[0] === '' ? '80 (a server without a port)' : (ports[0] as string)
      found.push(finding(schemePortMismatch, { at: word.span, names: [title(level), word.value], message: `${target.scheme === 'http' ? 'Plain HTTP' : 'TLS'} is spoken to port ${shown} in ${title(level)}, which is usual for ${target.scheme === 'http' ? 'TLS' : 'plain HTTP'}: such requests fail with 502 or 400. State scheme and port together.` }))
    }
    return found
  },
}
