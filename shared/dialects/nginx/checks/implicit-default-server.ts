import type { Diagnostic } from '#shared/diagnostics/diagnostic.ts'
import type { Check } from '#shared/dialects/dialect.ts'
import type { NginxTree } from '../tree.ts'
import { addressGroups, isDefault, namesOf } from './addresses.ts'
import { configOf, finding, serverTitle } from './config.ts'

export const implicitDefaultServer: Check<NginxTree> = {
  code: 'nginx/implicit-default-server',
  severity: 'info',
  title: 'An address without a default server',
  why: 'Requests for unknown names go to the server that happens to be read first; a new file that sorts earlier changes that.',
  bad: `events {}
http {
    server {
        listen 8080;
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
        listen 8080 default_server;
        return 404;
    }
    server {
        listen 8080;
        server_name b.test;
        return 200 b;
    }
}
`,
  source: 'NG-01, N-SRV-3',
  postmortem: null,
  run(context) {
    const config = configOf(context)
    const found: Diagnostic[] = []
    for (const [address, group] of addressGroups(config)) {
      const [first] = group
      if (first === undefined || group.length < 2 || group.some(isDefault) || namesOf(first.server).length === 0) continue
      const at = first.listen?.span ?? first.server.owner?.name.span
      if (at === undefined) continue
      found.push(finding(implicitDefaultServer, {
        at, names: [address, serverTitle(first.server)],
        message: `Requests for names that no server of ${address} has go to ${serverTitle(first.server)}, because it is read first. Mark one server with default_server, for example one that returns 404.`,
      }))
    }
    return found
  },
}
