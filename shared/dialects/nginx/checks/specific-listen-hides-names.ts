import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { addressGroups, isDefault, namesOf } from './addresses.ts'
import type { Bound } from './addresses.ts'
import { configOf, finding, serverTitle } from './config.ts'

export const specificListenHidesNames: Check<NginxTree> = {
  code: 'nginx/specific-listen-hides-names',
  severity: 'warning',
  title: 'Names that one address does not have',
  why: 'Only the servers of the most specific address are searched, so names on the wildcard address are not found there.',
  bad: `events {}
http {
    server {
        listen 8080 default_server;
        server_name a.test;
        return 200 a;
    }
    server {
        listen 127.0.0.1:8080;
        server_name b.test;
        return 200 b;
    }
}
`,
  good: `events {}
http {
    server {
        listen 8080 default_server;
        listen 127.0.0.1:8080;
        server_name a.test;
        return 200 a;
    }
    server {
        listen 127.0.0.1:8080 default_server;
        server_name b.test;
        return 200 b;
    }
}
`,
  source: 'NG-02, N-SRV-4',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    const groups = addressGroups(config)
    for (const [key, group] of groups) {
      const { address, listen, server } = group[0] as Bound
      const wide = address.family === 'ipv6' ? `[::]:${String(address.port)}` : `0.0.0.0:${String(address.port)}`
      if (address.family === 'unix' || address.family === 'name' || key === wide || listen === null) continue
      const here = new Set(group.flatMap((one) => namesOf(one.server)))
      const hidden = [...new Set((groups.get(wide) ?? []).flatMap((one) => namesOf(one.server)))].filter((name) => !here.has(name) && name !== '_' && name !== '')
      if (hidden.length === 0) continue
      const shown = `${hidden.slice(0, 3).join(', ')}${hidden.length > 3 ? ' and others' : ''}`
      found.push(finding(specificListenHidesNames, {
        at: listen.span, names: [key, ...hidden.toSorted()],
        message: `On ${key} requests for ${shown} are not found and go to ${serverTitle((group.find(isDefault) ?? group[0] as Bound).server)}: only servers that listen on this very address are searched. Give all servers the same addresses (${serverTitle(server)} is the first here).`,
      }))
    }
    return found
  },
}
