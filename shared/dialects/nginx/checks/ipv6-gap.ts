import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { addressGroups, isDefault, namesOf } from './addresses.ts'
import { configOf, finding, serverTitle } from './config.ts'

export const ipv6Gap: Check<NginxTree> = {
  code: 'nginx/ipv6-gap',
  severity: 'warning',
  title: 'A server for IPv4 only beside others for both',
  why: 'Clients reach another site depending on the version of IP they use.',
  bad: `events {}
http {
    server {
        listen 8080;
        listen [::]:8080;
        server_name a.test;
        return 200 a;
    }
    server {
        listen 8080;
        server_name b.test;
        return 200 b;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080;
        listen [::]:8080;
        server_name a.test;
        return 200 a;
    }
    server {
        listen 8080;
        listen [::]:8080;
        server_name b.test;
        return 200 b;
    }
}
`,
  source: 'NG-03',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const groups = addressGroups(config)
    for (const [key, group] of groups) {
      const port = /^0\.0\.0\.0:(\d+)$/.exec(key)?.[1]
      const other = port === undefined ? undefined : groups.get(`[::]:${port}`)
      if (other === undefined) continue
      const there = new Set(other.map((one) => one.server))
      const takes = other.find(isDefault) ?? other[0]
      for (const { server, listen } of group) {
        if (there.has(server) || listen === null || takes === undefined || namesOf(server).length === 0) continue
        const at = listen.span
        found.push(finding(ipv6Gap, {
          at, names: [serverTitle(server), key],
          message: `Clients that reach ${serverTitle(server)} over IPv6 get ${serverTitle(takes.server)}: the server has no 'listen [::]:${port ?? ''}'.`,
          fix: { title: 'Listen on IPv6 as well', edits: [{ at: { file: at.file, start: at.end, end: at.end }, text: ` listen [::]:${port ?? ''};` }] },
        }))
      }
    }
    return found
  },
}
